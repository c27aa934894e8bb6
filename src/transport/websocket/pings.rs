//! Pings on their way: which pong belongs to which, and what the keepalive makes of it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::reactor::Reply;
use crate::transport::keepalive::Keepalive;

/// Pings that are remembered; a peer that answers none must not make us remember all.
const REMEMBERED: usize = 100;

/// The pings of one connection.
pub(super) struct Pings {
    keepalive: Mutex<Keepalive>,
    sent: Mutex<Sent>,
}

#[derive(Default)]
struct Sent {
    next: u64,
    waiting: Vec<(u64, Instant, Option<Reply<Duration>>)>,
}

impl Pings {
    pub(super) fn new(keepalive: Keepalive) -> Self {
        Self { keepalive: Mutex::new(keepalive), sent: Mutex::default() }
    }

    /// The connection's keepalive.
    pub(super) fn keepalive(&self) -> MutexGuard<'_, Keepalive> {
        self.keepalive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A ping is about to be written: its payload, which the pong will bring back.
    pub(super) fn begin(&self, reply: Option<Reply<Duration>>) -> [u8; 8] {
        let mut sent = self.lock();
        sent.next += 1;
        let number = sent.next;
        if sent.waiting.len() == REMEMBERED {
            sent.waiting.remove(0);
        }
        sent.waiting.push((number, Instant::now(), reply));
        number.to_be_bytes()
    }

    /// A pong came: the time since its ping, and who waits for it. A pong answers all earlier pings too (RFC
    /// 6455, section 5.5.3); who waits for one of those is given the same time. It is noted before anybody is told.
    pub(super) fn answered(&self, payload: &[u8], note: impl FnOnce(Duration)) {
        let Ok(number) = payload.try_into().map(u64::from_be_bytes) else { return };
        let mut sent = self.lock();
        let Some(at) = sent.waiting.iter().position(|(waiting, ..)| *waiting == number) else { return };
        let round_trip = sent.waiting[at].1.elapsed();
        note(round_trip);
        for (_, _, reply) in sent.waiting.drain(..=at) {
            if let Some(reply) = reply {
                // Whoever waited has given up: nothing to do.
                let _ = reply.give(round_trip);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
