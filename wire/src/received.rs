//! What a receiver gives.

use std::borrow::Borrow;
use std::mem;

use crate::close::Close;

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

/// Bytes of a message whose memory is handed over: to copy a smaller one costs less than to replace its memory.
const LARGE: usize = 16 << 10;

/// A text message. It is valid UTF-8.
#[derive(Debug)]
pub struct Text<'a>(pub(crate) Content<'a, str>);

/// A binary message.
#[derive(Debug)]
pub struct Binary<'a>(pub(crate) Content<'a, [u8]>);

#[derive(Debug)]
pub(crate) enum Content<'a, T: ToOwned + ?Sized> {
    /// Among other bytes.
    Part(&'a T),
    /// In memory of its own.
    Whole(&'a mut T::Owned),
}

impl<T: ToOwned + ?Sized> Content<'_, T> {
    fn get(&self) -> &T {
        match self {
            Self::Part(part) => part,
            Self::Whole(whole) => (**whole).borrow(),
        }
    }
}

impl Text<'_> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The text; a large one is not copied.
    #[must_use]
    pub fn into_string(self) -> String {
        match self.0 {
            Content::Whole(text) if text.len() > LARGE => {
                let mut text = mem::take(text);
                text.shrink_to_fit();
                text
            }
            content => content.get().to_owned(),
        }
    }
}

impl Binary<'_> {
    /// The payload.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.0.get()
    }

    /// The payload; a large one is not copied.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Content::Whole(bytes) if bytes.len() > LARGE => {
                let mut bytes = mem::take(bytes);
                bytes.shrink_to_fit();
                bytes
            }
            content => content.get().to_owned(),
        }
    }
}
