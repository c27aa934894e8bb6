//! The push servers that a portal may have.

use clap::ValueEnum;

use crate::push_pull::configuration::{POLLING_PATH, PUSH_PATH};

/// Which push server the portal has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum PushServer {
    /// nginx-push-stream, version 2: messages have no `mid`, and polls continue by time and tag.
    #[value(name = "2")]
    NginxPushStream,
    /// Push server 2.0, version 4: what every cloud portal has.
    #[default]
    #[value(name = "4")]
    V4,
    /// Version 5: clients show a JWT, and get JSON-RPC if they ask for it.
    #[value(name = "5")]
    V5,
}

impl PushServer {
    /// What the configuration tells as `server.version`.
    #[must_use]
    pub fn version(self) -> u8 {
        match self {
            Self::NginxPushStream => 2,
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }

    /// Whether a private channel has a public id, which others publish to.
    pub(super) fn has_public_channels(self) -> bool {
        self != Self::NginxPushStream
    }

    /// Where it is polled. Only nginx has another location for WebSocket.
    pub(super) fn polling_path(self) -> &'static str {
        match self {
            Self::NginxPushStream => POLLING_PATH,
            Self::V4 | Self::V5 => PUSH_PATH,
        }
    }
}
