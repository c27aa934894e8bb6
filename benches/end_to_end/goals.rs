//! The goals, judged by what the same run has measured.

use std::fmt;

use crate::engine::Engine;
use crate::engine::tokio_websockets::TokioWebsockets;
use crate::engine::tungstenite::Tungstenite;
use crate::engine::yawc::Yawc;
use crate::number::number;
use crate::results::{Group, Quantity, Row};

use Group::{
    Binary1M, Burst, Deflate1K, Filter, Idle, Receive1K, Receive1M, Receive64, RoundTrip, Send, Start,
};
use Quantity::{
    Cpu, FirstCreated, Growth, IdleCpu, Lost, Median, Memory, Miss, Rate, Size, Threads, Throughput, Unread,
};

/// Names of rows that goals are about.
pub(crate) const EVENTS: &str = "Vestnik, ВнешнееСобытие";
pub(crate) const PULLED: &str = "Vestnik, Получить";
pub(crate) const OURS: &str = "Vestnik";
pub(crate) const ONE_MILLISECOND: &str = "Vestnik, 1 ms per event";
pub(crate) const LOOK_AHEAD: &str = r#""event":"(?!ping|pong)[a-z.]*update""#;
pub(crate) const RAW: &str = "raw TCP";

pub(crate) const GOALS: [Goal; 18] = [
    goal("64 B to ВнешнееСобытие, CPU", Receive64, EVENTS, Cpu).at_most(1.2).times(TokioWebsockets::NAME),
    goal("1 KiB to ВнешнееСобытие, CPU", Receive1K, EVENTS, Cpu).at_most(1.5).times(TokioWebsockets::NAME),
    goal("1 KiB to ВнешнееСобытие, CPU", Receive1K, EVENTS, Cpu).at_most(1.0).times(Tungstenite::NAME),
    goal("1 MiB to ВнешнееСобытие, MB/s", Receive1M, EVENTS, Throughput)
        .at_least(0.9)
        .times(TokioWebsockets::NAME),
    goal("1 MiB binary through Получить, MB/s", Binary1M, PULLED, Throughput).at_least(0.8).times(RAW),
    goal("round trip, median", RoundTrip, EVENTS, Median).at_most(1.3).times(RAW),
    goal("64 B sent in bursts, messages/s", Send, EVENTS, Rate).at_least(0.9).times(Tungstenite::NAME),
    goal("1 KiB compressed, CPU", Deflate1K, EVENTS, Cpu).at_most(1.1).times(Yawc::NAME),
    goal("burst, 1 ms per event: messages lost", Burst, ONE_MILLISECOND, Lost).at_most(0.0),
    goal("burst, 1 ms per event: ms unread", Burst, ONE_MILLISECOND, Unread).at_most(50.0),
    goal("burst, 1 ms per event: MiB, of which the queue may hold 64", Burst, ONE_MILLISECOND, Growth)
        .at_most(64.0),
    goal("1,000 idle connections: KiB each", Idle, OURS, Memory).at_most(20.0),
    goal("1,000 idle connections: threads", Idle, OURS, Threads).at_most(3.0),
    goal("1,000 idle connections: ms of CPU a minute, 1 % of it", Idle, OURS, IdleCpu).at_most(600.0),
    goal("filter, look-ahead, its literal missing: µs", Filter, LOOK_AHEAD, Miss).at_most(10.0),
    goal("the first object created and usable: ms", Start, OURS, FirstCreated).at_most(1.0),
    goal("threads before the first connect", Start, OURS, Threads).at_most(0.0),
    goal("library, MB", Start, OURS, Size).at_most(9.0),
];

/// What shall be, and which numbers show whether it is.
pub(crate) struct Goal {
    what: &'static str,
    group: Group,
    contender: &'static str,
    quantity: Quantity,
    pub(crate) limit: Limit,
    /// Whose number the limit is multiplied by.
    times: Option<&'static str>,
}

#[derive(Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// What became of a goal.
pub(crate) struct Verdict {
    /// The number that the limit is for.
    pub(crate) value: f64,
    pub(crate) reached: bool,
}

const fn goal(what: &'static str, group: Group, contender: &'static str, quantity: Quantity) -> Goal {
    Goal { what, group, contender, quantity, limit: Limit::AtMost(f64::INFINITY), times: None }
}

impl Goal {
    const fn at_most(self, limit: f64) -> Self {
        Self { limit: Limit::AtMost(limit), ..self }
    }

    const fn at_least(self, limit: f64) -> Self {
        Self { limit: Limit::AtLeast(limit), ..self }
    }

    const fn times(self, contender: &'static str) -> Self {
        Self { times: Some(contender), ..self }
    }

    /// `None` when it was not measured.
    pub(crate) fn judge(&self, rows: &[Row]) -> Option<Verdict> {
        let find = |contender: &str| {
            let mut rows = rows.iter().filter(|row| row.group == self.group);
            rows.find(|row| row.contender == contender)?.get(self.quantity)
        };
        let value = find(self.contender)? / self.times.map_or(Some(1.0), find)?;
        let reached = match self.limit {
            Limit::AtMost(limit) => value <= limit,
            Limit::AtLeast(limit) => value >= limit,
        };
        Some(Verdict { value, reached })
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, limit) = match self.limit {
            Limit::AtMost(limit) => ("at most", limit),
            Limit::AtLeast(limit) => ("at least", limit),
        };
        write!(f, "{}: {word} {}", self.what, number(limit))?;
        self.times.map_or(Ok(()), |contender| write!(f, " × {contender}"))
    }
}
