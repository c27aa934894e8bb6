//! Bytes that were read from the socket and not yet used.

use std::ops::Range;

use bytes::BufMut;
use bytes::buf::Limit;

/// Free memory that the socket is read into.
pub(crate) type Space<'a> = Limit<&'a mut Vec<u8>>;

#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    /// Bytes before it are used up.
    start: usize,
    size: usize,
}

impl Buffer {
    /// `size` is its capacity; `bytes` are there already.
    pub(crate) const fn new(size: usize, bytes: Vec<u8>) -> Self {
        Self { bytes, start: 0, size }
    }

    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Marks `count` unread bytes as used. They can be looked at until the next [`Self::space`].
    pub(crate) fn consume(&mut self, count: usize) -> Range<usize> {
        let range = self.start..self.start + count;
        self.start = range.end;
        range
    }

    /// Bytes that were consumed.
    pub(crate) fn consumed(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// Room for at least one byte, up to the size.
    pub(crate) fn space(&mut self) -> Space<'_> {
        // At most the head of a frame or a control frame is left here.
        self.bytes.drain(..self.start);
        self.start = 0;
        let room = self.size.saturating_sub(self.bytes.len()).max(1);
        self.bytes.reserve_exact(room);
        (&mut self.bytes).limit(room)
    }

    pub(crate) fn clear(&mut self) {
        self.start = self.bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_moves_to_the_front_and_the_size_is_kept() {
        let mut buffer = Buffer::new(8, Vec::new());
        buffer.space().put_slice(b"abcdefgh");
        let range = buffer.consume(6);
        assert_eq!(buffer.consumed(range), b"abcdef");
        assert_eq!(buffer.unread(), b"gh");
        assert_eq!(buffer.space().remaining_mut(), 6);
        assert_eq!(buffer.unread(), b"gh");
        assert_eq!(buffer.bytes.capacity(), 8);
    }

    #[test]
    fn there_is_always_room() {
        let mut buffer = Buffer::new(2, b"abcdef".to_vec());
        assert_eq!(buffer.space().remaining_mut(), 1);
    }
}
