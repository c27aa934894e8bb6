//! What is wanted of listening.

use std::time::Duration;

/// How the push server is listened to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransportChoice {
    /// By polls.
    #[default]
    LongPoll,
    /// By a WebSocket.
    WebSocket,
    /// By a WebSocket, or by polls where that fails.
    Auto,
}

/// Settings of one object's listening; each in force at once, the transport from the next connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullSettings {
    /// How the push server is listened to.
    pub transport: TransportChoice,
    /// Only offline events of this connector are wanted; empty: all.
    pub connector: String,
    /// How often 1C is told to look into the queue of offline events; zero: never.
    pub check_interval: Duration,
}

impl Default for PullSettings {
    fn default() -> Self {
        Self {
            transport: TransportChoice::default(),
            connector: String::new(),
            check_interval: Duration::from_secs(600),
        }
    }
}
