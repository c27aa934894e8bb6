//! The classes that 1C can create: names, defaults, and what a number of seconds means.

pub mod rom_websocket;
