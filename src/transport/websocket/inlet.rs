//! What a connection's messages mean, before they are anybody's.

use crate::message::{Occurrence, Payload};

/// Makes of each message what it holds for 1C. What was not yet taken out when the connection ends was never read.
pub(crate) trait Inlet: Send {
    /// A message came; what the one before held was taken out.
    fn feed(&mut self, payload: Payload);

    /// The next thing that it holds.
    fn next(&mut self) -> Option<Passage>;

    /// Whether the server gives again what was not taken out: then nothing more is taken once 1C has asked for the
    /// end, however much there is.
    fn is_given_again(&self) -> bool {
        false
    }
}

/// What comes out of an inlet.
pub(crate) enum Passage {
    /// Something for 1C.
    Message(Occurrence),
    /// A text to send to the server.
    Answer(String),
    /// The connection shall be left, for the inlet's own reasons.
    Leave,
}

/// Lets each message through as it is.
#[derive(Default)]
pub(crate) struct Plain(Option<Payload>);

impl Inlet for Plain {
    fn feed(&mut self, payload: Payload) {
        self.0 = Some(payload);
    }

    fn next(&mut self) -> Option<Passage> {
        self.0.take().map(|payload| Passage::Message(Occurrence::Message(payload)))
    }
}
