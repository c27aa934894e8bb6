//! Memory of a message that does not lie whole and plain in the read buffer: one in fragments, compressed, or
//! larger.

use bytes::BufMut;

use crate::buffer::Space;
use crate::limits::Limits;
use crate::message::Kind;
use crate::utf8::GrowingText;
use crate::violation::Violation;

/// Bytes that the length in a header is trusted for at once; beyond them, memory grows with what has come.
const TRUSTED: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Assembly {
    kind: Kind,
    /// The message, if it is one of text.
    text: GrowingText,
    /// The message, if it is a binary one; else what was inflated last.
    bytes: Vec<u8>,
    /// The largest message.
    limit: usize,
    /// Capacity that is kept when there is no message; less is not worth a read of its own.
    kept: usize,
}

impl Assembly {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            kind: Kind::Text,
            text: GrowingText::default(),
            bytes: Vec::new(),
            limit: limits.message_size,
            kept: limits.read_buffer,
        }
    }

    /// Forgets the last message and begins another.
    pub(crate) fn begin(&mut self, kind: Kind) {
        self.clear();
        self.kind = kind;
    }

    /// Bytes of the message so far.
    pub(crate) const fn len(&self) -> usize {
        match self.kind {
            Kind::Text => self.text.len(),
            Kind::Binary => self.bytes.len(),
        }
    }

    /// A text message of which nothing more comes, for whoever takes it over.
    pub(crate) fn whole_text(&mut self) -> Result<&mut String, Violation> {
        self.text.whole()
    }

    /// A binary message, for whoever takes it over.
    pub(crate) const fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    fn clear(&mut self) {
        self.text.clear();
        self.bytes.clear();
    }

    /// Forgets the last message, and its memory if that was large.
    pub(crate) fn release(&mut self) {
        self.clear();
        if self.text.capacity() > self.kept {
            self.text = GrowingText::default();
        }
        if self.bytes.capacity() > self.kept {
            self.bytes = Vec::new();
        }
    }

    /// Forgets the last message, and all its memory.
    pub(crate) fn forget(&mut self) {
        self.text = GrowingText::default();
        self.bytes = Vec::new();
    }

    /// Appends a part of the `missing` bytes of a frame. A text that is not UTF-8 is noticed as soon as it comes.
    pub(crate) fn extend(&mut self, part: &[u8], missing: usize) -> Result<(), Violation> {
        if self.room() < part.len() {
            self.grow(self.trusted(missing).max(part.len()));
        }
        match self.kind {
            Kind::Text => self.text.push(part)?,
            Kind::Binary => self.bytes.extend_from_slice(part),
        }
        Ok(())
    }

    /// Room for a part of the `missing` bytes of a frame of a binary message, for the socket to be read into.
    pub(crate) fn space(&mut self, missing: usize) -> Space<'_> {
        if self.room() < missing.min(self.kept) {
            self.grow(self.trusted(missing));
        }
        let room = missing.min(self.room());
        (&mut self.bytes).limit(room)
    }

    /// Appends what `write` puts into at most `size` zeroed bytes; it says how many. A message that gets too
    /// large is given one byte beyond the limit, and no more.
    pub(crate) fn append(
        &mut self,
        size: usize,
        write: impl FnOnce(&mut [u8]) -> (usize, Result<(), Violation>),
    ) -> Result<usize, Violation> {
        let size = size.min(self.limit.saturating_add(1).saturating_sub(self.len()));
        self.grow(size);
        let start = self.bytes.len();
        self.bytes.resize(start + size, 0);
        let (written, result) = write(&mut self.bytes[start..]);
        self.bytes.truncate(start + written);
        if self.kind == Kind::Text {
            // What comes first is judged first, however the bytes were cut.
            let judged = self.text.push(&self.bytes);
            self.bytes.clear();
            judged?;
        }
        result.map(|()| written)
    }

    pub(crate) const fn is_too_large(&self) -> bool {
        self.len() > self.limit
    }

    /// How many of `missing` bytes memory is made for before they have come.
    fn trusted(&self, missing: usize) -> usize {
        missing.min(TRUSTED.max(self.len()))
    }

    const fn capacity(&self) -> usize {
        match self.kind {
            Kind::Text => self.text.capacity(),
            Kind::Binary => self.bytes.capacity(),
        }
    }

    const fn room(&self) -> usize {
        self.capacity().saturating_sub(self.len())
    }

    /// At least doubles what is not enough, but not beyond the limit and the byte that shows that it is broken.
    fn grow(&mut self, additional: usize) {
        if self.room() < additional {
            let doubled = self.capacity().saturating_mul(2);
            let target = doubled.min(self.limit.saturating_add(1)).max(self.len() + additional);
            match self.kind {
                Kind::Text => self.text.reserve(target),
                Kind::Binary => self.bytes.reserve_exact(target - self.bytes.len()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { message_size: 64 << 20, fragments: 10, read_buffer: 16 << 10 };

    fn assembly(kind: Kind, limits: Limits) -> Assembly {
        let mut assembly = Assembly::new(&limits);
        assembly.begin(kind);
        assembly
    }

    #[test]
    fn a_length_alone_takes_little_memory() {
        let mut binary = assembly(Kind::Binary, LIMITS);
        assert_eq!(binary.space(64 << 20).remaining_mut(), TRUSTED);
        binary.space(64 << 20).put_bytes(1, TRUSTED);
        binary.space(63 << 20).put_bytes(1, 1);
        assert_eq!(binary.capacity(), 2 * TRUSTED);
        let mut text = assembly(Kind::Text, LIMITS);
        text.extend(b"a", 64 << 20).unwrap();
        assert_eq!(text.capacity(), TRUSTED);
    }

    #[test]
    fn memory_of_a_large_message_is_given_back() {
        for kind in [Kind::Text, Kind::Binary] {
            let mut assembly = assembly(kind, LIMITS);
            assembly.extend(&[1; 1000], 1000).unwrap();
            assembly.release();
            assert_eq!((assembly.len(), assembly.capacity()), (0, 1000));
            assembly.extend(&[1; 20_000], 20_000).unwrap();
            assembly.release();
            assert_eq!((assembly.len(), assembly.capacity()), (0, 0));
        }
    }

    #[test]
    fn capacity_stays_within_the_limit() {
        for kind in [Kind::Text, Kind::Binary] {
            let mut assembly = assembly(kind, Limits { message_size: 1000, ..LIMITS });
            for _ in 0..1000 {
                assembly.extend(&[1], 1).unwrap();
            }
            assert_eq!(assembly.capacity(), 1001);
        }
    }

    #[test]
    fn one_byte_too_many_can_be_appended() {
        for kind in [Kind::Text, Kind::Binary] {
            let mut assembly = assembly(kind, Limits { message_size: 10, ..LIMITS });
            let written = assembly.append(100, |space| (space.len(), Ok(())));
            assert_eq!(written, Ok(11));
            assert!(assembly.is_too_large());
        }
    }

    #[test]
    fn a_text_that_is_broken_before_its_bytes_are_is_broken_text() {
        let mut assembly = assembly(Kind::Text, LIMITS);
        let written = assembly.append(100, |space| {
            space[1] = 0xFF;
            (50, Err(Violation::CorruptDeflate))
        });
        assert_eq!(written, Err(Violation::InvalidUtf8));
    }
}
