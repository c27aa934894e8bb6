//! Strings of the border: UTF-16 on every system, two bytes a unit, names ended by NUL.
//!
//! A lone surrogate, which BSL can produce and UTF-8 cannot hold, becomes U+FFFD on its way in.

use widestring::U16CString;

/// A string for the platform: UTF-16, ended by NUL, without NUL inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WideText(U16CString);

impl WideText {
    /// Encodes `text`. U+0000, which would end the string early, becomes U+FFFD.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let units = text.encode_utf16().map(|unit| if unit == 0 { 0xFFFD } else { unit });
        Self(U16CString::from_vec_truncate(units.collect::<Vec<u16>>()))
    }

    /// The first unit; readable up to and including the NUL.
    #[must_use]
    pub fn as_ptr(&self) -> *const u16 {
        self.0.as_ptr()
    }

    /// The units with the NUL.
    #[must_use]
    pub fn units_with_nul(&self) -> &[u16] {
        self.0.as_slice_with_nul()
    }
}

/// Decodes what came from the platform.
pub(crate) fn decode(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

/// Reads a string ended by NUL: at most `limit` units before it. `None` for null or a longer string.
///
/// # Safety
/// `ptr` is null, or readable up to its NUL or for `limit + 1` units, whichever comes first.
pub(crate) unsafe fn read_terminated(ptr: *const u16, limit: usize) -> Option<String> {
    if ptr.is_null() {
        return None;
    }
    let mut units = Vec::new();
    loop {
        // SAFETY: no NUL was met and no more than `limit` units were read, so this one is readable.
        let at = unsafe { ptr.add(units.len()) };
        // SAFETY: as above; hosts do not promise alignment.
        match unsafe { at.read_unaligned() } {
            0 => return Some(decode(&units)),
            _ if units.len() == limit => return None,
            unit => units.push(unit),
        }
    }
}

/// Whether two names are the same in 1C's sense: letter case does not count, in any alphabet and whatever
/// the C locale is.
pub(crate) fn same_name(left: &str, right: &str) -> bool {
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    fold(left) == fold(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ignore_case_in_both_alphabets() {
        assert!(same_name("ПОДКЛЮЧЁН", "подключён"));
        assert!(same_name("rom-WebSocket", "ROM-websocket"));
        assert!(!same_name("Отправить", "Отправит"));
    }

    #[test]
    fn nul_becomes_a_replacement_character_and_the_end_is_marked() {
        assert_eq!(WideText::new("a\0б").units_with_nul(), [0x61, 0xFFFD, 0x431, 0]);
        assert_eq!(WideText::new("").units_with_nul(), [0]);
    }

    #[test]
    fn lone_surrogates_are_replaced() {
        assert_eq!(decode(&[0x41, 0xD83D, 0x42]), "A\u{FFFD}B");
        assert_eq!(decode(&[0xD83D, 0xDE00]), "😀");
    }

    #[test]
    fn reading_stops_at_the_limit() {
        let read = |units: &[u16], limit| {
            // SAFETY: the slices below end with NUL or hold `limit + 1` units.
            unsafe { read_terminated(units.as_ptr(), limit) }
        };
        assert_eq!(read(&[0x61, 0x62, 0], 2).as_deref(), Some("ab"));
        assert_eq!(read(&[0x61, 0x62, 0x63], 2), None);
        // SAFETY: null is allowed.
        assert_eq!(unsafe { read_terminated(std::ptr::null(), 2) }, None);
    }
}
