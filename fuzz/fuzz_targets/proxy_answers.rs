//! See `fuzz_targets::proxy_answers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::proxy_answers::target(data));
