//! See `fuzz_targets::json_arguments`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::json_arguments::target(data));
