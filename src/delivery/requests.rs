//! Who waits for the reply to what was sent.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::taken::Taken;
use crate::filter::{Filter, Verdict};
use crate::reactor::{Answer, Reply, promise};

/// The requests of one object that have no reply yet, oldest first. There are as many as threads of 1C that wait.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pending: Mutex<Vec<(Filter, Reply<Taken>)>>,
    /// Length of `pending`, to be asked for every message without the lock.
    count: AtomicUsize,
}

impl Requests {
    /// Waits for the first text in which `filter` finds something.
    pub(super) fn add(&self, filter: Filter) -> Answer<Taken> {
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

    /// Takes out the first request whose reply this text is.
    pub(super) fn take(&self, text: &str) -> Option<Reply<Taken>> {
        if !self.are_pending() {
            return None;
        }
        let mut pending = self.lock();
        pending.retain(|(_, reply)| reply.is_awaited());
        let found = pending.iter().position(|(filter, _)| filter.judge(text) == Verdict::Wanted);
        let request = found.map(|at| pending.remove(at).1);
        self.count.store(pending.len(), Ordering::Release);
        request
    }

    /// No reply will come any more.
    pub(super) fn clear(&self) {
        self.lock().clear();
        self.count.store(0, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Filter, Reply<Taken>)>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
