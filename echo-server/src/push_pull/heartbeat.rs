//! Whether the client of a JSON-RPC server is still there: a text `ping` now and then, and a text `pong` for each.

use std::{future::pending, time::Duration};

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// So many pings in a row may be without a pong.
const PATIENCE: u32 = 2;

/// When to ping, and when to give up.
pub(super) struct Heartbeat {
    ticks: Option<Interval>,
    unanswered: u32,
}

/// What is due.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Beat {
    Ping,
    GiveUp,
}

impl Heartbeat {
    /// A ping every `interval`, which is not zero; none at all if `None`.
    pub(super) fn new(interval: Option<Duration>) -> Self {
        let ticks = interval.map(|interval| {
            let mut ticks = interval_at(Instant::now() + interval, interval);
            // A machine that stands still takes no pong from the client.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        Self { ticks, unanswered: 0 }
    }

    /// Waits for what is due next. Nothing is lost when it is dropped early.
    pub(super) async fn next(&mut self) -> Beat {
        match &mut self.ticks {
            Some(ticks) => ticks.tick().await,
            None => pending().await,
        };
        if self.unanswered == PATIENCE {
            return Beat::GiveUp;
        }
        self.unanswered += 1;
        Beat::Ping
    }

    /// A pong has come.
    pub(super) fn answered(&mut self) {
        self.unanswered = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gives_up_after_two_pings_in_a_row_without_a_pong() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut heartbeat = Heartbeat::new(Some(Duration::from_millis(1)));
            assert_eq!((heartbeat.next().await, heartbeat.next().await), (Beat::Ping, Beat::Ping));
            heartbeat.answered();
            assert_eq!((heartbeat.next().await, heartbeat.next().await), (Beat::Ping, Beat::Ping));
            assert_eq!(heartbeat.next().await, Beat::GiveUp);
        });
    }
}
