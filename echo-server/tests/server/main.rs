//! The server as clients meet it, through its public door only.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod behaviours;
mod certificates;
mod client;
mod command_line;
mod faults_in_the_handshake;
mod faults_on_the_line;
mod steering;
