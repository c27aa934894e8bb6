//! See `fuzz_targets::pull_config`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::pull_config::target(data));
