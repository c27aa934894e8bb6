//! An answer whose body is read as it comes.

use std::fmt::Display;
use std::mem;
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONTENT_ENCODING, HeaderMap};
use tokio::task::consume_budget;

use super::connection::Connection;
use super::inflater::{Inflater, SLICE};
use super::kept::Kept;
use crate::message::{Failure, FailureKind};

/// The head of an answer, and the way to its body. The end of the body gives the connection back to the
/// client; dropping the answer before that closes the connection.
pub struct HttpStream {
    status: u16,
    headers: HeaderMap,
    body: Incoming,
    /// For a body that comes as gzip.
    inflater: Option<Inflater>,
    /// What has come of it and is not inflated yet.
    compressed: Bytes,
    state: State,
    kept: Arc<Kept>,
}

enum State {
    Flowing(Connection),
    Ended,
    Failed(Failure),
}

impl HttpStream {
    pub(super) fn new(response: Response<Incoming>, connection: Connection, kept: &Arc<Kept>) -> Self {
        let (head, body) = response.into_parts();
        let is_gzip = head
            .headers
            .get(CONTENT_ENCODING)
            .is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"gzip"));
        let is_ended = body.is_end_stream();
        let mut stream = Self {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            inflater: is_gzip.then(Inflater::new),
            compressed: Bytes::new(),
            state: State::Flowing(connection),
            kept: Arc::clone(kept),
        };
        if is_ended {
            stream.end();
        }
        stream
    }

    /// Status code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Headers.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers alone.
    #[must_use]
    pub fn into_headers(self) -> HeaderMap {
        self.headers
    }

    /// Waits for the next piece of the body, inflated, never empty, of about 1 MiB at most; `None` when the
    /// body came to its end. There is no limit on the whole. Dropped, it loses nothing.
    ///
    /// # Errors
    /// The body was cut ([`FailureKind::Network`]), or is no gzip though it should be
    /// ([`FailureKind::Protocol`]); all that came before has been given out.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        match &self.state {
            State::Flowing(_) => {}
            State::Ended => return Ok(None),
            State::Failed(failure) => return Err(failure.clone()),
        }
        let piece = self.read().await;
        match &piece {
            Ok(Some(_)) => {}
            Ok(None) => self.end(),
            Err(failure) => self.state = State::Failed(failure.clone()),
        }
        piece
    }

    async fn read(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            // Other connections have their turn between any two pieces.
            consume_budget().await;
            let Some(inflater) = &mut self.inflater else { return next_data(&mut self.body).await };
            if self.compressed.is_empty() {
                let Some(data) = next_data(&mut self.body).await? else {
                    return inflater.finish().map(|()| None).map_err(cut);
                };
                self.compressed = data;
            }
            let slice = self.compressed.split_to(self.compressed.len().min(SLICE));
            let inflated = inflater.inflate(&slice).map_err(corrupt)?;
            if !inflated.is_empty() {
                return Ok(Some(inflated.into()));
            }
        }
    }

    fn end(&mut self) {
        if let State::Flowing(connection) = mem::replace(&mut self.state, State::Ended) {
            self.kept.put(connection);
        }
    }
}

/// The next bytes as they come, not none of them; `None` at the end.
async fn next_data(body: &mut Incoming) -> Result<Option<Bytes>, Failure> {
    while let Some(frame) = body.frame().await {
        match frame.map_err(cut)?.into_data() {
            Ok(data) if !data.is_empty() => return Ok(Some(data)),
            _ => {}
        }
    }
    Ok(None)
}

fn cut(error: impl Display) -> Failure {
    Failure::because(
        FailureKind::Network,
        "Ответ сервера оборвался",
        "The server's answer was cut off",
        error,
    )
}

fn corrupt(error: impl Display) -> Failure {
    Failure::because(
        FailureKind::Protocol,
        "Сжатый ответ сервера испорчен",
        "The server's compressed answer is corrupt",
        error,
    )
}
