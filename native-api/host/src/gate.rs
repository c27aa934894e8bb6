//! A gate that holds up whoever calls the platform, until the test opens it.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::sync::lock;

#[derive(Default)]
struct State {
    open: bool,
    waiting: usize,
}

/// The side at which callers wait.
#[derive(Default)]
pub(crate) struct Barrier {
    state: Mutex<State>,
    changed: Condvar,
}

impl Barrier {
    /// Returns once the gate is open.
    pub(crate) fn pass(&self) {
        let mut state = lock(&self.state);
        state.waiting += 1;
        self.changed.notify_all();
        let mut state =
            self.changed.wait_while(state, |state| !state.open).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
    }
}

/// The test's side of a closed gate; it opens when this is dropped.
#[must_use = "the gate opens when it is dropped"]
pub struct Gate(pub(crate) Arc<Barrier>);

impl Gate {
    /// Waits until somebody stands before the gate; `false` when nobody came within `timeout`.
    #[must_use]
    pub fn wait_for_caller(&self, timeout: Duration) -> bool {
        let state = lock(&self.0.state);
        let waited = self.0.changed.wait_timeout_while(state, timeout, |state| state.waiting == 0);
        waited.unwrap_or_else(PoisonError::into_inner).0.waiting > 0
    }

    /// Lets through who waits and who is to come.
    pub fn open(self) {
        drop(self);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        lock(&self.0.state).open = true;
        self.0.changed.notify_all();
    }
}
