//! The portal and its push server as clients meet them, through their public door only.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod client;
mod command_line;
mod configuration;
mod json_rpc;
mod nginx_push_stream;
mod offline_events;
mod poll_faults;
mod polling;
mod renewal;
mod rest_faults;
mod soak;
mod socket;
mod tls;
mod tokens;
mod web_socket;
