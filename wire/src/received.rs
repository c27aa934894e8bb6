//! What a receiver gives.

use std::mem;

use crate::close::Close;
use crate::violation::Violation;
use crate::{utf8, utf16};

/// Something that came from the server. It borrows the receiver's memory.
#[derive(Debug)]
pub enum Received<'a> {
    /// A text message.
    Text(Text<'a>),
    /// A binary message.
    Binary(Binary<'a>),
    /// A ping, to be answered with a pong of the same payload unless a close was sent.
    Ping(&'a [u8]),
    /// A pong.
    Pong(&'a [u8]),
    /// The server closes: to be answered with a close of the same code, unless ours was first. Nothing is
    /// received after it.
    Close(Close<'a>),
    /// A part of a large compressed message was inflated. Nothing to do but to ask again: a caller that
    /// serves others too may let them have their turn first.
    Unfinished,
}

/// A text message, not yet known to be UTF-8: that is found out, once, by whoever reads or converts it. One that
/// nobody looks at is not validated.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a>(pub(crate) &'a [u8]);

impl<'a> Text<'a> {
    /// Its length in bytes of UTF-8.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.len()
    }

    /// Whether it has no characters.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The text as it is.
    ///
    /// # Errors
    /// [`Violation::InvalidUtf8`].
    pub fn to_str(self) -> Result<&'a str, Violation> {
        utf8::validate(self.0)
    }

    /// The text in UTF-16.
    ///
    /// # Errors
    /// [`Violation::InvalidUtf8`].
    pub fn to_utf16(self) -> Result<Vec<u16>, Violation> {
        utf16::convert(self.0)
    }
}

/// A binary message.
#[derive(Debug)]
pub struct Binary<'a>(pub(crate) Payload<'a>);

#[derive(Debug)]
pub(crate) enum Payload<'a> {
    /// Among other bytes.
    Part(&'a [u8]),
    /// In memory of its own.
    Whole(&'a mut Vec<u8>),
}

impl Binary<'_> {
    /// The payload.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Payload::Part(bytes) => bytes,
            Payload::Whole(bytes) => bytes,
        }
    }

    /// The payload; a large one is not copied.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Payload::Part(bytes) => bytes.to_vec(),
            Payload::Whole(bytes) => {
                let mut bytes = mem::take(bytes);
                bytes.shrink_to_fit();
                bytes
            }
        }
    }
}
