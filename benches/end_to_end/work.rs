//! What a contender is asked to do, and what it took.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::frames::{self, Kind};
use crate::outcome::Outcome;
use crate::peer::Peer;

/// Messages of a burst that is sent: half of what the add-in's queue holds.
pub(crate) const BURST: u32 = 50_000;
/// Bytes of a message that is sent.
pub(crate) const SENT: usize = 64;
/// Most messages that an engine is fed between two flushes.
pub(crate) const FLUSH_EVERY: u32 = 64;

/// One round of a contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Receive so many messages that come as fast as they are read.
    Receive(Kind, u32),
    /// Send so many bursts, each until the server confirms it.
    Send(u32),
    /// Send a message and wait for it to come back, so many times.
    RoundTrips(u32),
}

impl Work {
    /// Where the server does its part.
    pub(crate) fn path(self) -> String {
        match self {
            Self::Receive(kind, count) => format!("/stream/{}/{count}", kind.name()),
            Self::Send(_) => format!("/sink/{}", BURST as usize * frames::masked(&sent()).len()),
            Self::RoundTrips(_) => "/echo".to_owned(),
        }
    }

    pub(crate) fn is_compressed(self) -> bool {
        matches!(self, Self::Receive(Kind::Deflate1K, _))
    }

    fn messages(self) -> u32 {
        match self {
            Self::Receive(_, count) | Self::RoundTrips(count) => count,
            Self::Send(bursts) => bursts * BURST,
        }
    }
}

/// The message that is sent.
pub(crate) fn sent() -> String {
    frames::json(SENT)
}

/// Who does the work.
pub(crate) trait Contender {
    /// As the table calls it.
    fn name(&self) -> &'static str;

    /// Does a round, on a connection of its own.
    ///
    /// # Errors
    /// When anything was not as it must be, a message lost included.
    fn run(&self, peer: Peer, work: Work) -> Outcome<Sample>;
}

/// What a round took.
#[derive(Debug)]
pub(crate) struct Sample {
    /// From the first message to the last.
    pub(crate) wall: Duration,
    /// Of this process, all its threads.
    pub(crate) cpu: Duration,
    pub(crate) messages: u32,
    /// How long each of the round trips took, the shortest first.
    pub(crate) round_trips: Vec<Duration>,
}

/// Measures a round.
pub(crate) struct Stopwatch {
    start: Instant,
    cpu: Duration,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { cpu: cpu_time(), start: Instant::now() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) fn stop(self, work: Work) -> Sample {
        self.stop_with(work, Vec::new())
    }

    pub(crate) fn stop_with(self, work: Work, mut round_trips: Vec<Duration>) -> Sample {
        let (wall, cpu) = (self.start.elapsed(), cpu_time().saturating_sub(self.cpu));
        round_trips.sort_unstable();
        Sample { wall, cpu, messages: work.messages(), round_trips }
    }
}

/// What this process has used of processors so far.
pub(crate) fn cpu_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().expect("a process has run for no negative time")
}
