//! The portal's clock. The clocks of the computers that 1C runs on are often wrong.

use std::time::{Duration, SystemTime};

/// How far the portal's clock is from ours, as its last answer told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerClock {
    server: SystemTime,
    ours: SystemTime,
}

impl ServerClock {
    /// The portal's clock showed `server` when ours showed `ours`.
    #[must_use]
    pub const fn new(server: SystemTime, ours: SystemTime) -> Self {
        Self { server, ours }
    }

    /// What our clock showed when the portal answered.
    #[must_use]
    pub const fn set_at(&self) -> SystemTime {
        self.ours
    }

    /// What our clock will show when the portal's shows `server`.
    #[must_use]
    pub fn ours(&self, server: SystemTime) -> SystemTime {
        shifted(self.ours, self.server, server)
    }

    /// What the portal's clock shows when ours shows `ours`.
    #[must_use]
    pub fn server(&self, ours: SystemTime) -> SystemTime {
        shifted(self.server, self.ours, ours)
    }
}

/// `base` and the time between `from` and `to`; `base` where that is beyond what a clock can show.
fn shifted(base: SystemTime, from: SystemTime, to: SystemTime) -> SystemTime {
    let sum = match to.duration_since(from) {
        Ok(later) => base.checked_add(later),
        Err(earlier) => base.checked_sub(earlier.duration()),
    };
    sum.unwrap_or(base)
}

/// The time from `now` until `then`; nothing when that is past.
#[must_use]
pub fn until(then: SystemTime, now: SystemTime) -> Duration {
    then.duration_since(now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn both_directions_agree_whichever_clock_is_ahead() {
        for clock in [ServerClock::new(at(5000), at(1000)), ServerClock::new(at(1000), at(5000))] {
            for time in [at(800), at(3000), at(9000)] {
                assert_eq!(clock.ours(clock.server(time)).max(at(0)), time.max(at(0)));
            }
        }
        assert_eq!(ServerClock::new(at(5000), at(1000)).ours(at(5060)), at(1060));
        assert_eq!(ServerClock::new(at(5000), at(1000)).ours(at(4900)), at(900));
    }

    #[test]
    fn the_past_is_now() {
        assert_eq!(until(at(5), at(9)), Duration::ZERO);
        assert_eq!(until(at(9), at(5)), Duration::from_secs(4));
    }
}
