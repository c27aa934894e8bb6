//! The side of 1C's threads: taking messages, and waiting for them.

use std::iter;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::taken::Taken;
use super::{Delivery, State};
use crate::filter::Filter;
use crate::message::Occurrence;
use crate::reactor::Answer;

/// How long a thread that could take waits for what another one has taken to reach 1C. That is one call of the
/// platform's allocator: a thread that does not come back from it must not hold up the others for ever.
const TAKING_LIMIT: Duration = Duration::from_secs(5);

impl Delivery {
    /// Takes the next messages, and what stands among them, as many as are there and `most` at most; waits for the
    /// first until `deadline`, as long as any may come.
    pub fn receive(self: &Arc<Self>, most: usize, deadline: Instant) -> Option<Taken> {
        let mut state = self.lock();
        loop {
            if !state.inbox.is_empty() {
                let is_held = |state: &mut State| state.taking > 0 && !state.stopped;
                state.takers += 1;
                let waited = self.arrived.wait_timeout_while(state, TAKING_LIMIT, is_held);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                state.takers -= 1;
                if let Some(taken) = self.take(&mut state, most) {
                    return Some(taken);
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.sessions == 0 || state.stopped {
                return None;
            }
            state.takers += 1;
            state = self.arrived.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            state.takers -= 1;
        }
    }

    fn take(self: &Arc<Self>, state: &mut MutexGuard<'_, State>, most: usize) -> Option<Taken> {
        let limits = state.settings.limits;
        let entries = iter::from_fn(|| state.inbox.take(limits)).take(most).collect::<Vec<_>>();
        if entries.is_empty() {
            return None;
        }
        if state.inbox.is_empty() {
            state.reminder = None;
        }
        state.taking += 1;
        self.make_room(state);
        Some(Taken::from_inbox(Arc::clone(self), entries))
    }

    /// A promise of the first text from now on in which `filter` finds something.
    #[must_use]
    pub fn request(&self, filter: Filter) -> Answer<Taken> {
        let answer = self.requests.add(filter);
        // A reader that waits for room may go on: there is more room while somebody waits for a reply.
        self.room.notify_waiters();
        answer
    }

    /// A reply, for whoever asked for it.
    pub(super) fn hold(self: &Arc<Self>, reply: Occurrence) -> Taken {
        Taken::reply(Arc::clone(self), (self.lock().inbox.number(), reply))
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
