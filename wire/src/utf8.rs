//! Validation of UTF-8, whole and as it comes.

use crate::violation::Violation;

/// A whole text.
pub(crate) fn validate(text: &[u8]) -> Result<&str, Violation> {
    simdutf8::basic::from_utf8(text).map_err(|_| Violation::InvalidUtf8)
}

/// How much of the beginning of a growing text is valid.
#[derive(Debug, Default)]
pub(crate) struct Utf8Progress {
    valid: usize,
}

impl Utf8Progress {
    /// Looks at what was added to `text`, which may end inside a character. What no continuation could make
    /// valid is noticed at once.
    pub(crate) fn advance(&mut self, text: &[u8]) -> Result<(), Violation> {
        match simdutf8::compat::from_utf8(&text[self.valid..]) {
            Ok(_) => self.valid = text.len(),
            Err(error) if error.error_len().is_none() => self.valid += error.valid_up_to(),
            Err(_) => return Err(Violation::InvalidUtf8),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_bad_prefix(text: &[u8]) -> Option<usize> {
        let mut progress = Utf8Progress::default();
        (0..=text.len()).find(|&end| progress.advance(&text[..end]).is_err())
    }

    #[test]
    fn a_character_may_come_in_pieces() {
        assert_eq!(first_bad_prefix("κόσμε, привет, 😀".as_bytes()), None);
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
        }
    }
}
