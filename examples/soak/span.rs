//! Connections in a row, as both sides saw them.

use crate::balance::Balance;
use crate::connection::{Served, Taken, judge};

/// From a connection that both sides know by an echo to the one before the next such.
#[derive(Debug, Default)]
pub(crate) struct Span<'a> {
    /// As 1C saw them: the first is the one that both know, unless none was before; no echo came on the others.
    pub(crate) taken: &'a [Taken],
    /// The one that both know.
    pub(crate) known: Option<&'a Served>,
    /// The others on which the server has read a message of 1C.
    pub(crate) others: Vec<&'a Served>,
}

impl Span<'_> {
    /// What came to 1C against what the server wrote.
    pub(crate) fn balance(&self) -> Balance {
        let mut balance = Balance { lost: self.untold(), ..Balance::default() };
        if let (Some(taken), Some(served)) = (self.taken.first(), self.known) {
            balance.lost += taken.first_echo.saturating_sub(served.first);
            judge(&mut balance, taken, served.end);
        }
        balance
    }

    /// How many connections that ended cleanly came to nobody.
    fn untold(&self) -> u64 {
        // What an object had not told yet when it was taken away went with it, whole connections too.
        if self.taken.iter().any(|taken| taken.is_last) {
            return 0;
        }
        let ends = self.others.iter().filter_map(|served| served.end);
        let mut written = ends.filter(|end| end.is_clean).map(|end| end.sent).collect::<Vec<_>>();
        let mut excused = 0;
        for taken in self.taken.iter().filter(|taken| taken.first_echo == 0) {
            // Closed before the server had echoed anything: all that it wrote came.
            match written.iter().position(|sent| *sent == taken.messages) {
                Some(whole) if taken.is_closed => drop(written.swap_remove(whole)),
                _ => excused += usize::from(!taken.is_closed),
            }
        }
        u64::try_from(written.len().saturating_sub(excused)).unwrap_or(u64::MAX)
    }
}
