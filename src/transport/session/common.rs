//! What all connections of one object have in common.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use native_api::Text;

use crate::delivery::Delivery;
use crate::log::Log;
use crate::queue::Limits;
use crate::statistics::Statistics;
use crate::transport::outbox::Outbox;
use crate::transport::settings::Settings;

/// What all connections of one object have in common.
#[derive(Debug)]
pub struct Common {
    /// Where messages and events go.
    pub delivery: Arc<Delivery>,
    /// What is counted.
    pub statistics: Arc<Statistics>,
    /// Where it is told what happens.
    pub log: Log,
    /// What waits to be written.
    pub outbox: Arc<Outbox>,
    /// What the next attempt is made with.
    pub settings: Mutex<Settings>,
    /// Text of the last failure.
    pub last_error: Mutex<Text>,
    /// When the connection that is open now was opened, and for how long all before it were open.
    pub open_time: Mutex<(Option<Instant>, Duration)>,
}

impl Common {
    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Bounds of the outgoing queue.
    #[must_use]
    pub fn outgoing(&self) -> Limits {
        self.outbox.limits()
    }

    /// Keeps the text of a failure.
    pub fn set_last_error(&self, text: Text) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// For how long connections were open in all.
    #[must_use]
    pub fn connected_time(&self) -> Duration {
        let (since, before) = *self.open_time.lock().unwrap_or_else(PoisonError::into_inner);
        before + since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    pub(super) fn note_open(&self, open: bool) {
        let mut time = self.open_time.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, before) = *time;
        let so_far = before + since.map_or(Duration::ZERO, |since| since.elapsed());
        *time = (open.then(Instant::now), so_far);
    }
}

impl Common {
    /// Whether a connection is open now.
    pub(super) fn is_open(&self) -> bool {
        self.open_time.lock().unwrap_or_else(PoisonError::into_inner).0.is_some()
    }
}
