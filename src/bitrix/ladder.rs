//! How long to wait before the push server is asked again. Chance is an argument.

use std::time::Duration;

/// The pauses that Bitrix24's documentation asks for; whoever hammers gets blocked.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(5),
    Duration::from_secs(25),
    Duration::from_secs(45),
    Duration::from_secs(60),
];

/// Most that chance adds, as a share of the pause: clients that fell together shall not come together.
const JITTER: f64 = 0.2;

/// Failures in a row, and the pauses between them.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    failures: u32,
}

impl Ladder {
    /// Another failure: its number, from 1, and the pause before the next attempt. `chance` is in 0..1.
    pub fn failed(&mut self, chance: f64) -> (u32, Duration) {
        let step = usize::try_from(self.failures).unwrap_or(usize::MAX);
        self.pause(step, chance)
    }

    /// The same for a failure that will be no better soon: the longest pause at once.
    pub fn failed_for_long(&mut self, chance: f64) -> (u32, Duration) {
        self.pause(PAUSES.len(), chance)
    }

    fn pause(&mut self, step: usize, chance: f64) -> (u32, Duration) {
        let pause = PAUSES[step.min(PAUSES.len() - 1)];
        self.failures = self.failures.saturating_add(1);
        (self.failures, pause.mul_f64(1.0 + JITTER * chance.clamp(0.0, 1.0)))
    }

    /// A success: the pauses begin anew.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(ladder: &mut Ladder, chance: f64, count: usize) -> Vec<f64> {
        (0..count).map(|_| ladder.failed(chance).1.as_secs_f64()).collect()
    }

    #[test]
    fn pauses_grow_and_stay_at_the_last() {
        assert_eq!(pauses(&mut Ladder::default(), 0.0, 7), [0.5, 5.0, 25.0, 45.0, 60.0, 60.0, 60.0]);
    }

    #[test]
    fn chance_adds_a_fifth_at_most() {
        assert_eq!(pauses(&mut Ladder::default(), 1.0, 5), [0.6, 6.0, 30.0, 54.0, 72.0]);
        assert_eq!(pauses(&mut Ladder::default(), 7.0, 1), [0.6]);
        assert_eq!(pauses(&mut Ladder::default(), -7.0, 1), [0.5]);
    }

    #[test]
    fn what_is_hopeless_waits_longest_and_counts_as_one() {
        assert_eq!(Ladder::default().failed_for_long(0.0), (1, Duration::from_secs(60)));
    }

    #[test]
    fn a_success_begins_anew() {
        let mut ladder = Ladder::default();
        pauses(&mut ladder, 0.5, 4);
        ladder.succeeded();
        assert_eq!(ladder.failed(0.0), (1, Duration::from_millis(500)));
        assert_eq!(ladder.failed(0.0), (2, Duration::from_secs(5)));
    }
}
