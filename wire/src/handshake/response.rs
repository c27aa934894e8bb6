//! What the server answers (RFC 6455, section 4.1).

use std::error::Error;
use std::fmt;
use std::mem;

use bytes::BufMut;
use httparse::{EMPTY_HEADER, Status};

use super::extensions::{self, DeflateParameters, ExtensionError};
use super::headers::Headers;
use super::refusal::{Refusal, Refused};

/// Longest head in bytes, interim responses included, and most header fields.
const HEAD_LIMIT: usize = 64 << 10;
const HEADERS_LIMIT: usize = 128;
/// Characters of a refusal's body.
const BODY_LIMIT: usize = 500;
const READ_SIZE: usize = 4 << 10;

/// Takes the answer to a [`Request`](crate::Request).
#[derive(Debug)]
pub struct ResponseReader {
    bytes: Vec<u8>,
    /// Bytes that hold no whole head.
    searched: usize,
    /// Bytes that the head may still have.
    head_limit: usize,
    refusal: Option<Refusal>,
    body_limit: usize,
    expected: Expected,
}

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) accept: String,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) compression: bool,
}

/// The outcome of the handshake.
#[derive(Debug)]
pub enum Answer {
    /// The connection is a WebSocket.
    Accepted(Accepted),
    /// It is not.
    Refused(Refused),
}

/// The server agrees.
#[derive(Debug)]
pub struct Accepted {
    /// The subprotocol that it chose, one of those that were offered.
    pub subprotocol: Option<String>,
    /// What was agreed on compression; `None`: there is none.
    pub deflate: Option<DeflateParameters>,
    /// All headers of the response.
    pub headers: Headers,
    /// What has come after the response: the first frames.
    pub rest: Vec<u8>,
}

struct Head {
    version: u8,
    status: u16,
    reason: String,
    headers: Headers,
    size: usize,
}

impl ResponseReader {
    pub(crate) const fn new(expected: Expected) -> Self {
        Self {
            bytes: Vec::new(),
            searched: 0,
            head_limit: HEAD_LIMIT,
            refusal: None,
            body_limit: BODY_LIMIT,
            expected,
        }
    }

    /// Limits the body of a refusal to so many `characters`; 500 at first.
    pub const fn set_body_limit(&mut self, characters: usize) {
        self.body_limit = characters;
    }

    /// Where to put what is read from the socket: room for one byte at least.
    pub fn space(&mut self) -> impl BufMut {
        self.bytes.reserve(READ_SIZE);
        (&mut self.bytes).limit(READ_SIZE)
    }

    /// The answer; `None` when more must be read from the socket first. To be asked until there is one.
    ///
    /// # Errors
    /// The answer is not one to a WebSocket client's handshake.
    pub fn answer(&mut self) -> Result<Option<Answer>, ResponseError> {
        while self.refusal.is_none() {
            let Some(head) = self.head()? else { return Ok(None) };
            let rest = self.bytes.split_off(head.size);
            self.bytes = rest;
            self.searched = 0;
            match head.status {
                101 => return self.accept(head).map(|accepted| Some(Answer::Accepted(accepted))),
                // Interim, such as Early Hints (RFC 9110, section 15.2).
                100..=199 => self.head_limit -= head.size,
                _ => self.refusal = Some(Refusal::new(head.status, head.reason, head.headers)),
            }
        }
        Ok(self.refused().and_then(|(refused, complete)| complete.then_some(Answer::Refused(refused))))
    }

    /// Whether the head was a refusal, so that only its body is still to come.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        self.refusal.is_some()
    }

    /// The server has ended the connection, or the time is up: the refusal with as much of its body as has
    /// come.
    ///
    /// # Errors
    /// [`ResponseError::Incomplete`]: not even the head has come.
    pub fn end(self) -> Result<Refused, ResponseError> {
        self.refused().map(|(refused, _)| refused).ok_or(ResponseError::Incomplete)
    }

    fn refused(&self) -> Option<(Refused, bool)> {
        let refusal = self.refusal.as_ref()?;
        let (refused, complete) = refusal.with_body(&self.bytes, self.body_limit);
        // Chunks may be tiny: their sizes are not to take more than a head.
        Some((refused, complete || self.bytes.len() >= HEAD_LIMIT))
    }

    fn head(&mut self) -> Result<Option<Head>, ResponseError> {
        let beginning = self.bytes.iter().zip(b"HTTP/");
        if beginning.into_iter().any(|(byte, expected)| byte != expected) {
            return Err(ResponseError::NotHttp);
        }
        // A head that dribbles in is not parsed anew for every byte.
        if self.bytes[self.searched..].contains(&b'\n') {
            let mut headers = [EMPTY_HEADER; HEADERS_LIMIT];
            let mut response = httparse::Response::new(&mut headers);
            let parsed = response.parse(&self.bytes).map_err(|error| match error {
                httparse::Error::TooManyHeaders => ResponseError::TooManyHeaders,
                _ => ResponseError::NotHttp,
            })?;
            if let (Status::Complete(size), Some(version), Some(status)) =
                (parsed, response.version, response.code)
                && size <= self.head_limit
            {
                let reason = response.reason.unwrap_or_default().to_owned();
                let headers = Headers::read(response.headers);
                return Ok(Some(Head { version, status, reason, headers, size }));
            }
        }
        self.searched = self.bytes.len();
        if self.searched >= self.head_limit {
            return Err(ResponseError::HeadTooLarge);
        }
        Ok(None)
    }

    fn accept(&mut self, head: Head) -> Result<Accepted, ResponseError> {
        let headers = head.headers;
        if head.version == 0 {
            return Err(ResponseError::HttpVersion);
        }
        if !headers.get("Upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket")) {
            return Err(ResponseError::Upgrade);
        }
        if !headers.list("Connection").any(|option| option.eq_ignore_ascii_case("upgrade")) {
            return Err(ResponseError::Connection);
        }
        if headers.get("Sec-WebSocket-Accept") != Some(&*self.expected.accept) {
            return Err(ResponseError::Accept);
        }
        let subprotocol = headers.get("Sec-WebSocket-Protocol").map(str::to_owned);
        if headers.all("Sec-WebSocket-Protocol").count() > 1
            || subprotocol.as_ref().is_some_and(|chosen| !self.expected.subprotocols.contains(chosen))
        {
            return Err(ResponseError::Subprotocol);
        }
        let deflate = extensions::negotiate(&headers, self.expected.compression)?;
        Ok(Accepted { subprotocol, deflate, headers, rest: mem::take(&mut self.bytes) })
    }
}

/// Why the answer is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseError {
    /// It is not HTTP.
    NotHttp,
    /// 101, but in an older version than HTTP/1.1.
    HttpVersion,
    /// The head has more than 64 KiB.
    HeadTooLarge,
    /// The head has more than 128 fields.
    TooManyHeaders,
    /// 101, but `Upgrade` is not `websocket`.
    Upgrade,
    /// 101, but `Connection` has no `Upgrade`.
    Connection,
    /// `Sec-WebSocket-Accept` does not fit the key.
    Accept,
    /// The server chose a subprotocol that was not offered.
    Subprotocol,
    /// The server chose extensions that were not offered.
    Extension(ExtensionError),
    /// The connection has ended before the head.
    Incomplete,
}

impl From<ExtensionError> for ResponseError {
    fn from(error: ExtensionError) -> Self {
        Self::Extension(error)
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHttp => "the answer is not HTTP",
            Self::HttpVersion => "the answer is older than HTTP/1.1",
            Self::HeadTooLarge => "the head of the answer is too large",
            Self::TooManyHeaders => "the answer has too many headers",
            Self::Upgrade => "header Upgrade of the answer is not websocket",
            Self::Connection => "header Connection of the answer is not Upgrade",
            Self::Accept => "header Sec-WebSocket-Accept of the answer does not fit the key",
            Self::Subprotocol => "the server chose a subprotocol that was not offered",
            Self::Extension(error) => return error.fmt(f),
            Self::Incomplete => "the connection has ended before the answer",
        })
    }
}

impl Error for ResponseError {}
