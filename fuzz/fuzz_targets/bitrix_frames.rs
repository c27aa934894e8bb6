//! See `fuzz_targets::bitrix_frames`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::bitrix_frames::target(data));
