//! What an attempt to connect is made with. Taken when the attempt begins.

use std::fmt;
use std::time::Duration;

use crate::backoff::ReconnectSettings;
use crate::transport::dial::DialSettings;

/// Settings of one object's connections.
#[derive(Clone)]
pub struct Settings {
    /// Proxy and TLS.
    pub dial: DialSettings,
    /// Value of the `Authorization` header; the address's user-info stands in for it when there is none.
    pub authorization: Option<String>,
    /// Further headers of the handshake.
    pub headers: Vec<(String, String)>,
    /// Subprotocols offered, the most wanted first.
    pub subprotocols: Vec<String>,
    /// Whether compression is offered (RFC 7692).
    pub compression: bool,
    /// Largest message that is taken, in bytes, also after inflating.
    pub max_message_size: usize,
    /// Silence before a ping; zero: never.
    pub ping_interval: Duration,
    /// Time for the pong; zero: any.
    pub pong_timeout: Duration,
    /// Whether and when to connect again.
    pub reconnect: ReconnectSettings,
    /// Texts that are sent after every opening, before anything else.
    pub greeting: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            dial: DialSettings::default(),
            authorization: None,
            headers: Vec::new(),
            subprotocols: Vec::new(),
            compression: false,
            max_message_size: 64 << 20,
            ping_interval: Duration::from_secs(30),
            pong_timeout: Duration::from_secs(20),
            reconnect: ReconnectSettings::default(),
            greeting: Vec::new(),
        }
    }
}

/// Without what may hold secrets.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("reconnect", &self.reconnect).finish_non_exhaustive()
    }
}
