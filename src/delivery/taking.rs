//! The side of 1C's threads: taking messages, and waiting for them.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::Delivery;
use crate::filter::Filter;
use crate::message::Occurrence;
use crate::reactor::Answer;

impl Delivery {
    /// Takes the next message, or what stands among them; waits for one until `deadline`, as long as any may come.
    #[must_use]
    pub fn receive(self: &Arc<Self>, deadline: Instant) -> Option<Occurrence> {
        let mut state = self.lock();
        loop {
            let limits = state.settings.limits;
            if let Some(taken) = state.inbox.take(limits) {
                if state.inbox.is_empty() {
                    state.reminder = None;
                }
                if taken.is_message() {
                    self.statistics.delivered.count();
                }
                // There may be something of our own to say now: that there is room again.
                self.schedule(state);
                self.room.notify_waiters();
                return Some(taken);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.sessions == 0 || state.stopped {
                return None;
            }
            state = self.arrived.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A promise of the first text from now on in which `filter` finds something.
    #[must_use]
    pub fn request(&self, filter: Filter) -> Answer<String> {
        let answer = self.requests.add(filter);
        // A reader that waits for room may go on: there is more room while somebody waits for a reply.
        self.room.notify_waiters();
        answer
    }

    /// Number of messages that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().inbox.len()
    }

    /// Whether no message waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Throws the waiting messages away; how many.
    pub fn clear(self: &Arc<Self>) -> usize {
        let mut state = self.lock();
        let limits = state.settings.limits;
        let held = state.refused.take_if(|refused| refused.occurrence.is_message());
        let thrown = state.inbox.clear_messages(limits) + usize::from(held.is_some());
        state.reminder = None;
        self.schedule(state);
        self.room.notify_waiters();
        thrown
    }
}
