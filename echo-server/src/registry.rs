//! The connections there are now, to be steered from outside.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, mpsc};

use crate::outgoing::Outgoing;

/// How many messages may wait to be written on one connection before it stops reading.
const QUEUE: usize = 64;

#[derive(Default)]
pub(crate) struct Registry {
    lines: Mutex<BTreeMap<u64, Line>>,
}

/// How one connection is reached.
struct Line {
    reset: Arc<Notify>,
    /// Only while the connection is open.
    queue: Option<mpsc::Sender<Outgoing>>,
}

impl Registry {
    /// Adds a connection that is not open yet; what comes back fires when it is to be reset.
    pub(crate) fn add(&self, connection: u64) -> Arc<Notify> {
        let reset = Arc::new(Notify::new());
        self.lines().insert(connection, Line { reset: Arc::clone(&reset), queue: None });
        reset
    }

    /// From now on the connection takes messages from outside.
    pub(crate) fn open(&self, connection: u64) -> (mpsc::Sender<Outgoing>, mpsc::Receiver<Outgoing>) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        if let Some(line) = self.lines().get_mut(&connection) {
            line.queue = Some(queue.clone());
        }
        (queue, waiting)
    }

    pub(crate) fn remove(&self, connection: u64) {
        self.lines().remove(&connection);
    }

    /// How many connections there are, open or not.
    pub(crate) fn count(&self) -> usize {
        self.lines().len()
    }

    /// The queues of the connections that are open.
    pub(crate) fn queues(&self) -> Vec<mpsc::Sender<Outgoing>> {
        self.lines().values().filter_map(|line| line.queue.clone()).collect()
    }

    /// Resets every connection, open or not; how many there were.
    pub(crate) fn reset_all(&self) -> usize {
        let lines = self.lines();
        lines.values().for_each(|line| line.reset.notify_one());
        lines.len()
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<u64, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
