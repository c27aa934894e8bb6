//! Knobs that make the platform misbehave, to be turned while it runs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::gate::{Barrier, Gate};
use crate::sync::lock;

/// Faults of one platform; shared by all objects whose [`Host`](crate::Host) carries it. At the start there
/// are none.
#[derive(Default)]
pub struct Faults {
    allocations_left: Mutex<Option<u64>>,
    events: Mutex<EventFaults>,
}

/// What an external event meets, in this order.
#[derive(Clone, Default)]
pub(crate) struct EventFaults {
    pub(crate) gate: Option<Arc<Barrier>>,
    pub(crate) delay: Duration,
    pub(crate) refuse: bool,
    pub(crate) lose_within: Duration,
}

impl Faults {
    /// `AllocMemory` grants so many requests more and then answers false; `None`: it grants all.
    pub fn allow_allocations(&self, left: Option<u64>) {
        *lock(&self.allocations_left) = left;
    }

    /// `ExternalEvent` answers false, as when the buffer is full or events cannot be processed.
    pub fn refuse_events(&self, refuse: bool) {
        lock(&self.events).refuse = refuse;
    }

    /// `ExternalEvent` takes this long; zero: no time at all.
    pub fn delay_events(&self, delay: Duration) {
        lock(&self.events).delay = delay;
    }

    /// `ExternalEvent` does not return before the gate is opened or dropped.
    pub fn hang_events(&self) -> Gate {
        let barrier = Arc::new(Barrier::default());
        lock(&self.events).gate = Some(Arc::clone(&barrier));
        Gate(barrier)
    }

    /// `ExternalEvent` loses an event that comes sooner than this after the last one kept, and answers true
    /// all the same, as was measured on Linux; zero: it loses none.
    pub fn lose_events_within(&self, interval: Duration) {
        lock(&self.events).lose_within = interval;
    }

    /// No faults any more. Who stands before a gate waits until that gate is opened.
    pub fn reset(&self) {
        self.allow_allocations(None);
        *lock(&self.events) = EventFaults::default();
    }

    pub(crate) fn grant_allocation(&self) -> bool {
        match &mut *lock(&self.allocations_left) {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    pub(crate) fn events(&self) -> EventFaults {
        lock(&self.events).clone()
    }
}
