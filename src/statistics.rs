//! What an object has done since it was created: counters that any thread may read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The counters of one object.
#[derive(Debug, Default)]
pub struct Statistics {
    /// Messages that came.
    pub messages_in: Counter,
    /// Messages written.
    pub messages_out: Counter,
    /// Bytes of the messages that came.
    pub bytes_in: Counter,
    /// Bytes of the messages written.
    pub bytes_out: Counter,
    /// Messages that the filter did not want.
    pub filtered: Counter,
    /// Messages that the filter let through because its search ran into the limit.
    pub unfiltered: Counter,
    /// Messages that were put into the inbox.
    pub queued: Counter,
    /// Messages that 1C has been given; counted under the lock of the inbox.
    pub delivered: Counter,
    /// Events that the platform had no room for; they were offered again.
    pub refused: Counter,
    /// Messages lost: by the overflow policy, or accepted for sending and not written before the line was cut.
    pub lost: Counter,
    /// Connections established after the first.
    pub reconnects: Counter,
    /// Pings sent.
    pub pings: Counter,
    /// The last round trip, in microseconds; 0: none yet.
    round_trip: AtomicU64,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts one.
    pub fn count(&self) {
        self.add(1);
    }

    /// Counts several.
    pub fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    /// Counts several, where a lock keeps all others from counting: for what is counted with every message.
    pub fn add_alone(&self, number: u64) {
        self.0.store(self.get() + number, Ordering::Relaxed);
    }

    /// Counts bytes.
    pub fn add_bytes(&self, bytes: usize) {
        self.add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    /// The number.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Statistics {
    /// A ping was answered after this time.
    pub fn set_round_trip(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.round_trip.store(micros.max(1), Ordering::Relaxed);
    }

    /// The last round trip.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        let micros = self.round_trip.load(Ordering::Relaxed);
        (micros > 0).then(|| Duration::from_micros(micros))
    }
}
