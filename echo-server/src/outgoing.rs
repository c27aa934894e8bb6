//! What waits to be written on one connection.

use tokio_tungstenite::tungstenite::protocol::frame::Frame;

#[derive(Clone, Debug)]
pub(crate) enum Outgoing {
    /// A text or binary message.
    Message(Frame),
    /// A ping or pong.
    Control(Frame),
    /// The server closes, and waits for the client's close.
    Close(Frame),
    /// The client has closed: the answer to it.
    CloseAnswer(Frame),
    /// The client broke the protocol: the close frame that says so, and what it did.
    Violation(Frame, String),
}
