//! What became of messages, counted.

use std::iter::Sum;
use std::ops::Add;

/// Counts over one object, or over all of them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Balance {
    /// Messages that came to 1C.
    pub(crate) received: u64,
    /// Messages of 1C that came to the server.
    pub(crate) arrived: u64,
    /// Messages that nothing excuses the lack of.
    pub(crate) lost: u64,
    /// Messages that came more than once.
    pub(crate) doubled: u64,
    /// Texts that nobody sent, and messages out of their order.
    pub(crate) wrong: u64,
    /// Messages that were on a line when it was cut, by the server's own count of what it wrote and read.
    pub(crate) cut: u64,
    /// Messages that 1C was told of: accepted, but not written when the connection ended.
    pub(crate) unsent: u64,
    /// Connections that were opened.
    pub(crate) opened: u64,
    /// Attempts that failed.
    pub(crate) failed: u64,
}

impl Balance {
    /// Whether no message is missing without an excuse, came twice, or is not what was sent.
    pub(crate) fn is_even(&self) -> bool {
        (self.lost, self.doubled, self.wrong) == (0, 0, 0)
    }
}

impl Add for Balance {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            received: self.received + other.received,
            arrived: self.arrived + other.arrived,
            lost: self.lost + other.lost,
            doubled: self.doubled + other.doubled,
            wrong: self.wrong + other.wrong,
            cut: self.cut + other.cut,
            unsent: self.unsent + other.unsent,
            opened: self.opened + other.opened,
            failed: self.failed + other.failed,
        }
    }
}

impl Sum for Balance {
    fn sum<I: Iterator<Item = Self>>(balances: I) -> Self {
        balances.fold(Self::default(), Add::add)
    }
}
