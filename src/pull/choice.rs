//! Which transport comes next. Pure: time is an argument.

use std::time::{Duration, Instant};

use crate::pull::settings::TransportChoice;

/// Failures of the WebSocket in a row after which polls take over.
const FAILURES: u32 = 2;
/// How long polls stand in for the WebSocket.
const STAND_IN: Duration = Duration::from_secs(30 * 60);

/// How the push server is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Polls,
    WebSocket,
}

/// What `Авто` remembers.
#[derive(Debug, Default)]
pub(super) struct Chooser {
    failures: u32,
    /// Until when polls stand in.
    stand_in: Option<Instant>,
}

impl Chooser {
    /// Polls stand in until this moment.
    #[cfg(test)]
    pub(super) fn standing_in(until: Instant) -> Self {
        Self { failures: FAILURES, stand_in: Some(until) }
    }

    /// What to listen by next.
    pub(super) fn transport(&self, choice: TransportChoice, now: Instant) -> Transport {
        match choice {
            TransportChoice::LongPoll => Transport::Polls,
            TransportChoice::WebSocket => Transport::WebSocket,
            TransportChoice::Auto if self.stand_in.is_some_and(|until| now < until) => Transport::Polls,
            TransportChoice::Auto => Transport::WebSocket,
        }
    }

    /// When polls end their stand-in; `None`: they are no stand-in.
    pub(super) fn back_at(&self, choice: TransportChoice) -> Option<Instant> {
        self.stand_in.filter(|_| choice == TransportChoice::Auto)
    }

    /// The WebSocket could not be opened, or did not last.
    pub(super) fn failed(&mut self, now: Instant) {
        self.failures += 1;
        if self.failures >= FAILURES {
            self.stand_in = Some(now + STAND_IN);
        }
    }

    /// The WebSocket did its work.
    pub(super) fn worked(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_stand_in_for_a_websocket_that_fails_twice() {
        let now = Instant::now();
        let mut chooser = Chooser::default();
        let auto = |chooser: &Chooser, after| chooser.transport(TransportChoice::Auto, now + after);
        assert_eq!(auto(&chooser, Duration::ZERO), Transport::WebSocket);
        chooser.failed(now);
        assert_eq!(auto(&chooser, Duration::ZERO), Transport::WebSocket);
        chooser.failed(now);
        assert_eq!(auto(&chooser, Duration::ZERO), Transport::Polls);
        assert_eq!(auto(&chooser, STAND_IN), Transport::WebSocket, "back after a while");
        assert_eq!(chooser.back_at(TransportChoice::Auto), Some(now + STAND_IN));
        assert_eq!(chooser.back_at(TransportChoice::LongPoll), None);
        chooser.failed(now + STAND_IN);
        assert_eq!(auto(&chooser, STAND_IN), Transport::Polls, "one more failure is enough");
        chooser.worked();
        assert_eq!(auto(&chooser, STAND_IN), Transport::WebSocket);
    }

    #[test]
    fn who_has_chosen_gets_what_was_chosen() {
        let now = Instant::now();
        let mut chooser = Chooser::default();
        chooser.failed(now);
        chooser.failed(now);
        assert_eq!(chooser.transport(TransportChoice::WebSocket, now), Transport::WebSocket);
        assert_eq!(Chooser::default().transport(TransportChoice::LongPoll, now), Transport::Polls);
    }
}
