//! See `fuzz_targets::addresses`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::addresses::target(data));
