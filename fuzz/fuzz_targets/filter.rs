//! See `fuzz_targets::filter`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::filter::target(data));
