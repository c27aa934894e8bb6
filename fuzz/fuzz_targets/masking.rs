//! See `fuzz_targets::masking`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::masking::target(data));
