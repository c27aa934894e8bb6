//! What the fuzzer runs. Each module has one `target`, which takes arbitrary bytes and panics when the product breaks
//! a promise; a hang and too much memory are the fuzzer's to notice. `tests/seeds.rs` runs every target on its seeds.
#![forbid(unsafe_code)]

pub mod addresses;
pub mod bitrix_frames;
pub mod certificates;
pub mod event_texts;
pub mod filter;
pub mod handshake;
pub mod headers;
pub mod json_arguments;
pub mod masking;
pub mod proxies;
pub mod proxy_answers;
pub mod pull_config;
pub mod rest_answers;
pub mod websocket_frames;

mod fields;

/// A function that takes arbitrary bytes.
pub type Target = fn(&[u8]);

/// Every target by its name: that of its module, of its program for the fuzzer, and of the folder with its seeds.
pub const TARGETS: &[(&str, Target)] = &[
    ("addresses", addresses::target),
    ("bitrix_frames", bitrix_frames::target),
    ("certificates", certificates::target),
    ("event_texts", event_texts::target),
    ("filter", filter::target),
    ("handshake", handshake::target),
    ("headers", headers::target),
    ("json_arguments", json_arguments::target),
    ("masking", masking::target),
    ("proxies", proxies::target),
    ("proxy_answers", proxy_answers::target),
    ("pull_config", pull_config::target),
    ("rest_answers", rest_answers::target),
    ("websocket_frames", websocket_frames::target),
];
