//! Bytes that were read from the socket and not yet used.

use std::ops::Range;

use bytes::BufMut;
use bytes::buf::Limit;

/// Free memory that the socket is read into.
pub(crate) type Space<'a> = Limit<&'a mut Vec<u8>>;

/// How many times larger the buffer is while what is read fills it.
const BUSY: usize = 4;

#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    /// Bytes before it are used up.
    start: usize,
    /// Its capacity while little comes.
    quiet: usize,
    /// Its capacity now.
    size: usize,
}

impl Buffer {
    /// `size` is its capacity while little comes; `bytes` are there already.
    pub(crate) const fn new(size: usize, bytes: Vec<u8>) -> Self {
        Self { bytes, start: 0, quiet: size, size }
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
        self.adapt(self.bytes.len());
        // At most the head of a frame or a control frame is left here.
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.shrink_to(self.size);
        let room = self.size.saturating_sub(self.bytes.len()).max(1);
        self.bytes.reserve_exact(room);
        (&mut self.bytes).limit(room)
    }

    /// So many bytes were there after the last read.
    const fn adapt(&mut self, filled: usize) {
        if filled >= self.size {
            self.size = self.quiet.saturating_mul(BUSY);
        } else if filled <= self.quiet {
            self.size = self.quiet;
        }
    }

    /// Throws everything away.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.start = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_moves_to_the_front_and_the_size_is_kept() {
        let mut buffer = Buffer::new(8, Vec::new());
        buffer.space().put_slice(b"abcdefg");
        let range = buffer.consume(5);
        assert_eq!(buffer.consumed(range), b"abcde");
        assert_eq!(buffer.unread(), b"fg");
        assert_eq!(buffer.space().remaining_mut(), 6);
        assert_eq!(buffer.unread(), b"fg");
        assert_eq!(buffer.bytes.capacity(), 8);
    }

    #[test]
    fn there_is_always_room() {
        let mut buffer = Buffer::new(2, b"abcdefghij".to_vec());
        assert_eq!(buffer.space().remaining_mut(), 1);
    }

    #[test]
    fn it_is_large_while_it_is_filled() {
        let mut buffer = Buffer::new(8, Vec::new());
        let mut space_after = |count| {
            buffer.bytes.resize(count, 0);
            buffer.consume(count);
            (buffer.space().remaining_mut(), buffer.bytes.capacity())
        };
        assert_eq!(space_after(7), (8, 8));
        assert_eq!(space_after(8), (32, 32));
        assert_eq!(space_after(32), (32, 32));
        assert_eq!(space_after(9), (32, 32));
        assert_eq!(space_after(8), (8, 8));
    }
}
