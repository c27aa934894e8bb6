//! Messages in their order, within limits.

use std::collections::VecDeque;

use super::Message;
use crate::message::Payload;
use crate::queue::Limits;
use crate::texts::Texts;

/// Bytes from which on a text is not copied to others, in a block, but moved.
const LONG: usize = 4 << 10;
/// Bytes of texts after which another block begins.
const BLOCK: usize = 32 << 10;
/// Most texts of a block: they may be empty.
const MOST_IN_A_BLOCK: usize = 4096;
/// Most blocks whose memory is kept while messages come.
const SPARE: usize = 8;

/// Messages in their order. Short texts that nobody waits for lie one behind the other, so that sending one allocates
/// nothing, and what the writer takes are blocks.
#[derive(Debug, Default)]
pub(super) struct Messages {
    pieces: VecDeque<Piece>,
    /// Messages in all pieces, and their bytes.
    entries: usize,
    bytes: usize,
    /// Blocks that were written.
    spare: Vec<Texts>,
}

/// What is taken at a time.
#[derive(Debug)]
pub(super) enum Piece {
    /// Texts that nobody waits for.
    Texts(Texts),
    /// Any message.
    Message(Message),
}

impl Messages {
    /// Whether a text is copied into a block if nobody waits for it.
    pub(super) const fn is_short(text: &str) -> bool {
        text.len() < LONG
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Whether a message of `bytes` would be within the limits. One that is larger than the limit in bytes fits into an
    /// empty queue.
    pub(super) fn has_room(&self, bytes: usize, limits: Limits) -> bool {
        self.is_empty() || limits.admit(self.entries + 1, self.bytes.saturating_add(bytes))
    }

    /// Appends a short text that nobody waits for.
    pub(super) fn push_text(&mut self, text: &str) {
        self.entries += 1;
        self.bytes += text.len();
        match self.pieces.back_mut() {
            Some(Piece::Texts(block)) if block.bytes() < BLOCK && block.len() < MOST_IN_A_BLOCK => {
                block.push(text);
            }
            _ => {
                let mut block = self.spare.pop().unwrap_or_default();
                block.push(text);
                self.pieces.push_back(Piece::Texts(block));
            }
        }
    }

    /// Appends any message.
    pub(super) fn push(&mut self, message: Message) {
        match message {
            Message { payload: Payload::Text(text), written: None } if Self::is_short(&text) => {
                self.push_text(&text);
            }
            message => {
                self.entries += 1;
                self.bytes += message.payload.len();
                self.pieces.push_back(Piece::Message(message));
            }
        }
    }

    /// Takes the oldest.
    pub(super) fn pop(&mut self) -> Option<Piece> {
        let piece = self.pieces.pop_front()?;
        let (entries, bytes) = match &piece {
            Piece::Texts(texts) => (texts.len(), texts.bytes()),
            Piece::Message(message) => (1, message.payload.len()),
        };
        self.entries -= entries;
        self.bytes -= bytes;
        Some(piece)
    }

    /// Takes memory of blocks that were written, as much as may be needed.
    pub(super) fn reuse(&mut self, used: &mut Vec<Texts>) {
        let room = SPARE.saturating_sub(self.spare.len());
        self.spare.extend(used.drain(..used.len().min(room)));
    }

    /// Gives memory back that is not needed as long as there are no messages.
    pub(super) fn shrink(&mut self) {
        self.spare = Vec::new();
        self.pieces.shrink_to_fit();
    }

    /// How many there are that nobody waits for.
    pub(super) fn unawaited(self) -> u64 {
        let count = self.pieces.iter().map(|piece| match piece {
            Piece::Texts(texts) => texts.len(),
            Piece::Message(message) => usize::from(message.written.is_none()),
        });
        u64::try_from(count.sum::<usize>()).unwrap_or(u64::MAX)
    }
}
