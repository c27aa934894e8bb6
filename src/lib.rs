//! Vestnik: an add-in for 1C:Enterprise that turns messages from the network into external events.
//!
//! This crate is the add-in itself. See `ARCHITECTURE.md` for the map; the two flows through it are
//!
//! * a server's text → `ВнешнееСобытие`: [`transport`] → [`delivery`] → [`events`] → `native_api::Platform`;
//! * `Отправить` in BSL → the socket: [`class`] → [`client`] → [`transport`].
#![forbid(unsafe_code)]

pub mod backoff;
pub mod bitrix;
pub mod class;
pub mod client;
pub mod delivery;
pub mod event_thread;
pub mod events;
pub mod filter;
pub mod log;
pub mod message;
pub mod pull;
pub mod queue;
pub mod reactor;
pub mod rest;
pub mod shared_text;
pub mod statistics;
pub mod texts;
pub mod transport;
pub mod worker;

native_api::export!(
    class::rom_websocket::RomWebSocket,
    class::websocket::WebSocket,
    class::bitrix_pull::BitrixPull
);
