//! From an address to messages: dialling, TLS, and the task that owns one WebSocket.

pub mod address;
pub mod dial;
pub mod keepalive;
pub mod outbox;
pub mod session;
pub mod tls;
mod watched;
mod websocket;
