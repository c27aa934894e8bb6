//! Who waits for the reply to what was sent.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::filter::{Filter, Verdict};
use crate::message::{Occurrence, Payload};
use crate::reactor::{Answer, Reply, promise};

/// The requests of one object that have no reply yet, oldest first. There are as many as threads of 1C that wait.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pending: Mutex<Vec<(Filter, Reply<String>)>>,
    /// Length of `pending`, to be asked for every message without the lock.
    count: AtomicUsize,
}

impl Requests {
    /// Waits for the first text in which `filter` finds something.
    pub(super) fn add(&self, filter: Filter) -> Answer<String> {
        let (reply, answer) = promise();
        let mut pending = self.lock();
        pending.push((filter, reply));
        self.count.store(pending.len(), Ordering::Release);
        answer
    }

    /// Whether a reply is waited for.
    pub(super) fn are_pending(&self) -> bool {
        self.count.load(Ordering::Acquire) > 0
    }

    /// Gives a text to the first request whose reply it is; anything else comes back.
    pub(super) fn answer(&self, message: Occurrence) -> Option<Occurrence> {
        if !self.are_pending() {
            return Some(message);
        }
        let Occurrence::Message(Payload::Text(text)) = message else { return Some(message) };
        let message = |text| Occurrence::Message(Payload::Text(text));
        let mut pending = self.lock();
        pending.retain(|(_, reply)| reply.is_awaited());
        let found = pending.iter().position(|(filter, _)| filter.judge(&text) == Verdict::Wanted);
        let request = found.map(|at| pending.remove(at));
        self.count.store(pending.len(), Ordering::Release);
        drop(pending);
        match request {
            // Whoever gave up just now leaves the message to the others.
            Some((_, reply)) => reply.give(text).err().map(message),
            None => Some(message(text)),
        }
    }

    /// No reply will come any more.
    pub(super) fn clear(&self) {
        self.lock().clear();
        self.count.store(0, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Filter, Reply<String>)>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
