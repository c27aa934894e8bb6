//! What a connection's messages mean, before they are anybody's.

use wire::{Binary, Text};

use crate::delivery::Batch;
use crate::message::{Occurrence, Payload};

/// Texts longer than this are handed over instead of copied, if they lie in memory of their own.
const LARGE: usize = 16 << 10;

/// A message as it came.
pub(crate) enum Incoming<'a> {
    Text(Text<'a>),
    Binary(Binary<'a>),
}

/// Makes of each message what it holds for 1C. What was not yet taken out when the connection ends was never read.
pub(crate) trait Inlet: Send {
    /// A message came; what the one before held was taken out. What is for 1C as it is may go into the batch at once.
    fn feed(&mut self, incoming: Incoming<'_>, batch: &mut Batch);

    /// The next thing that it holds.
    fn next(&mut self) -> Option<Passage> {
        None
    }

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
pub(crate) struct Plain;

impl Inlet for Plain {
    fn feed(&mut self, incoming: Incoming<'_>, batch: &mut Batch) {
        match incoming {
            Incoming::Text(text) if text.as_str().len() > LARGE => {
                batch.add(Occurrence::Message(Payload::Text(text.into_string().into())));
            }
            Incoming::Text(text) => batch.add_text(text.as_str()),
            Incoming::Binary(binary) => batch.add(Occurrence::Message(Payload::Binary(binary.into_vec()))),
        }
    }
}
