//! HTTP over our own dialer, so that proxy and TLS settings are those of WebSocket.
//!
//! A client keeps connections alive between requests, [`IDLE_LIMIT`](kept::IDLE_LIMIT) at most. That the
//! server has given one up meanwhile is noticed when the next request gets no answer at all; it is repeated
//! at once on a new connection, if it was not sent or if repeating it changes nothing (RFC 9110, section
//! 9.2.2).

mod connection;
mod inflater;
pub mod kept;
pub mod stream;

use std::fmt;
use std::sync::Arc;

use hyper::Method;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use native_api::Text;

use self::connection::Connection;
use self::kept::Kept;
use self::stream::HttpStream;
use crate::message::{Failure, FailureKind};
use crate::transport::address::Address;
use crate::transport::dial::DialSettings;

/// Largest body that is taken as a whole, in bytes, also after inflating.
pub const LARGEST_BODY: usize = 16 << 20;

/// A request.
#[derive(Clone)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: Method,
    /// Where to.
    pub address: Address,
    /// Headers besides `Host` and `Accept-Encoding`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body and its type.
    pub body: Option<(&'static str, String)>,
}

/// An answer with its body.
#[derive(Debug)]
pub struct HttpAnswer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// What has come of the body, inflated.
    pub body: Vec<u8>,
    /// Whether the body came to its end. What was cut may still hold whole messages.
    pub complete: bool,
}

impl HttpAnswer {
    /// The value of a header; empty if there is none, or none that is text.
    #[must_use]
    pub fn header(&self, name: &HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A client with kept-alive connections; requests side by side have connections of their own. A clone shares
/// them.
#[derive(Clone)]
pub struct HttpClient {
    kept: Arc<Kept>,
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

impl Default for HttpClient {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpClient {
    /// A client that keeps one connection.
    #[must_use]
    pub fn new() -> Self {
        Self::keeping(1)
    }

    /// A client that keeps so many connections while nothing is asked on them.
    #[must_use]
    pub fn keeping(most: usize) -> Self {
        Self { kept: Arc::new(Kept::new(most)) }
    }

    /// Sends a request and reads the answer. Dropped, it gives the request up and closes the connection.
    ///
    /// # Errors
    /// No answer: the kind tells the step that failed; [`FailureKind::Protocol`] for a body larger than
    /// [`LARGEST_BODY`]. Any status is an answer, and so is a body that was cut.
    pub async fn send(&self, request: &HttpRequest, settings: &DialSettings) -> Result<HttpAnswer, Failure> {
        let mut stream = self.begin(request, settings).await?;
        let mut body = Vec::new();
        let complete = loop {
            match stream.piece().await {
                Ok(Some(piece)) if body.len() + piece.len() > LARGEST_BODY => return Err(too_large()),
                Ok(Some(piece)) => body.extend_from_slice(&piece),
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        Ok(HttpAnswer { status: stream.status(), headers: stream.into_headers(), body, complete })
    }

    /// Sends a request and waits for the head of the answer only. Dropped, it gives the request up and closes
    /// the connection; so does dropping the answer before its end.
    ///
    /// # Errors
    /// No answer: the kind tells the step of [`dial`](crate::transport::dial::dial) that failed, and is
    /// [`FailureKind::Network`] after that. Any status is an answer.
    pub async fn begin(&self, request: &HttpRequest, settings: &DialSettings) -> Result<HttpStream, Failure> {
        if let Some(mut connection) = self.kept.take(&request.address, settings) {
            match connection.ask(request).await {
                Ok(response) => return Ok(HttpStream::new(response, connection, &self.kept)),
                Err(unanswered) if unanswered.may_be_repeated => {}
                Err(unanswered) => return Err(unanswered.into()),
            }
        }
        let mut connection = Connection::open(&request.address, settings).await?;
        let response = connection.ask(request).await?;
        Ok(HttpStream::new(response, connection, &self.kept))
    }

    /// Connects, if there is no connection yet, so that the next request has but to be sent.
    ///
    /// # Errors
    /// Those of [`begin`](Self::begin) before the request is sent.
    pub async fn prepare(&self, address: &Address, settings: &DialSettings) -> Result<(), Failure> {
        let connection = match self.kept.take(address, settings) {
            Some(connection) => connection,
            None => Connection::open(address, settings).await?,
        };
        self.kept.put(connection);
        Ok(())
    }

    /// Closes the connections that are kept, and keeps none from now on.
    pub fn close(&self) {
        self.kept.close();
    }
}

const fn too_large() -> Failure {
    Failure::new(
        FailureKind::Protocol,
        Text::fixed("Ответ сервера больше 16 МиБ", "The server's answer is larger than 16 MiB"),
    )
}
