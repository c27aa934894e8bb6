//! Messages → bytes.

use std::error::Error;
use std::fmt;

use crate::close::{CloseCode, fitting};
use crate::deflate::Deflater;
use crate::frame::{LONGEST_CONTROL, Opcode, encode};
use crate::handshake::extensions::DeflateParameters;
use crate::random::{Random, SystemRandom};

/// Messages shorter than this are not worth compressing, in bytes.
const COMPRESSION_THRESHOLD: usize = 256;

/// Appends masked frames to the caller's buffer: as many as it likes before it writes them out.
#[derive(Debug)]
pub struct Sender<R = SystemRandom> {
    random: R,
    deflater: Option<Deflater>,
    compression_threshold: usize,
    closed: bool,
}

impl<R: Random> Sender<R> {
    /// A sender for what was agreed in the handshake. Masks come from `random`.
    #[must_use]
    pub fn new(deflate: Option<DeflateParameters>, random: R) -> Self {
        let deflater = deflate.and_then(Deflater::new);
        Self { random, deflater, compression_threshold: COMPRESSION_THRESHOLD, closed: false }
    }

    /// Messages of fewer `bytes` are not compressed, even if compression was agreed on. 256 at first.
    pub const fn set_compression_threshold(&mut self, bytes: usize) {
        self.compression_threshold = bytes;
    }

    /// A text message.
    ///
    /// # Errors
    /// [`SendError::Closed`].
    pub fn text(&mut self, text: &str, out: &mut Vec<u8>) -> Result<(), SendError> {
        self.message(Opcode::Text, text.as_bytes(), out)
    }

    /// A binary message.
    ///
    /// # Errors
    /// [`SendError::Closed`].
    pub fn binary(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), SendError> {
        self.message(Opcode::Binary, payload, out)
    }

    /// A ping with at most 125 bytes of payload.
    ///
    /// # Errors
    /// [`SendError::Closed`], [`SendError::ControlTooLong`].
    pub fn ping(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), SendError> {
        self.control(Opcode::Ping, payload, out)
    }

    /// The answer to a ping, with its payload. Never to be sent without one: some servers die of it.
    ///
    /// # Errors
    /// [`SendError::Closed`], [`SendError::ControlTooLong`].
    pub fn pong(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), SendError> {
        self.control(Opcode::Pong, payload, out)
    }

    /// The last frame. Without a code it is empty; a reason of more than 123 bytes is cut.
    ///
    /// # Errors
    /// [`SendError::Closed`] when it is not the first.
    pub fn close(
        &mut self,
        code: Option<CloseCode>,
        reason: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), SendError> {
        let mut payload = Vec::new();
        if let Some(code) = code {
            payload.extend(code.get().to_be_bytes());
            payload.extend(fitting(reason).as_bytes());
        }
        self.control(Opcode::Close, &payload, out)?;
        self.closed = true;
        Ok(())
    }

    /// Whether a close was sent: nothing may follow it.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    fn message(&mut self, opcode: Opcode, payload: &[u8], out: &mut Vec<u8>) -> Result<(), SendError> {
        let key = self.key()?;
        match &mut self.deflater {
            Some(deflater) if payload.len() >= self.compression_threshold => {
                encode(opcode, true, &deflater.deflate(payload), key, out);
            }
            _ => encode(opcode, false, payload, key, out),
        }
        Ok(())
    }

    fn control(&mut self, opcode: Opcode, payload: &[u8], out: &mut Vec<u8>) -> Result<(), SendError> {
        if payload.len() > LONGEST_CONTROL {
            return Err(SendError::ControlTooLong);
        }
        let key = self.key()?;
        encode(opcode, false, payload, key, out);
        Ok(())
    }

    fn key(&mut self) -> Result<[u8; 4], SendError> {
        if self.closed {
            return Err(SendError::Closed);
        }
        let mut key = [0; 4];
        self.random.fill(&mut key);
        Ok(key)
    }
}

/// Why nothing was appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// A close was sent before.
    Closed,
    /// A ping or pong has more than 125 bytes of payload (RFC 6455, section 5.5).
    ControlTooLong,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "a close was sent before",
            Self::ControlTooLong => "a control frame has at most 125 bytes of payload",
        })
    }
}

impl Error for SendError {}
