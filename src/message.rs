//! Plain data that every room may know: what happened on a connection.

use std::fmt;

/// Something that happened on a connection, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// The connection was established.
    Opened,
    /// An established connection ended.
    Closed(Side),
    /// The connection could not be established.
    Failed(Failure),
    /// A text message came.
    Text(String),
}

impl Occurrence {
    /// Bytes that count against the limit of a queue.
    #[must_use]
    pub const fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Opened | Self::Closed(_) | Self::Failed(_) => 0,
        }
    }
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// 1C asked for it.
    Us,
    /// The other side, the network, or our own limits.
    Peer,
}

/// Why a connection could not be established.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What exactly, in English and without secrets; for logs and tests.
    pub detail: String,
}

/// Kinds of failures to establish a connection.
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
    /// No TLS session: certificate, name or protocol version.
    Tls,
    /// The server refused the handshake with this HTTP status.
    Http(u16),
    /// The server broke the protocol.
    Protocol,
    /// 1C gave the attempt up.
    Cancelled,
}

impl Failure {
    /// A failure with its detail.
    pub fn new(kind: FailureKind, detail: impl fmt::Display) -> Self {
        Self { kind, detail: detail.to_string() }
    }
}
