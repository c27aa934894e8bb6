//! Inflating of what the server has compressed (RFC 7692, section 7.2.2).

use std::fmt;

use flate2::{Decompress, FlushDecompress, Status};

use crate::assembly::Assembly;
use crate::handshake::extensions::DeflateParameters;
use crate::violation::Violation;

/// What a sender takes off the end of a message: an empty stored block (section 7.2.1).
pub(crate) const TAIL: [u8; 4] = [0, 0, 0xFF, 0xFF];
/// Bytes that are inflated before the caller has a turn: well under a millisecond of work.
const SLICE: usize = 128 << 10;
const SMALLEST_STEP: usize = 1 << 10;

pub(crate) struct Inflater {
    /// Made for the first compressed message. Its window is the largest, whatever the server has chosen: with a
    /// smaller one, zlib would notice a reference that goes too far back or not, as the bytes happen to be cut.
    stream: Option<Decompress>,
    /// Whether a message may refer back to the one before.
    keep_context: bool,
    /// Nothing has come since the start of a message or of a DEFLATE stream.
    at_start: bool,
}

/// How far one step of inflating went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inflated {
    /// Bytes of the input that were used.
    pub(crate) used: usize,
    /// Whether there is more to do with the input, or without any.
    pub(crate) unfinished: bool,
}

impl Inflater {
    pub(crate) fn new(parameters: DeflateParameters) -> Self {
        Self { stream: None, keep_context: !parameters.server_no_context_takeover, at_start: true }
    }

    /// Inflates `input` to the end of `message`, at most a slice of it.
    pub(crate) fn inflate(&mut self, input: &[u8], message: &mut Assembly) -> Result<Inflated, Violation> {
        let (mut used, mut produced) = (0, 0);
        loop {
            let rest = &input[used..];
            let size = rest.len().saturating_mul(4).clamp(SMALLEST_STEP, SLICE);
            let step = message.append(size, |space| self.step(rest, space, &mut used));
            // What comes first is judged first, however the bytes were cut: a text is broken within its limit, and the
            // limit passed before an error in what follows.
            if message.is_too_large() && step != Err(Violation::InvalidUtf8) {
                return Err(Violation::MessageTooLarge);
            }
            let step = step?;
            produced += step;
            // A full step may have left output inside the stream.
            if step < size || produced >= SLICE {
                return Ok(Inflated { used, unfinished: step == size });
            }
        }
    }

    /// All of a message has been inflated.
    pub(crate) fn finish(&mut self, message: &mut Assembly) -> Result<(), Violation> {
        if !self.at_start {
            // Whatever comes out now would come from a block that was cut.
            if message.append(SMALLEST_STEP, |space| self.step(&TAIL, space, &mut 0))? > 0 {
                return Err(Violation::CorruptDeflate);
            }
            self.at_start = true;
        }
        if let (false, Some(stream)) = (self.keep_context, &mut self.stream) {
            stream.reset(false);
        }
        Ok(())
    }

    /// Inflates until `space` is full or `input` is used up. Returns how much is in `space`, errors or not.
    fn step(
        &mut self,
        mut input: &[u8],
        space: &mut [u8],
        used: &mut usize,
    ) -> (usize, Result<(), Violation>) {
        let stream = self.stream.get_or_insert_with(|| Decompress::new(false));
        let mut produced = 0;
        loop {
            let (total_in, total_out) = (stream.total_in(), stream.total_out());
            let result = stream.decompress(input, &mut space[produced..], FlushDecompress::None);
            let read = difference(stream.total_in(), total_in);
            input = &input[read..];
            *used += read;
            produced += difference(stream.total_out(), total_out);
            match result {
                Ok(Status::StreamEnd) => {
                    // A block with BFINAL ends a stream, not a message (section 7.2.3.4).
                    stream.reset(false);
                    self.at_start = true;
                    if input.is_empty() || produced == space.len() {
                        return (produced, Ok(()));
                    }
                }
                Ok(_) => {
                    self.at_start &= read == 0;
                    return (produced, Ok(()));
                }
                Err(_) => return (produced, Err(Violation::CorruptDeflate)),
            }
        }
    }
}

fn difference(now: u64, before: u64) -> usize {
    usize::try_from(now - before).expect("a step is no longer than its slices")
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater").field("keep_context", &self.keep_context).finish_non_exhaustive()
    }
}
