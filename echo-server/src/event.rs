//! What happens on a connection, as the server sees it.

use std::{fmt, net::SocketAddr};

use crate::end::End;

/// One thing that the server saw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// A TCP connection was accepted from this address.
    Accepted(SocketAddr),
    /// The request of a WebSocket handshake, or what came in its place.
    Request(Request),
    /// The handshake is about to be answered with 101; from now on the connection is open.
    Opened,
    /// A text message came.
    Text(String),
    /// A binary message came.
    Binary(Vec<u8>),
    /// A ping came, with this payload.
    Ping(Vec<u8>),
    /// A pong came, with this payload.
    Pong(Vec<u8>),
    /// A close frame came.
    Close {
        /// Its status code, if it had one. A code that may not be sent is shown as 1002.
        code: Option<u16>,
        /// Its reason.
        reason: String,
    },
    /// The connection ended, and its socket is closed.
    Ended {
        /// How it ended.
        how: End,
        /// How many messages had been received on it.
        received: u64,
        /// How many messages had been sent on it.
        sent: u64,
    },
}

/// The head of an HTTP request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The target, such as `/events?app=1`.
    pub target: String,
    /// Names, in lower case, and values, in the order in which they came; a value that is not UTF-8 has
    /// replacement characters.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// The value of the first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find_map(|(candidate, value)| candidate.eq_ignore_ascii_case(name).then_some(value.as_str()))
    }
}

impl Event {
    /// How many bytes of what the client sent it holds.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) | Self::Ping(bytes) | Self::Pong(bytes) => bytes.len(),
            Self::Close { reason, .. } => reason.len(),
            Self::Request(request) => {
                request.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
                    + request.target.len()
            }
            Self::Accepted(_) | Self::Opened | Self::Ended { .. } => 0,
        }
    }
}

impl fmt::Display for Event {
    /// One short line, whatever the event holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 80;
        match self {
            Self::Accepted(address) => write!(f, "accepted from {address}"),
            Self::Request(request) => write!(f, "{} {}", request.method, request.target),
            Self::Opened => f.write_str("open"),
            Self::Text(text) => match text.char_indices().nth(SHOWN) {
                Some((end, _)) => write!(f, "text of {} bytes: {:?}...", text.len(), &text[..end]),
                None => write!(f, "text: {text:?}"),
            },
            Self::Binary(bytes) => write!(f, "binary message of {} bytes", bytes.len()),
            Self::Ping(payload) => write!(f, "ping \"{}\"", payload.escape_ascii()),
            Self::Pong(payload) => write!(f, "pong \"{}\"", payload.escape_ascii()),
            Self::Close { code: Some(code), reason } => write!(f, "close {code} {reason:?}"),
            Self::Close { code: None, .. } => f.write_str("close without a code"),
            Self::Ended { how, received, sent } => write!(f, "{how}; {received} messages in, {sent} out"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_by_its_beginning() {
        let event = Event::Text("я".repeat(100));
        assert_eq!(event.to_string(), format!("text of 200 bytes: \"{}\"...", "я".repeat(80)));
    }

    #[test]
    fn headers_are_found_whatever_their_case() {
        let headers = vec![("host".to_owned(), "a".to_owned()), ("host".to_owned(), "b".to_owned())];
        let request = Request { method: "GET".to_owned(), target: "/".to_owned(), headers };
        assert_eq!(request.header("Host"), Some("a"));
        assert_eq!(request.header("Origin"), None);
    }
}
