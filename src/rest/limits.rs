//! How long a portal's limits are waited out. Time and chance are arguments.

use std::time::{Duration, SystemTime};

use crate::backoff::{Backoff, ReconnectSettings};
use crate::bitrix::clock::{ServerClock, until};
use crate::bitrix::rest_error::RestErrorKind;

/// Calls are repeated as long as there is time, from half a second to ten apart: a portal gives two calls a
/// second back.
const PAUSES: ReconnectSettings = ReconnectSettings {
    attempts: None,
    delay: Duration::from_millis(500),
    max_delay: Duration::from_secs(10),
};

/// The limits that one call ran into.
#[derive(Debug, Default)]
pub(super) struct Limits {
    pauses: Backoff,
}

impl Limits {
    /// The pause before the call is worth repeating; `None` where nothing says that it ever is. `chance` is
    /// in 0..1.
    pub(super) fn pause(
        &mut self,
        refusal: RestErrorKind,
        clock: ServerClock,
        now: SystemTime,
        chance: f64,
    ) -> Option<Duration> {
        let least = match refusal {
            RestErrorKind::QueryLimit => Duration::ZERO,
            RestErrorKind::OperationTimeLimit { reset } => until(clock.ours(reset?), now),
            _ => return None,
        };
        // A portal that is still at its limit after the time it gave itself is not hammered either.
        let (_, pause) = self.pauses.next(&PAUSES, chance, false)?;
        Some(pause.max(least))
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// The portal's clock is an hour ahead.
    fn pause(limits: &mut Limits, refusal: RestErrorKind) -> Option<f64> {
        let clock = ServerClock::new(at(5600), at(2000));
        Some(limits.pause(refusal, clock, at(2010), 1.0)?.as_secs_f64())
    }

    #[test]
    fn pauses_between_calls_grow() {
        let mut limits = Limits::default();
        let pauses = [(); 7].map(|()| pause(&mut limits, RestErrorKind::QueryLimit).unwrap());
        assert_eq!(pauses, [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]);
    }

    #[test]
    fn a_methods_time_is_waited_for_by_the_portals_clock() {
        let limit = |reset| RestErrorKind::OperationTimeLimit { reset };
        let mut limits = Limits::default();
        assert_eq!(pause(&mut limits, limit(Some(at(5670)))), Some(60.0));
        assert_eq!(pause(&mut limits, limit(Some(at(5000)))), Some(1.0));
        assert_eq!(pause(&mut limits, limit(None)), None);
    }

    #[test]
    fn nothing_else_is_waited_out() {
        for refusal in [RestErrorKind::ExpiredToken, RestErrorKind::Unavailable, RestErrorKind::Refused] {
            assert_eq!(pause(&mut Limits::default(), refusal), None);
        }
    }
}
