//! The journal between the server's thread, which writes it, and whoever waits for something in it.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{end::End, event::Event, journal::Journal};

#[derive(Default)]
pub(crate) struct SharedJournal {
    journal: Mutex<Journal>,
    changed: Condvar,
}

impl SharedJournal {
    pub(crate) fn record(&self, connection: u64, event: Event) {
        self.change(|journal| journal.record(connection, event));
    }

    pub(crate) fn end(&self, connection: u64, how: End) {
        self.change(|journal| journal.end(connection, how));
    }

    pub(crate) fn count_sent(&self, connection: u64) {
        self.change(|journal| journal.count_sent(connection));
    }

    pub(crate) fn count_compressed(&self) {
        self.change(Journal::count_compressed);
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&Journal) -> T) -> T {
        read(&self.lock())
    }

    pub(crate) fn wait_for(&self, timeout: Duration, condition: impl Fn(&Journal) -> bool) -> bool {
        let (_journal, waited) = self
            .changed
            .wait_timeout_while(self.lock(), timeout, |journal| !condition(journal))
            .unwrap_or_else(PoisonError::into_inner);
        !waited.timed_out()
    }

    fn change(&self, change: impl FnOnce(&mut Journal)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// A condition that panicked under the lock has changed nothing.
    fn lock(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
