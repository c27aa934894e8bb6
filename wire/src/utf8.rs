//! Validation of UTF-8, whole and as it comes.

use std::str;

use crate::violation::Violation;

/// A whole text.
pub(crate) fn validate(text: &[u8]) -> Result<&str, Violation> {
    simdutf8::basic::from_utf8(text).map_err(|_| Violation::InvalidUtf8)
}

/// A text whose bytes come in pieces: each is validated once, while it is at hand.
#[derive(Debug, Default)]
pub(crate) struct GrowingText {
    text: String,
    /// The beginning of a character that the last piece ended in.
    cut: Vec<u8>,
}

impl GrowingText {
    /// Bytes that have come.
    pub(crate) const fn len(&self) -> usize {
        self.text.len() + self.cut.len()
    }

    /// Bytes that memory is there for.
    pub(crate) const fn capacity(&self) -> usize {
        self.text.capacity()
    }

    /// Makes room for so many bytes, or a few more, together with those that have come.
    pub(crate) fn reserve(&mut self, capacity: usize) {
        self.text.reserve_exact(capacity.saturating_sub(self.text.len()));
    }

    /// Appends a piece. What no continuation could make valid is noticed at once.
    pub(crate) fn push(&mut self, mut piece: &[u8]) -> Result<(), Violation> {
        while !self.cut.is_empty()
            && let [byte, rest @ ..] = piece
        {
            self.push_byte(*byte)?;
            piece = rest;
        }
        let (whole, cut) = piece.split_at(piece.len() - cut_length(piece));
        self.text.push_str(validate(whole)?);
        cut.iter().try_for_each(|byte| self.push_byte(*byte))
    }

    /// Appends a byte of a character that was cut.
    fn push_byte(&mut self, byte: u8) -> Result<(), Violation> {
        self.cut.push(byte);
        match str::from_utf8(&self.cut) {
            Ok(character) => {
                self.text.push_str(character);
                self.cut.clear();
                Ok(())
            }
            Err(error) if error.error_len().is_none() => Ok(()),
            Err(_) => Err(Violation::InvalidUtf8),
        }
    }

    /// The text, of which nothing more comes.
    pub(crate) fn whole(&mut self) -> Result<&mut String, Violation> {
        if self.cut.is_empty() { Ok(&mut self.text) } else { Err(Violation::InvalidUtf8) }
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.cut.clear();
    }
}

/// How many bytes at the end of `piece` belong to a character that goes on in the next.
fn cut_length(piece: &[u8]) -> usize {
    for (behind, byte) in piece.iter().rev().take(3).enumerate() {
        let length = match byte {
            0xF0.. => 4,
            0xE0.. => 3,
            0xC0.. => 2,
            _ => continue,
        };
        return if behind + 1 < length { behind + 1 } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_bad_prefix(text: &[u8]) -> Option<usize> {
        let mut growing = GrowingText::default();
        (0..text.len()).find(|&at| growing.push(&text[at..=at]).is_err()).map(|at| at + 1)
    }

    #[test]
    fn a_text_may_be_cut_anywhere() {
        let text = "aé№😀 κόσμε, привет";
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let mut growing = GrowingText::default();
                let bytes = text.as_bytes();
                for (piece, came) in
                    [(0..first, first), (first..second, second), (second..text.len(), text.len())]
                {
                    assert_eq!(growing.push(&bytes[piece]), Ok(()));
                    assert_eq!(growing.len(), came);
                }
                assert_eq!(growing.whole().map(|text| text.as_str()), Ok(text));
            }
        }
    }

    #[test]
    fn the_end_of_a_text_may_not_be_cut() {
        let mut growing = GrowingText::default();
        growing.push("ж".as_bytes()).unwrap();
        assert!(growing.whole().is_ok());
        growing.push(b"\xD0").unwrap();
        assert_eq!(growing.whole(), Err(Violation::InvalidUtf8));
    }

    #[test]
    fn what_cannot_become_valid_is_noticed_at_its_first_byte() {
        let cases: [(&[u8], usize); 6] = [
            (b"ab\xFFcd", 3),
            (b"\xC0\xAF", 1),
            (b"\xED\xA0\x80", 2),
            (b"\xF4\x90\x80\x80", 2),
            (b"\xE0\x80\x80", 2),
            (b"\xD0\xD0", 2),
        ];
        for (text, end) in cases {
            assert_eq!(first_bad_prefix(text), Some(end), "{text:02x?}");
            for start in 0..end {
                let mut growing = GrowingText::default();
                growing.push(&text[..start]).unwrap();
                assert!(growing.push(&text[start..end]).is_err(), "{text:02x?} cut at {start}");
            }
        }
    }
}
