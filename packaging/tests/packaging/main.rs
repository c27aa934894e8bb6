//! Libraries and archives, good and spoiled ones, made by hand: no compiler for Windows or old Linuxes is needed.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod check;
mod command_line;
mod doctor;
mod elf;
mod fixture;
mod library;
mod pe;
