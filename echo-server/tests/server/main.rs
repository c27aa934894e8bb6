//! The server as clients meet it, through its public door only.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod behaviours;
mod certificates;
mod client;
mod command_line;
mod compression;
mod endings;
mod faults_in_the_handshake;
mod faults_on_the_line;
mod faults_without_end;
mod recorded_answers;
mod steering;
mod tls_faults;
mod turns;
