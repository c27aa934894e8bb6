//! What the behaviour sends on one connection, message after message, each when it is due.

use std::{future::pending, ops::RangeInclusive};

use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;

use crate::{
    behaviour::Behaviour,
    frame,
    outgoing::Outgoing,
    replay::{AfterReplay, Replay},
};

pub(crate) struct Script {
    lines: Lines,
    start: Instant,
    flood: RangeInclusive<u64>,
}

enum Lines {
    Over,
    Greeting { said: u64, count: u64 },
    Replay { index: usize, replay: Replay },
}

impl Script {
    /// Begins now.
    pub(crate) fn new(behaviour: &Behaviour) -> Self {
        let lines = match behaviour {
            Behaviour::Echo => Lines::Over,
            Behaviour::Greeting(count) => Lines::Greeting { said: 0, count: *count },
            Behaviour::Replay(replay) => Lines::Replay { index: 0, replay: replay.clone() },
        };
        Self { lines, start: Instant::now(), flood: RangeInclusive::new(1, 0) }
    }

    /// So many pings come before anything else.
    pub(crate) fn flood(&mut self, pings: u64) {
        self.flood = 1..=pings;
    }

    /// What comes next, once it is due; never comes back when nothing is left. Loses nothing when dropped early.
    pub(crate) async fn next(&mut self) -> Outgoing {
        if let Some(number) = self.flood.next() {
            return Outgoing::Control(Frame::ping(number.to_string()));
        }
        match &mut self.lines {
            Lines::Greeting { said, count } if *said < *count => {
                *said += 1;
                return Outgoing::Message(frame::text(said.to_string()));
            }
            Lines::Replay { index, replay } => {
                if let Some((due, text)) = replay.frame(*index) {
                    sleep_until(self.start + due).await;
                    *index += 1;
                    return Outgoing::Message(frame::text(text));
                }
                if replay.after() == AfterReplay::Close {
                    self.lines = Lines::Over;
                    return Outgoing::Close(frame::close(Some(1000), ""));
                }
            }
            Lines::Over | Lines::Greeting { .. } => {}
        }
        pending().await
    }
}
