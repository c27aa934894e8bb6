//! Bounds of a queue, in entries and in bytes.

/// How much a queue may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most entries.
    pub entries: usize,
    /// Most bytes in all entries together.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 100_000, bytes: 64 << 20 }
    }
}

impl Limits {
    /// Twice as much of both.
    #[must_use]
    pub const fn doubled(self) -> Self {
        Self { entries: self.entries.saturating_mul(2), bytes: self.bytes.saturating_mul(2) }
    }

    /// Whether so many entries, of so many bytes together, are within both.
    #[must_use]
    pub const fn admit(self, entries: usize, bytes: usize) -> bool {
        entries <= self.entries && bytes <= self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_count() {
        let limits = Limits { entries: 2, bytes: 10 };
        assert!(limits.admit(2, 10));
        assert!(!limits.admit(3, 10) && !limits.admit(2, 11));
        assert!(limits.doubled().admit(4, 20) && !limits.doubled().admit(5, 20));
    }
}
