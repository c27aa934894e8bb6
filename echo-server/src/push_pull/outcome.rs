//! How a request ends.

use crate::push_pull::response::Response;

/// What is done with a request that was read.
pub(super) enum Outcome {
    /// It is answered.
    Answer(Response),
    /// It is answered with the first bytes of the body as it travels, or (`Err`) without so many bytes at its end; then
    /// TCP is reset.
    Cut { response: Response, at: Result<usize, usize> },
    /// It is answered, and the connection closed when the next request has come.
    Stale(Response),
    /// It is never answered.
    Silence,
    /// The stream is ended without an answer.
    HangUp,
    /// TCP is reset without an answer.
    Reset,
    /// The connection is over: the client has ended it, or it was a WebSocket.
    Ended,
}

impl From<Response> for Outcome {
    fn from(response: Response) -> Self {
        Self::Answer(response)
    }
}
