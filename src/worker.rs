//! A thread of ours: named, shared by all objects of the process, joined by its last owner within a bound.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};

/// The longest wait for a thread's end when nobody said how long.
pub const JOIN_LIMIT: Duration = Duration::from_secs(1);

/// A running thread.
#[derive(Debug)]
pub struct Worker {
    id: ThreadId,
    handle: Option<JoinHandle<()>>,
    /// Nothing is ever sent: the end of the channel is the end of the thread's work.
    ended: Receiver<()>,
}

impl Worker {
    /// Starts a thread. The library stays in the process from then on.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        native_api::module::pin();
        let (end, ended) = bounded::<()>(0);
        let handle = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _end = end;
            work();
        })?;
        Ok(Self { id: handle.thread().id(), handle: Some(handle), ended })
    }

    /// Waits for the thread's end, until `deadline` at most; after that the thread is left to itself. On the
    /// thread itself nothing is waited for.
    pub fn join(&mut self, deadline: Instant) {
        let Some(handle) = self.handle.take() else { return };
        if thread::current().id() == self.id {
            return;
        }
        if self.ended.recv_deadline(deadline) == Err(crossbeam_channel::RecvTimeoutError::Disconnected) {
            // The work is over, so this takes no longer than the system needs. A panic has been told already.
            let _ = handle.join();
        }
    }
}

/// One instance for all objects of the process, as long as one of them needs it.
#[derive(Debug)]
pub struct Shared<T>(Mutex<Weak<T>>);

impl<T> Shared<T> {
    /// No instance.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(Weak::new()))
    }

    /// The instance, made by `start` if there is none.
    ///
    /// # Errors
    /// Those of `start`.
    pub fn acquire(&self, start: impl FnOnce() -> io::Result<T>) -> io::Result<Arc<T>> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = current.upgrade() {
            return Ok(running);
        }
        let started = Arc::new(start()?);
        *current = Arc::downgrade(&started);
        Ok(started)
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_does_not_end_is_left_at_the_deadline() {
        let (release, wait) = bounded::<()>(0);
        let mut worker = Worker::spawn("hanging", move || {
            let _ = wait.recv();
        })
        .unwrap();
        worker.join(Instant::now());
        assert!(release.send(()).is_ok(), "it still waits");
    }

    #[test]
    fn the_instance_lives_as_long_as_its_owners() {
        static SHARED: Shared<u32> = Shared::new();
        let first = SHARED.acquire(|| Ok(1)).unwrap();
        assert_eq!(*SHARED.acquire(|| Ok(2)).unwrap(), 1);
        drop(first);
        assert_eq!(*SHARED.acquire(|| Ok(3)).unwrap(), 3);
    }
}
