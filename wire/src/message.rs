//! The frames that make up one message (RFC 6455, section 5.4).

use crate::frame::{FrameHeader, Opcode};
use crate::limits::Limits;
use crate::violation::Violation;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Binary,
}

/// A message of which at least one header has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    /// By permessage-deflate (RFC 7692).
    pub(crate) compressed: bool,
    /// Bytes that its headers have announced.
    pub(crate) announced: usize,
    /// Bytes of these that were inflated, if it is compressed.
    pub(crate) inflated: usize,
    fragments: usize,
}

impl Message {
    /// Whether and how a data frame goes on with the message that is `open`, or begins another.
    pub(crate) fn admit(
        header: &FrameHeader,
        open: Option<Self>,
        limits: &Limits,
    ) -> Result<Self, Violation> {
        let mut message = match (open, header.opcode) {
            (None, Opcode::Text) => Self::begin(Kind::Text, header.compressed),
            (None, Opcode::Binary) => Self::begin(Kind::Binary, header.compressed),
            (None, _) => return Err(Violation::UnexpectedContinuation),
            (Some(_), _) if header.compressed => return Err(Violation::ReservedBit),
            (Some(message), Opcode::Continuation) => message,
            (Some(_), _) => return Err(Violation::ExpectedContinuation),
        };
        message.fragments += 1;
        if message.fragments > limits.fragments {
            return Err(Violation::TooManyFragments);
        }
        let room = message.largest(limits) - message.announced;
        match usize::try_from(header.length) {
            Ok(length) if length <= room => message.announced += length,
            _ => return Err(Violation::MessageTooLarge),
        }
        Ok(message)
    }

    const fn begin(kind: Kind, compressed: bool) -> Self {
        Self { kind, compressed, announced: 0, inflated: 0, fragments: 0 }
    }

    /// How many bytes of payload may be announced.
    const fn largest(&self, limits: &Limits) -> usize {
        if self.compressed {
            // No sane compressor makes more of what cannot be made smaller: 9 bits of each byte.
            limits.message_size.saturating_add(limits.message_size / 8 + 1024)
        } else {
            limits.message_size
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { message_size: 1000, fragments: 3, read_buffer: 100 };

    fn header(opcode: Opcode, compressed: bool, length: u64) -> FrameHeader {
        FrameHeader { fin: false, compressed, opcode, length }
    }

    fn admit(open: Option<Message>, header: &FrameHeader) -> Result<Message, Violation> {
        Message::admit(header, open, &LIMITS)
    }

    fn text(length: u64) -> Option<Message> {
        admit(None, &header(Opcode::Text, false, length)).ok()
    }

    #[test]
    fn a_message_begins_once_and_is_continued() {
        let continuation = header(Opcode::Continuation, false, 1);
        assert_eq!(admit(None, &continuation).err(), Some(Violation::UnexpectedContinuation));
        assert!(admit(text(1), &continuation).is_ok_and(|message| message.announced == 2));
        let binary = header(Opcode::Binary, false, 1);
        assert_eq!(admit(text(1), &binary).err(), Some(Violation::ExpectedContinuation));
    }

    #[test]
    fn only_the_first_frame_says_that_a_message_is_compressed() {
        let first = header(Opcode::Text, true, 1);
        assert!(admit(None, &first).is_ok_and(|message| message.compressed));
        let second = header(Opcode::Continuation, true, 1);
        assert_eq!(admit(text(1), &second).err(), Some(Violation::ReservedBit));
    }

    #[test]
    fn the_size_is_judged_by_what_is_announced() {
        assert!(text(1000).is_some());
        let too_large = Some(Violation::MessageTooLarge);
        assert_eq!(admit(None, &header(Opcode::Text, false, 1001)).err(), too_large);
        assert_eq!(admit(None, &header(Opcode::Text, false, u64::MAX >> 1)).err(), too_large);
        assert!(admit(text(999), &header(Opcode::Continuation, false, 1)).is_ok());
        assert_eq!(admit(text(999), &header(Opcode::Continuation, false, 2)).err(), too_large);
        assert!(admit(None, &header(Opcode::Text, true, 1005)).is_ok(), "what cannot be made smaller");
        assert_eq!(admit(None, &header(Opcode::Text, true, 3000)).err(), too_large);
    }

    #[test]
    fn fragments_are_counted() {
        let empty = header(Opcode::Continuation, false, 0);
        let third = admit(text(0), &empty).and_then(|second| admit(Some(second), &empty));
        let fourth = third.and_then(|third| admit(Some(third), &empty));
        assert_eq!(fourth.err(), Some(Violation::TooManyFragments));
    }
}
