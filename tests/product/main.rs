//! The product through its public door: the built library, loaded by the host, with real sockets on loopback.
//!
//! All tests of this program load the same library, so they share its threads, as objects in 1C do; a test
//! that keeps those threads busy or counts them runs in a process of its own (`common::in_child`).
#![allow(clippy::unwrap_used, reason = "a test may end where it likes")]

mod bitrix;
mod border;
mod common;
mod events;
mod filter;
mod lifecycle;
mod messages;
mod misuse;
mod silence;
mod table;
mod timeouts;
mod tls;
mod websocket;
