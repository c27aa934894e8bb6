//! The books of one object of class `BitrixPull`: what its portal published against what came, once each.

use std::collections::BTreeSet;

use crate::balance::Balance;
use crate::report::Report;

/// What was published on one portal, and what came to 1C.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    published: u64,
    /// The highest number that came, and the lower ones that have not.
    last: u64,
    missing: BTreeSet<u64>,
    noted: Balance,
    finished: bool,
}

impl Sequence {
    /// The number of the message that is published next.
    pub(crate) fn publish(&mut self) -> u64 {
        self.published += 1;
        self.published
    }

    /// How many have been published and have not come yet.
    pub(crate) fn waiting(&self) -> u64 {
        self.published.saturating_sub(self.last) + u64::try_from(self.missing.len()).unwrap_or(u64::MAX)
    }

    /// Whether the object was ever connected.
    pub(crate) fn was_open(&self) -> bool {
        self.noted.opened > 0
    }

    /// Whether the object is done.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// What 1C has seen.
    pub(crate) fn told(&mut self, report: Report) {
        match report {
            Report::Open => self.noted.opened += 1,
            Report::Failed => self.noted.failed += 1,
            Report::Number(number) if number > self.published => self.noted.wrong += 1,
            Report::Number(number) => {
                self.noted.received += 1;
                if number > self.last {
                    self.missing.extend(self.last + 1..number);
                    self.last = number;
                } else if self.missing.remove(&number) {
                    self.noted.wrong += 1;
                } else {
                    self.noted.doubled += 1;
                }
            }
            Report::Finished => self.finished = true,
            Report::Ended | Report::Closed | Report::Stray => {}
            Report::Abandoned
            | Report::Echo(_)
            | Report::Greeted
            | Report::Wrong
            | Report::Accepted(_)
            | Report::Account(_)
            | Report::Unsent(_) => self.noted.wrong += 1,
        }
    }

    /// All that can be told by now.
    pub(crate) fn balance(&self) -> Balance {
        let lost = if self.finished { self.waiting() } else { 0 };
        Balance { lost, ..self.noted }
    }
}
