//! When to ask the other side for a sign of life, and when to give it up. Time is an argument.
//!
//! A ping follows an interval without a byte. The pong has a time-out, which starts again while the peer
//! still sends the frame it had begun (a pong cannot overtake it), and while our own ping still waits behind
//! bytes that the peer takes; it stands still while we do not read.

use std::time::{Duration, Instant};

/// Settings and clock of one connection's keepalive.
#[derive(Debug)]
pub struct Keepalive {
    interval: Duration,
    timeout: Duration,
    /// The last byte from the peer.
    heard: Instant,
    /// Whether that byte was the last of a frame.
    between_frames: bool,
    ping: Ping,
    reading: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ping {
    None,
    /// Queued; the time of queueing or of the last progress in writing.
    Queued(Instant),
    /// Written at this time.
    Sent(Instant),
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Queue a ping, and tell so by [`Keepalive::queued`].
    Ping,
    /// No pong came in time: the connection is dead.
    GiveUp,
    /// Nothing until then, unless something happens before.
    WaitUntil(Instant),
    /// Nothing until something happens.
    Wait,
}

impl Keepalive {
    /// A ping after `interval` without a byte, a pong within `timeout`. Zero switches either off.
    #[must_use]
    pub const fn new(interval: Duration, timeout: Duration, now: Instant) -> Self {
        Self { interval, timeout, heard: now, between_frames: true, ping: Ping::None, reading: true }
    }

    /// Bytes came.
    pub const fn received(&mut self, now: Instant) {
        self.heard = now;
        self.between_frames = false;
    }

    /// The bytes that came last were the end of a frame.
    pub const fn frame_ended(&mut self) {
        self.between_frames = true;
    }

    /// A pong came.
    pub const fn pong(&mut self) {
        self.ping = Ping::None;
    }

    /// The ping is queued.
    pub const fn queued(&mut self, now: Instant) {
        self.ping = Ping::Queued(now);
    }

    /// The peer took bytes of ours.
    pub const fn progressed(&mut self, now: Instant) {
        if let Ping::Queued(_) = self.ping {
            self.ping = Ping::Queued(now);
        }
    }

    /// The queued ping is written.
    pub const fn sent(&mut self, now: Instant) {
        self.ping = Ping::Sent(now);
    }

    /// We stop or start reading: what was not read cannot be held against the peer.
    pub const fn set_reading(&mut self, reading: bool, now: Instant) {
        self.reading = reading;
        self.heard = now;
        if let Ping::Sent(_) = self.ping {
            self.ping = Ping::Sent(now);
        }
    }

    /// What to do at `now`.
    #[must_use]
    pub fn action(&self, now: Instant) -> Action {
        if !self.reading {
            return Action::Wait;
        }
        let (due, action) = match self.ping {
            Ping::None if self.interval.is_zero() => return Action::Wait,
            Ping::None => (self.heard + self.interval, Action::Ping),
            Ping::Queued(_) | Ping::Sent(_) if self.timeout.is_zero() => return Action::Wait,
            Ping::Sent(since) if !self.between_frames => {
                (since.max(self.heard) + self.timeout, Action::GiveUp)
            }
            Ping::Queued(since) | Ping::Sent(since) => (since + self.timeout, Action::GiveUp),
        };
        if now >= due { action } else { Action::WaitUntil(due) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(30);
    const TIMEOUT: Duration = Duration::from_secs(20);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn silence_brings_a_ping_and_more_silence_the_end() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(INTERVAL, TIMEOUT, start);
        assert_eq!(keepalive.action(start), Action::WaitUntil(start + INTERVAL));
        assert_eq!(keepalive.action(start + INTERVAL), Action::Ping);
        keepalive.queued(start + seconds(30));
        keepalive.sent(start + seconds(31));
        assert_eq!(keepalive.action(start + seconds(31)), Action::WaitUntil(start + seconds(51)));
        assert_eq!(keepalive.action(start + seconds(51)), Action::GiveUp);
        keepalive.pong();
        keepalive.received(start + seconds(40));
        assert_eq!(keepalive.action(start + seconds(51)), Action::WaitUntil(start + seconds(70)));
    }

    #[test]
    fn half_a_frame_and_silence_is_the_end_but_a_slow_frame_is_not() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(INTERVAL, TIMEOUT, start);
        keepalive.received(start);
        keepalive.sent(start + seconds(30));
        keepalive.received(start + seconds(45));
        assert_eq!(keepalive.action(start + seconds(50)), Action::WaitUntil(start + seconds(65)));
        assert_eq!(keepalive.action(start + seconds(65)), Action::GiveUp);
    }

    #[test]
    fn a_peer_that_talks_but_does_not_answer_is_given_up() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(INTERVAL, TIMEOUT, start);
        keepalive.sent(start + seconds(30));
        keepalive.received(start + seconds(49));
        keepalive.frame_ended();
        assert_eq!(keepalive.action(start + seconds(50)), Action::GiveUp);
    }

    #[test]
    fn a_ping_that_waits_behind_taken_bytes_is_not_held_against_the_peer() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(INTERVAL, TIMEOUT, start);
        keepalive.queued(start + seconds(30));
        keepalive.progressed(start + seconds(49));
        assert_eq!(keepalive.action(start + seconds(50)), Action::WaitUntil(start + seconds(69)));
        assert_eq!(keepalive.action(start + seconds(69)), Action::GiveUp);
    }

    #[test]
    fn the_clock_stands_still_while_we_do_not_read() {
        let start = Instant::now();
        let mut keepalive = Keepalive::new(INTERVAL, TIMEOUT, start);
        keepalive.sent(start + seconds(30));
        keepalive.set_reading(false, start + seconds(40));
        assert_eq!(keepalive.action(start + seconds(500)), Action::Wait);
        keepalive.set_reading(true, start + seconds(500));
        assert_eq!(keepalive.action(start + seconds(500)), Action::WaitUntil(start + seconds(520)));
    }

    #[test]
    fn zero_switches_off() {
        let start = Instant::now();
        assert_eq!(Keepalive::new(Duration::ZERO, TIMEOUT, start).action(start), Action::Wait);
        let mut keepalive = Keepalive::new(INTERVAL, Duration::ZERO, start);
        keepalive.sent(start);
        assert_eq!(keepalive.action(start + seconds(1000)), Action::Wait);
    }
}
