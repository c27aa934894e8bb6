//! The one thread, `vestnik-events`, that calls 1C for all objects of the process in turn.
//!
//! It is never the thread that reads sockets: a platform that hangs in a call delays events, and nothing
//! else. It knows nothing of what is in a message.

pub mod page;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, unbounded};

use self::page::Page;
use crate::worker::{JOIN_LIMIT, Shared, Worker};

/// Something that has events for 1C.
pub trait Source: Send + Sync {
    /// Least time between two calls into 1C, of whatever source.
    fn interval(&self) -> Duration;

    /// Offers an event to 1C, written on `page`, and more as long as there are and it `may_go_on`.
    fn deliver(&self, page: &mut Page, may_go_on: &mut dyn FnMut() -> bool) -> Delivered;
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// There is more to deliver; others go first.
    More,
    /// There is nothing more: the source schedules itself when there is.
    Empty,
    /// There is nothing more before this time, unless the source schedules itself.
    Later(Duration),
    /// 1C has no room: try again after this time, and not before.
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

/// What the thread knows between two calls.
#[derive(Default)]
struct Line {
    /// Who is next.
    ready: VecDeque<Arc<dyn Source>>,
    /// Who comes back later.
    waiting: Vec<(Arc<dyn Source>, Instant)>,
    /// When the last call was, and how long its source wants it to stand alone.
    last_call: Option<(Instant, Duration)>,
    page: Page,
}

/// How long the memory of a large event is kept for another one.
const REST: Duration = Duration::from_secs(1);

/// Events of one source in a row, at most, while nobody else wants to be served.
const IN_A_ROW: usize = 64;

fn run(jobs: &Receiver<Job>) {
    let mut line = Line::default();
    loop {
        let now = Instant::now();
        for (source, _) in line.waiting.extract_if(.., |(_, until)| *until <= now) {
            line.ready.push_back(source);
        }
        // New sources join the line between any two calls; when nobody can be served there is time to wait.
        let job = match line.next_turn(now) {
            Some(turn) if turn <= now => jobs.try_recv().map_err(|error| error == TryRecvError::Disconnected),
            Some(turn) => jobs.recv_deadline(turn).map_err(|error| error == RecvTimeoutError::Disconnected),
            None if line.page.is_large() => match jobs.recv_timeout(REST) {
                Err(RecvTimeoutError::Timeout) => {
                    line.page.rest();
                    continue;
                }
                job => job.map_err(|_| true),
            },
            None => jobs.recv().map_err(|_| true),
        };
        match job {
            Ok(Job::Deliver(source)) => line.ready.push_back(source),
            Ok(Job::Stop) | Err(true) => return,
            Err(false) => line.serve(Instant::now(), || jobs.is_empty()),
        }
    }
}

impl Line {
    /// When somebody can be served, `now` or later; `None` when nobody waits.
    fn next_turn(&self, now: Instant) -> Option<Instant> {
        let waiting = self.waiting.iter().map(|(_, until)| *until).min();
        let ready = self.ready.front().map(|source| match self.last_call {
            Some((at, apart)) => at + apart.max(source.interval()),
            None => now,
        });
        ready.into_iter().chain(waiting).min()
    }

    /// Serves who is next: once, or several times while `nobody_comes` who would have to wait for it.
    fn serve(&mut self, now: Instant, nobody_comes: impl Fn() -> bool) {
        if self.ready.is_empty() || self.next_turn(now).is_some_and(|turn| turn > now) {
            return;
        }
        let Some(source) = self.ready.pop_front() else { return };
        let interval = source.interval();
        let is_alone = interval.is_zero() && self.ready.is_empty() && self.waiting.is_empty();
        let mut left = if is_alone { IN_A_ROW } else { 1 };
        let delivered = source.deliver(&mut self.page, &mut || {
            left -= 1;
            left > 0 && nobody_comes()
        });
        let now = Instant::now();
        if matches!(delivered, Delivered::More | Delivered::RetryIn(_)) {
            self.last_call = Some((now, interval));
        }
        match delivered {
            Delivered::More => self.ready.push_back(source),
            Delivered::Empty => {}
            Delivered::Later(pause) | Delivered::RetryIn(pause) => {
                self.waiting.retain(|(waiting, _)| !Arc::ptr_eq(waiting, &source));
                self.waiting.push((source, now + pause));
            }
        }
    }
}
