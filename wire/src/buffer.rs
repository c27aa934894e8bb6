//! Bytes that were read from the socket and not yet used.

use std::mem;
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
        self.adapt();
        // At most the head of a frame or a control frame is left here.
        self.bytes.drain(..self.start);
        self.start = 0;
        let room = self.size.saturating_sub(self.bytes.len()).max(1);
        self.bytes.reserve_exact(room);
        (&mut self.bytes).limit(room)
    }

    /// Uses `memory` if it has none.
    pub(crate) fn lend(&mut self, memory: &mut Vec<u8>) {
        if self.bytes.capacity() == 0 {
            self.bytes = mem::take(memory);
            self.bytes.clear();
        }
    }

    /// Gives its memory back, unless there is something in it.
    pub(crate) fn rest(&mut self, memory: &mut Vec<u8>) {
        if self.unread().is_empty() {
            self.adapt();
            self.clear();
            *memory = mem::take(&mut self.bytes);
        }
    }

    /// What is there, used or not, came with the last read.
    const fn adapt(&mut self) {
        let filled = self.bytes.len();
        if filled >= self.size {
            self.size = self.quiet.saturating_mul(BUSY);
        } else if filled > 0 && filled <= self.quiet {
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
        let (mut buffer, mut memory) = (Buffer::new(8, Vec::new()), Vec::new());
        let mut space_after = |count, rests| {
            buffer.bytes.resize(count, 0);
            buffer.consume(count);
            if rests {
                buffer.rest(&mut memory);
                assert_eq!(buffer.bytes.capacity(), 0);
                buffer.lend(&mut memory);
            }
            buffer.space().remaining_mut()
        };
        for rests in [false, true] {
            assert_eq!([7, 8, 32, 9, 8].map(|count| space_after(count, rests)), [8, 32, 32, 32, 8]);
        }
    }

    #[test]
    fn what_is_unread_is_kept() {
        let (mut buffer, mut memory) = (Buffer::new(8, b"abc".to_vec()), Vec::new());
        buffer.rest(&mut memory);
        assert_eq!((buffer.unread(), memory.capacity()), (&b"abc"[..], 0));
        buffer.consume(3);
        buffer.rest(&mut memory);
        assert!(memory.is_empty() && memory.capacity() >= 3);
        memory.push(1);
        buffer.lend(&mut memory);
        assert!(buffer.unread().is_empty() && memory.capacity() == 0);
    }
}
