//! External events that are only counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How many there were; what it costs is an atomic increment.
pub(crate) struct EventCounter {
    count: AtomicU64,
    time_per_event: Duration,
}

impl EventCounter {
    /// Each event takes so long.
    pub(crate) fn new(time_per_event: Duration) -> Self {
        Self { count: AtomicU64::default(), time_per_event }
    }

    pub(crate) fn count(&self) {
        if !self.time_per_event.is_zero() {
            thread::sleep(self.time_per_event);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}
