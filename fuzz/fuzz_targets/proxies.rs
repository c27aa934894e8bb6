//! See `fuzz_targets::proxies`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::proxies::target(data));
