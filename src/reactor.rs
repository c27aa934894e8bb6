//! The one network thread of the process, `vestnik-net`, and answers from it.
//!
//! Objects share it; the last owner ends it and waits for its end. Threads of 1C never run tokio: they hand
//! over a task and wait for an [`Answer`] with a deadline.

use std::io;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::runtime::{Builder, Handle};
use tokio::sync::Notify;

use crate::worker::{JOIN_LIMIT, Shared, Worker};

/// Threads for name look-ups and trust stores, which block; they end after [`RESOLVER_IDLE`].
const RESOLVERS: usize = 4;
const RESOLVER_IDLE: Duration = Duration::from_secs(5);

/// The network thread as long as an object needs it.
#[derive(Debug)]
pub struct Reactor {
    runtime: Handle,
    stop: Arc<Notify>,
    worker: Worker,
}

static CURRENT: Shared<Reactor> = Shared::new();

impl Reactor {
    /// The network thread of this process, started if there is none.
    ///
    /// # Errors
    /// The system gives no thread, or no means to wait for sockets.
    pub fn acquire() -> io::Result<Arc<Self>> {
        CURRENT.acquire(Self::start)
    }

    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(RESOLVERS)
            .thread_keep_alive(RESOLVER_IDLE)
            .thread_name("vestnik-resolve")
            .build()?;
        let handle = runtime.handle().clone();
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let worker = Worker::spawn("vestnik-net", move || {
            runtime.block_on(stopped.notified());
            // A name look-up cannot be interrupted: its thread ends when the system lets it.
            runtime.shutdown_background();
        })?;
        Ok(Self { runtime: handle, stop, worker })
    }

    /// Where tasks are spawned.
    #[must_use]
    pub const fn handle(&self) -> &Handle {
        &self.runtime
    }

    /// Gives the thread back; the last owner ends it and waits for its end, until `deadline` at most.
    pub fn release(this: Arc<Self>, deadline: Instant) {
        if let Some(mut last) = Arc::into_inner(this) {
            last.join(deadline);
        }
    }

    fn join(&mut self, deadline: Instant) {
        self.stop.notify_one();
        self.worker.join(deadline);
    }
}

impl Drop for Reactor {
    fn drop(&mut self) {
        self.join(Instant::now() + JOIN_LIMIT);
    }
}

/// A promise of one value, on the side that waits for it.
#[derive(Debug)]
pub struct Answer<T> {
    value: Receiver<T>,
    _waiting: Arc<()>,
}

/// A promise of one value, on the side that gives it.
#[derive(Debug)]
pub struct Reply<T> {
    value: Sender<T>,
    waiting: Weak<()>,
}

/// A new promise. Dropping the [`Reply`] is an answer too: none.
#[must_use]
pub fn promise<T>() -> (Reply<T>, Answer<T>) {
    let (sender, receiver) = bounded(1);
    let waiting = Arc::new(());
    let reply = Reply { value: sender, waiting: Arc::downgrade(&waiting) };
    (reply, Answer { value: receiver, _waiting: waiting })
}

impl<T> Answer<T> {
    /// Waits for the value; `None` at the deadline, or when nobody will give it any more.
    #[must_use]
    pub fn wait(self, deadline: Instant) -> Option<T> {
        self.value.recv_deadline(deadline).ok()
    }
}

impl<T> Reply<T> {
    /// Whether somebody still waits.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.waiting.strong_count() > 0
    }

    /// Gives the value.
    ///
    /// # Errors
    /// Nobody waits any more: the value comes back.
    pub fn give(self, value: T) -> Result<(), T> {
        if !self.is_awaited() {
            return Err(value);
        }
        self.value.try_send(value).map_err(TrySendError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_or_does_not() {
        let soon = || Instant::now() + Duration::from_secs(30);
        let (reply, answer) = promise();
        assert!(reply.is_awaited());
        assert_eq!(reply.give(1), Ok(()));
        assert_eq!(answer.wait(soon()), Some(1));

        let (reply, answer) = promise::<i32>();
        drop(reply);
        assert_eq!(answer.wait(soon()), None);

        let (reply, answer) = promise::<i32>();
        assert_eq!(answer.wait(Instant::now()), None);
        assert_eq!(reply.give(1), Err(1));
    }
}
