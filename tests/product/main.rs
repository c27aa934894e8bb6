//! The product through its public door: the built library, loaded by the host, with real sockets on loopback.
//!
//! All tests of this program load the same library, so they share its threads, as objects in 1C do; a test
//! that keeps those threads busy or counts them runs in a process of its own (`common::in_child`).

mod common;
mod events;
mod misuse;
mod table;
