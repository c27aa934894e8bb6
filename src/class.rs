//! The classes that 1C can create: names, defaults, and what a number of seconds means.

pub mod bitrix_pull;
mod common;
pub mod rom_websocket;
pub mod websocket;
mod words;
