//! The codec through its public door, with a peer that is scripted, recorded, generated or another
//! implementation.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests too")]

mod asterisk;
mod compression;
mod differential;
mod generator;
mod handshake;
mod peer;
mod properties;
mod receiving;
mod sending;
