//! The one thread, `vestnik-events`, that calls 1C for all objects of the process in turn.
//!
//! It is never the thread that reads sockets: a platform that hangs in a call delays events, and nothing
//! else. It knows nothing of what is in a message.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, unbounded};

use crate::worker::{JOIN_LIMIT, Shared, Worker};

/// Something that has events for 1C.
pub trait Source: Send + Sync {
    /// Offers one event to 1C.
    fn deliver(&self) -> Delivered;
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// There is more to deliver; others go first.
    More,
    /// There is nothing more: the source schedules itself when there is.
    Empty,
    /// 1C has no room: try again after this time.
    RetryIn(Duration),
}

/// The thread as long as an object needs it.
#[derive(Debug)]
pub struct EventThread {
    jobs: Sender<Job>,
    worker: Worker,
}

/// Puts sources in line.
#[derive(Clone, Debug)]
pub struct Scheduler(Sender<Job>);

enum Job {
    Deliver(Arc<dyn Source>),
    Stop,
}

static CURRENT: Shared<EventThread> = Shared::new();

impl EventThread {
    /// The thread of this process, started if there is none.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn acquire() -> std::io::Result<Arc<Self>> {
        CURRENT.acquire(|| {
            // Bounded by the number of objects: each is in line once at the most.
            let (jobs, queue) = unbounded();
            Ok(Self { jobs, worker: Worker::spawn("vestnik-events", move || run(&queue))? })
        })
    }

    /// Who puts sources in line.
    #[must_use]
    pub fn scheduler(&self) -> Scheduler {
        Scheduler(self.jobs.clone())
    }

    /// Gives the thread back; the last owner ends it and waits for its end, until `deadline` at most: 1C may
    /// hang in a call. On the thread itself nothing is waited for.
    pub fn release(this: Arc<Self>, deadline: Instant) {
        if let Some(mut last) = Arc::into_inner(this) {
            last.join(deadline);
        }
    }

    fn join(&mut self, deadline: Instant) {
        // An error means that the thread has ended already.
        let _ = self.jobs.send(Job::Stop);
        self.worker.join(deadline);
    }
}

impl Drop for EventThread {
    fn drop(&mut self) {
        self.join(Instant::now() + JOIN_LIMIT);
    }
}

impl Scheduler {
    /// Puts `source` at the end of the line.
    pub fn schedule(&self, source: Arc<dyn Source>) {
        // After the thread's end there is nobody to deliver to.
        let _ = self.0.send(Job::Deliver(source));
    }
}

/// A source that waits for the platform to have room.
struct Paused {
    source: Arc<dyn Source>,
    until: Instant,
}

fn run(queue: &Receiver<Job>) {
    let mut paused: Vec<Paused> = Vec::new();
    let mut line = VecDeque::new();
    loop {
        let now = Instant::now();
        for due in paused.extract_if(.., |paused| paused.until <= now) {
            line.push_back(due.source);
        }
        // New sources join the line between any two calls; with an empty line there is time to wait.
        let job = if line.is_empty() {
            match paused.iter().map(|paused| paused.until).min() {
                Some(until) => queue.recv_deadline(until),
                None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            }
        } else {
            queue.try_recv().map_err(|error| match error {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            })
        };
        match job {
            Ok(Job::Deliver(source)) => line.push_back(source),
            Ok(Job::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let Some(source) = line.pop_front() else { continue };
        match source.deliver() {
            Delivered::More => line.push_back(source),
            Delivered::Empty => {}
            Delivered::RetryIn(pause) => paused.push(Paused { source, until: Instant::now() + pause }),
        }
    }
}
