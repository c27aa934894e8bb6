//! Plain data that every room may know: what happened on a connection.

use std::fmt;
use std::time::Duration;

use native_api::Text;

/// Something that happened, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// The connection was established.
    Opened(Opening),
    /// An established connection ended.
    Closed(Closing),
    /// The connection could not be established; another attempt follows after `retry_in`, if any.
    Failed {
        /// Why.
        failure: Failure,
        /// Time until the next attempt.
        retry_in: Option<Duration>,
    },
    /// The next attempt is waited for.
    Waiting {
        /// Its number, from 1.
        attempt: u32,
        /// Time until it begins.
        retry_in: Duration,
    },
    /// A message came.
    Message(Payload),
    /// The inbox is full.
    QueueFull,
    /// The inbox has room again; so many messages were lost meanwhile.
    QueueFree {
        /// Messages lost.
        lost: u64,
    },
    /// So many messages wait to be taken.
    Available {
        /// Messages in the inbox.
        count: usize,
    },
}

/// What was agreed when a connection was established.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// Number of the attempt that succeeded, from 1.
    pub attempt: u32,
    /// The subprotocol that the server chose; empty if none.
    pub subprotocol: String,
}

/// How an established connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Who ended it.
    pub side: Side,
    /// Status code (RFC 6455, section 7.4); 1005: none was given, 1006: there was no close frame.
    pub code: u16,
    /// The reason that came with the code, or ours.
    pub reason: Text,
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// 1C asked for it.
    Us,
    /// The other side, the network, or our own limits.
    Peer,
}

/// The content of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

impl Payload {
    /// Bytes that count against the limit of a queue.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why a connection could not be established.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// HTTP status of the answer, when there was one.
    pub status: Option<u16>,
    /// What exactly, for the user and without secrets.
    pub text: Text,
}

/// Kinds of failures to establish a connection, as events name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The address is malformed: the caller's mistake.
    Address,
    /// The name could not be resolved.
    Dns,
    /// Nobody listens there.
    Refused,
    /// Another failure of the network.
    Network,
    /// It took too long.
    Timeout,
    /// The proxy could not be reached, or refused.
    Proxy,
    /// No TLS session: certificate, name or protocol version.
    Tls,
    /// The server refused the handshake.
    Http,
    /// The server does not accept who we are (401, 403).
    Auth,
    /// The server broke the protocol.
    Protocol,
    /// 1C gave the attempt up.
    Cancelled,
}

impl Failure {
    /// A failure with its text.
    #[must_use]
    pub const fn new(kind: FailureKind, text: Text) -> Self {
        Self { kind, status: None, text }
    }

    /// A failure whose cause another library words, in English.
    pub fn because(kind: FailureKind, ru: &str, en: &str, cause: impl fmt::Display) -> Self {
        Self::new(kind, Text::made(format!("{ru}: {cause}"), format!("{en}: {cause}")))
    }
}
