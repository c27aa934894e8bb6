//! Memory of a message that does not lie whole and plain in the read buffer: one in fragments, compressed, or
//! larger.

use bytes::BufMut;

use crate::buffer::Space;
use crate::limits::Limits;
use crate::utf8::Utf8Progress;
use crate::violation::Violation;

/// Bytes that the length in a header is trusted for at once; beyond them, memory grows with what has come.
const TRUSTED: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Assembly {
    bytes: Vec<u8>,
    utf8: Utf8Progress,
    /// The largest message.
    limit: usize,
    /// Capacity that is kept when there is no message; less is not worth a read of its own.
    kept: usize,
}

impl Assembly {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            bytes: Vec::new(),
            utf8: Utf8Progress::default(),
            limit: limits.message_size,
            kept: limits.read_buffer,
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The memory itself, for whoever takes the message over.
    pub(crate) const fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Forgets the last message.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.utf8 = Utf8Progress::default();
    }

    /// Forgets the last message, and its memory if that was large.
    pub(crate) fn release(&mut self) {
        self.clear();
        if self.bytes.capacity() > self.kept {
            self.bytes = Vec::new();
        }
    }

    pub(crate) fn extend(&mut self, piece: &[u8]) {
        self.grow(piece.len());
        self.bytes.extend_from_slice(piece);
    }

    /// Room for a part of the `missing` bytes of a frame, for the socket to be read into.
    pub(crate) fn space(&mut self, missing: usize) -> Space<'_> {
        if self.bytes.capacity() - self.bytes.len() < missing.min(self.kept) {
            self.grow(missing.min(TRUSTED.max(self.bytes.len())));
        }
        let room = missing.min(self.bytes.capacity() - self.bytes.len());
        (&mut self.bytes).limit(room)
    }

    /// Appends what `write` puts into at most `size` zeroed bytes; it says how many. A message that gets too
    /// large is given one byte beyond the limit, and no more.
    pub(crate) fn append(
        &mut self,
        size: usize,
        write: impl FnOnce(&mut [u8]) -> (usize, Result<(), Violation>),
    ) -> Result<usize, Violation> {
        let start = self.bytes.len();
        let size = size.min(self.limit.saturating_add(1).saturating_sub(start));
        self.grow(size);
        self.bytes.resize(start + size, 0);
        let (written, result) = write(&mut self.bytes[start..]);
        self.bytes.truncate(start + written);
        result.map(|()| written)
    }

    pub(crate) const fn is_too_large(&self) -> bool {
        self.bytes.len() > self.limit
    }

    /// Judges the text so far; it may end inside a character.
    pub(crate) fn check_utf8(&mut self) -> Result<(), Violation> {
        self.utf8.advance(&self.bytes)
    }

    /// At least doubles what is not enough, but not beyond the limit and the byte that shows that it is broken.
    fn grow(&mut self, additional: usize) {
        let needed = self.bytes.len() + additional;
        if needed > self.bytes.capacity() {
            let doubled = self.bytes.capacity().saturating_mul(2);
            let target = doubled.min(self.limit.saturating_add(1)).max(needed);
            self.bytes.reserve_exact(target - self.bytes.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assembly() -> Assembly {
        Assembly::new(&Limits { message_size: 64 << 20, read_buffer: 16 << 10, ..Limits::default() })
    }

    #[test]
    fn a_length_alone_takes_little_memory() {
        let mut assembly = assembly();
        assert_eq!(assembly.space(64 << 20).remaining_mut(), TRUSTED);
        assembly.space(64 << 20).put_bytes(1, TRUSTED);
        assembly.space(63 << 20).put_bytes(1, 1);
        assert_eq!(assembly.bytes.capacity(), 2 * TRUSTED);
    }

    #[test]
    fn memory_of_a_large_message_is_given_back() {
        let mut assembly = assembly();
        assembly.extend(&[1; 1000]);
        assembly.release();
        assert_eq!((assembly.bytes.len(), assembly.bytes.capacity()), (0, 1000));
        assembly.extend(&[1; 20_000]);
        assembly.release();
        assert_eq!((assembly.bytes.len(), assembly.bytes.capacity()), (0, 0));
    }

    #[test]
    fn capacity_stays_within_the_limit() {
        let mut assembly = Assembly::new(&Limits { message_size: 1000, ..Limits::default() });
        for _ in 0..1000 {
            assembly.extend(&[1]);
        }
        assert_eq!(assembly.bytes.capacity(), 1001);
    }

    #[test]
    fn one_byte_too_many_can_be_appended() {
        let mut assembly = Assembly::new(&Limits { message_size: 10, ..Limits::default() });
        let written = assembly.append(100, |space| (space.len(), Ok(())));
        assert_eq!(written, Ok(11));
        assert!(assembly.is_too_large());
    }
}
