//! Numbers of messages.

use std::fmt;

/// Digits of a `mid`; the server takes any other length for none at all.
const DIGITS: usize = 26;

/// Number of a message on its push server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mid(pub(super) u128);

impl Mid {
    /// Before every message: with it, a poll brings the whole history that the server keeps (a day).
    pub const ZERO: Self = Self(0);

    /// Reads 26 decimal digits; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_mid = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_mid).map(Self)
    }
}

/// The 26 digits.
impl fmt::Display for Mid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0DIGITS$}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mid_is_26_digits() {
        let text = "17953026760000000000000001";
        assert_eq!(Mid::parse(text), Some(Mid(17_953_026_760_000_000_000_000_001)));
        assert_eq!(Mid(17_953_026_760_000_000_000_000_001).to_string(), text);
        assert_eq!(Mid::ZERO.to_string(), "0".repeat(26));
        for bad in ["", "0", "1795302676000000000000000x", "+7953026760000000000000001", &"1".repeat(27)] {
            assert_eq!(Mid::parse(bad), None, "{bad}");
        }
        assert_eq!(Mid::parse(&"9".repeat(26)).unwrap().to_string(), "9".repeat(26));
    }
}
