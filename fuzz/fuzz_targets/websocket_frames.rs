//! See `fuzz_targets::websocket_frames`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz_targets::websocket_frames::target(data));
