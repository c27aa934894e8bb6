//! From an address to messages: dialling, TLS, and the tasks that own one WebSocket.

pub mod address;
pub mod dial;
mod host;
pub mod http;
pub mod keepalive;
pub mod long_poll;
pub mod outbox;
pub mod proxy;
pub mod reconnect;
pub mod session;
pub mod settings;
pub mod tls;
pub(crate) mod websocket;
