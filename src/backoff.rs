//! How long to wait before the next attempt. Time and chance are arguments.

use std::time::Duration;

/// An open connection that lasted so long starts the pauses anew.
pub const STABLE: Duration = Duration::from_secs(60);

/// Pauses that double, up to a longest one.
#[derive(Clone, Debug)]
pub struct Backoff {
    attempts: u32,
}

/// How often and how soon to try again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReconnectSettings {
    /// Attempts in a row before giving up; `None`: for ever.
    pub attempts: Option<u32>,
    /// The first pause.
    pub delay: Duration,
    /// The longest pause.
    pub max_delay: Duration,
}

impl Default for ReconnectSettings {
    fn default() -> Self {
        Self { attempts: Some(0), delay: Duration::from_millis(500), max_delay: Duration::from_secs(60) }
    }
}

impl Backoff {
    /// No attempt in a row yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { attempts: 0 }
    }

    /// The pause before the next attempt in a row, and its number; `None` when there is none. `chance` is in
    /// 0..1; `hopeless`: trying soon would not help.
    pub fn next(
        &mut self,
        settings: &ReconnectSettings,
        chance: f64,
        hopeless: bool,
    ) -> Option<(u32, Duration)> {
        if settings.attempts.is_some_and(|most| self.attempts >= most) {
            return None;
        }
        let doublings = self.attempts.min(31);
        self.attempts = self.attempts.saturating_add(1);
        let longest = settings.max_delay;
        let pause = if hopeless {
            longest
        } else {
            settings
                .delay
                .saturating_mul(1 << doublings)
                .min(longest)
                .mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
        };
        Some((self.attempts, pause))
    }

    /// A connection was open for this time.
    pub fn was_open(&mut self, time: Duration) {
        if time >= STABLE {
            *self = Self::new();
        }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(attempts: Option<u32>) -> ReconnectSettings {
        ReconnectSettings { attempts, ..ReconnectSettings::default() }
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let mut backoff = Backoff::new();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            pauses.push(backoff.next(&settings(None), 1.0, false).unwrap().1.as_secs_f64());
        }
        assert_eq!(pauses, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]);
        for _ in 0..100 {
            assert_eq!(backoff.next(&settings(None), 0.0, false).unwrap().1, Duration::from_secs(30));
        }
    }

    #[test]
    fn attempts_are_counted_and_end() {
        let mut backoff = Backoff::new();
        assert_eq!(backoff.next(&settings(Some(0)), 0.5, false), None);
        assert_eq!(backoff.next(&settings(Some(2)), 0.5, false).unwrap().0, 1);
        assert_eq!(backoff.next(&settings(Some(2)), 0.5, false).unwrap().0, 2);
        assert_eq!(backoff.next(&settings(Some(2)), 0.5, false), None);
        backoff.was_open(Duration::from_secs(59));
        assert_eq!(backoff.next(&settings(Some(2)), 0.5, false), None);
        backoff.was_open(STABLE);
        assert_eq!(backoff.next(&settings(Some(2)), 0.5, false).unwrap().0, 1);
    }

    #[test]
    fn what_is_hopeless_waits_longest_at_once() {
        assert_eq!(Backoff::new().next(&settings(None), 0.0, true).unwrap().1, Duration::from_secs(60));
    }
}
