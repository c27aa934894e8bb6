//! Close codes and close frames (RFC 6455, sections 5.5.1 and 7.4).

use std::fmt;

use crate::utf8;
use crate::violation::Violation;

/// Longest reason in bytes: a control frame has 125, the code takes 2.
const LONGEST_REASON: usize = 123;

/// A code that may stand in a close frame: 1000-1003, 1007-1014 and 3000-4999 (RFC 6455, section 7.4, and
/// IANA's registry). Those that only name an absence (1005, 1006, 1015) cannot be made.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// The purpose of the connection is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// The peer goes away, as a server that shuts down.
    pub const GOING_AWAY: Self = Self(1001);
    /// The protocol was broken.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// Data of a type that cannot be taken.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// Data that is not what its type says, as a text that is not UTF-8.
    pub const INVALID_DATA: Self = Self(1007);
    /// A message against the receiver's policy.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// A message larger than the receiver takes.
    pub const TOO_LARGE: Self = Self(1009);
    /// Something went wrong inside.
    pub const INTERNAL_ERROR: Self = Self(1011);

    /// `None` for a code that must not be sent.
    #[must_use]
    pub const fn new(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Debug for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CloseCode({})", self.0)
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a close frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close<'a> {
    /// `None` when the frame is empty.
    pub code: Option<CloseCode>,
    /// May be empty.
    pub reason: &'a str,
}

impl<'a> Close<'a> {
    /// Reads the payload of a close frame.
    pub(crate) fn parse(payload: &'a [u8]) -> Result<Self, Violation> {
        match payload {
            [] => Ok(Self { code: None, reason: "" }),
            [_] => Err(Violation::TruncatedCloseCode),
            [high, low, reason @ ..] => {
                let code = CloseCode::new(u16::from_be_bytes([*high, *low]));
                Ok(Self {
                    code: Some(code.ok_or(Violation::InvalidCloseCode)?),
                    reason: utf8::validate(reason)?,
                })
            }
        }
    }
}

/// The longest beginning of `reason` that a close frame holds; characters stay whole.
pub(crate) fn fitting(reason: &str) -> &str {
    let end = (0..=LONGEST_REASON.min(reason.len())).rev().find(|&end| reason.is_char_boundary(end));
    &reason[..end.unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_only_name_an_absence_are_not_for_the_wire() {
        for code in [1000, 1003, 1007, 1011, 1014, 3000, 4999] {
            assert_eq!(CloseCode::new(code).map(CloseCode::get), Some(code));
        }
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535] {
            assert_eq!(CloseCode::new(code), None, "{code}");
        }
    }

    #[test]
    fn payloads_are_read() {
        assert_eq!(Close::parse(&[]), Ok(Close { code: None, reason: "" }));
        let code = Some(CloseCode::NORMAL);
        assert_eq!(Close::parse(&[3, 0xE8, b'b', b'y', b'e']), Ok(Close { code, reason: "bye" }));
        assert_eq!(Close::parse(&[3]), Err(Violation::TruncatedCloseCode));
        assert_eq!(Close::parse(&[3, 0xED]), Err(Violation::InvalidCloseCode));
        assert_eq!(Close::parse(&[3, 0xE8, 0xFF]), Err(Violation::InvalidUtf8));
    }

    #[test]
    fn long_reasons_are_cut_between_characters() {
        assert_eq!(fitting("bye"), "bye");
        let reason = "я".repeat(62);
        assert_eq!(fitting(&reason), "я".repeat(61));
        let reason = "a".repeat(124);
        assert_eq!(fitting(&reason).len(), 123);
    }
}
