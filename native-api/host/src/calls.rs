//! Which threads are inside the add-in right now, or inside the platform.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crate::sync::lock;

#[derive(Default)]
pub(crate) struct Calls {
    threads: Mutex<Vec<ThreadId>>,
    ended: Condvar,
}

/// A call; it ends when this is dropped.
pub(crate) struct Call<'a> {
    calls: &'a Calls,
    thread: ThreadId,
}

impl Calls {
    pub(crate) fn enter(&self) -> Call<'_> {
        let thread = thread::current().id();
        lock(&self.threads).push(thread);
        Call { calls: self, thread }
    }

    pub(crate) fn include_this_thread(&self) -> bool {
        lock(&self.threads).contains(&thread::current().id())
    }

    pub(crate) fn include_another_thread(&self) -> bool {
        lock(&self.threads).iter().any(|&thread| thread != thread::current().id())
    }

    /// Waits until no call goes on; `false` when that takes longer than `timeout`, and at once when it is a
    /// call of this very thread.
    pub(crate) fn wait_for_none(&self, timeout: Duration) -> bool {
        if self.include_this_thread() {
            return false;
        }
        let threads = lock(&self.threads);
        let waited = self.ended.wait_timeout_while(threads, timeout, |threads| !threads.is_empty());
        waited.unwrap_or_else(PoisonError::into_inner).0.is_empty()
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let mut threads = lock(&self.calls.threads);
        if let Some(last) = threads.iter().rposition(|&thread| thread == self.thread) {
            threads.remove(last);
        }
        self.calls.ended.notify_all();
    }
}
