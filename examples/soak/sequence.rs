//! The books of one object of class `BitrixPull`: what its portal published against what came, once each.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

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

    /// The numbers that have not come yet, as ranges.
    pub(crate) fn missing(&self) -> Vec<RangeInclusive<u64>> {
        let mut ranges = Vec::<RangeInclusive<u64>>::new();
        for number in self.missing.iter().copied().chain(self.last + 1..=self.published) {
            match ranges.last_mut() {
                Some(range) if *range.end() + 1 == number => *range = *range.start()..=number,
                _ => ranges.push(number..=number),
            }
        }
        ranges
    }

    /// All that can be told by now.
    pub(crate) fn balance(&self) -> Balance {
        let lost = if self.finished { self.waiting() } else { 0 };
        Balance { lost, ..self.noted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(count: u64, came: impl IntoIterator<Item = u64>) -> Sequence {
        let mut sequence = Sequence::default();
        (0..count).for_each(|_| {
            sequence.publish();
        });
        came.into_iter().for_each(|number| sequence.told(Report::Number(number)));
        sequence
    }

    #[test]
    fn what_did_not_come_is_lost_once_the_object_is_done() {
        let mut sequence = published(9, [1, 2, 5, 7]);
        assert_eq!((sequence.waiting(), sequence.missing()), (5, vec![3..=4, 6..=6, 8..=9]));
        assert!(sequence.balance().is_even());
        sequence.told(Report::Finished);
        assert_eq!(sequence.balance().lost, 5);
    }

    #[test]
    fn what_came_twice_late_or_was_never_published_is_told() {
        assert_eq!(published(3, [1, 2, 2]).balance().doubled, 1);
        assert_eq!(published(3, [1, 3, 2]).balance().wrong, 1);
        assert_eq!(published(3, [4]).balance().wrong, 1);
        assert!(published(3, [1, 2, 3]).balance().is_even());
    }
}
