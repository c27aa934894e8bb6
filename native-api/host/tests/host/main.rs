//! The host against an add-in that keeps the rules, and breaks them on request.

#![allow(clippy::unwrap_used, reason = "tests")]

mod events;
mod life;
mod members;
mod memory;
mod probe;
mod torture;

use std::time::Duration;

use native_api_host::{Host, Library, Object};

/// Bound of every wait; reached only when something is broken.
const BOUND: Duration = Duration::from_secs(30);

fn library() -> Library {
    Library::in_process(&probe::ENTRY_POINTS)
}

fn create(host: Host) -> Object {
    library().create("Probe", host).unwrap()
}
