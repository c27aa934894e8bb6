//! An answer that is not 101.

use super::body::{self, Framing};
use super::headers::Headers;

/// The server, or something in between, did not want the connection to become a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status, never 101.
    pub status: u16,
    /// The text after the status; may be empty.
    pub reason: String,
    /// `WWW-Authenticate`, `Location` and the others.
    pub headers: Headers,
    /// The beginning of the body.
    pub body: String,
}

/// A refusal whose body is still coming.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    reason: String,
    headers: Headers,
    framing: Framing,
}

impl Refusal {
    pub(crate) fn new(status: u16, reason: String, headers: Headers) -> Self {
        let framing = Framing::of(status, &headers);
        Self { status, reason, headers, framing }
    }

    /// The refusal with as much as `raw` holds of the first `limit` characters of the body; and whether no more
    /// of them are to come.
    pub(crate) fn with_body(&self, raw: &[u8], limit: usize) -> (Refused, bool) {
        // A character has at most four bytes.
        let (body, complete) = self.framing.take(raw, limit.saturating_mul(4));
        let body = body::text(&body, limit);
        let complete = complete || body.chars().count() == limit;
        let refused =
            Refused { status: self.status, reason: self.reason.clone(), headers: self.headers.clone(), body };
        (refused, complete)
    }
}
