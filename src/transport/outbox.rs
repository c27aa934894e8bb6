//! What waits to be written to one connection.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::queue::{BoundedQueue, Limits};
use crate::reactor::Reply;

/// A bounded queue between 1C's threads and the task that writes.
#[derive(Debug)]
pub struct Outbox {
    queue: Mutex<BoundedQueue<Outgoing>>,
    filled: Notify,
}

/// One thing to write.
#[derive(Debug)]
pub enum Outgoing {
    /// A text message, and who waits until it is written.
    Text(String, Option<Reply<()>>),
    /// A ping of the keepalive.
    Ping,
}

impl Outgoing {
    const fn weight(&self) -> usize {
        match self {
            Self::Text(text, _) => text.len(),
            Self::Ping => 0,
        }
    }
}

impl Outbox {
    /// An empty outbox.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { queue: Mutex::new(BoundedQueue::new(limits)), filled: Notify::new() }
    }

    /// Queues `outgoing`; `false` when there is no room. A ping always has room: there is one at a time.
    pub fn push(&self, outgoing: Outgoing) -> bool {
        let weight = outgoing.weight();
        let mut queue = self.lock();
        let room = matches!(outgoing, Outgoing::Ping) || queue.has_room(weight);
        if room {
            queue.push(outgoing, weight);
            drop(queue);
            self.filled.notify_one();
        }
        room
    }

    /// Takes what is next, if there is anything. A message whose sender no longer waits is skipped.
    pub fn try_pop(&self) -> Option<Outgoing> {
        let mut queue = self.lock();
        loop {
            match queue.pop()? {
                Outgoing::Text(_, Some(reply)) if !reply.is_awaited() => {}
                outgoing => return Some(outgoing),
            }
        }
    }

    /// Takes what is next, or waits for it.
    pub async fn pop(&self) -> Outgoing {
        loop {
            if let Some(outgoing) = self.try_pop() {
                return outgoing;
            }
            self.filled.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BoundedQueue<Outgoing>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
