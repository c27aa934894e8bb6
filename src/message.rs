//! Plain data that every room may know: what happened on a connection.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use native_api::Text;

use crate::shared_text::SharedText;

/// Something that happened, in the order in which it happened.
#[derive(Debug, PartialEq, Eq)]
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
    Message(Payload<SharedText>),
    /// A message of a push server came.
    Published(Publication),
    /// It is time to look into the portal's queue of offline events.
    CheckQueue(Cause),
    /// The portal has new tokens for us: the old ones are dead.
    Tokens(Tokens),
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

impl Occurrence {
    /// Whether it is a message from the network: bounded and counted.
    #[must_use]
    pub const fn is_message(&self) -> bool {
        matches!(self, Self::Message(_) | Self::Published(_))
    }

    /// Whether it waits for whoever takes messages, be that an event or a call of 1C. The rest is said by events
    /// or not at all.
    #[must_use]
    pub const fn is_for_taking(&self) -> bool {
        self.is_message() || matches!(self, Self::CheckQueue(_) | Self::Tokens(_))
    }

    /// The text that the network sent; `None` if there is none.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Message(Payload::Text(text)) => Some(text),
            Self::Published(Publication { text, .. }) => Some(text),
            _ => None,
        }
    }

    /// Bytes that count against the limit of a queue.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Message(Payload::Text(text)) => text.size(),
            Self::Message(Payload::Binary(bytes)) => bytes.len(),
            Self::Published(publication) => publication.text.len(),
            _ => 0,
        }
    }
}

/// A message of a push server.
#[derive(Debug, PartialEq, Eq)]
pub struct Publication {
    /// What was published, as JSON text.
    pub text: String,
    /// The offline events that it tells of; empty if it is about something else.
    pub offline: Vec<OfflineEvent>,
    /// Its place in the history.
    pub receipt: Receipt,
}

/// Something was written into the portal's queue of offline events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfflineEvent {
    /// The connector that the event was bound with; empty without one.
    pub connector: String,
    /// Records that were written, not the length of the queue. 0: the hint does not say.
    pub count: u64,
}

/// Tells, once, that a message needs not be read again: dropped with it, when 1C has it or nobody will want it.
#[derive(Default)]
pub struct Receipt(Option<Box<dyn FnOnce() + Send>>);

impl Receipt {
    /// Tells by calling `settle`.
    #[must_use]
    pub fn new(settle: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(settle)))
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if let Some(settle) = self.0.take() {
            settle();
        }
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt")
    }
}

/// A receipt says nothing of what a message is.
impl PartialEq for Receipt {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Receipt {}

/// Why it is time to look into the queue of offline events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Listening began.
    Start,
    /// Listening goes on after a break.
    Reconnect,
    /// The channel or the configuration has changed.
    Channel,
    /// Long enough since the last time.
    Timer,
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
pub enum Payload<T = String> {
    /// Text.
    Text(T),
    /// Bytes.
    Binary(Vec<u8>),
}

impl<T: Deref<Target = str>> Payload<T> {
    /// Bytes that count against the limit of a queue.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A pair of OAuth tokens in force, for 1C to keep.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token; empty if there is none. A new one makes the old one useless.
    pub refresh: String,
    /// When the access token ends, in seconds since 1970, if that is known.
    pub expires: Option<u64>,
}

/// Without the secrets.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires", &self.expires).finish_non_exhaustive()
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
