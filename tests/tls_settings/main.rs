//! TLS through the Rust API: every setting, every form of a certificate, and what is said when it fails.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may end where it likes")]

mod authority;
mod common;
mod forms;
mod host_configuration;
mod identities;
mod old_ciphers;
mod trust;
mod versions;
