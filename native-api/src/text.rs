//! Strings of the border: UTF-16 on every system, two bytes a unit, names ended by NUL.
//!
//! A lone surrogate, which BSL can produce and UTF-8 cannot hold, becomes U+FFFD on its way in.

use std::fmt;

use memchr::memchr;

use crate::utf16;

/// A string for the platform: UTF-16, ended by NUL, without NUL inside.
#[derive(Clone)]
pub struct WideText {
    /// The text, its NUL, and memory behind it that a longer text may use.
    units: Vec<u16>,
    length: usize,
}

impl WideText {
    /// Encodes `text`. U+0000, which would end the string early, becomes U+FFFD.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut new = Self::default();
        new.set(text);
        new.shrink_to(0);
        new
    }

    /// Encodes another `text` into the same memory.
    pub fn set(&mut self, text: &str) {
        let room = utf16::room(text.len()) + 1;
        if self.units.len() < room {
            self.units.resize(room, 0);
        }
        self.length = utf16::encode(text, &mut self.units);
        if memchr(0, text.as_bytes()).is_some() {
            self.units[..self.length].iter_mut().filter(|unit| **unit == 0).for_each(|unit| *unit = 0xFFFD);
        }
        self.units[self.length] = 0;
    }

    /// Units that there is memory for.
    #[must_use]
    pub const fn room(&self) -> usize {
        self.units.len()
    }

    /// Gives memory for more than `units`, and for more than the text, back.
    pub fn shrink_to(&mut self, units: usize) {
        self.units.truncate(units.max(self.length + 1));
        self.units.shrink_to_fit();
    }

    /// The first unit; readable up to and including the NUL.
    #[must_use]
    pub const fn as_ptr(&self) -> *const u16 {
        self.units.as_ptr()
    }

    /// The units with the NUL.
    #[must_use]
    pub fn units_with_nul(&self) -> &[u16] {
        &self.units[..=self.length]
    }
}

impl Default for WideText {
    fn default() -> Self {
        Self { units: vec![0], length: 0 }
    }
}

impl PartialEq for WideText {
    fn eq(&self, other: &Self) -> bool {
        self.units_with_nul() == other.units_with_nul()
    }
}

impl Eq for WideText {}

impl fmt::Debug for WideText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf16_lossy(&self.units[..self.length]), f)
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
        assert_eq!(WideText::default(), WideText::new(""));
    }

    #[test]
    fn memory_is_used_again() {
        let mut text = WideText::new("долгий текст");
        text.set("ab");
        assert_eq!(text, WideText::new("ab"));
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
