//! What waits to be written to one connection.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::message::Payload;
use crate::queue::{BoundedQueue, Limits};
use crate::reactor::Reply;

/// Most pongs that wait to be written, of at most 125 bytes each.
const MOST_PONGS: usize = 256;

/// Most of what is taken at a time.
const MOST_AT_A_TIME: usize = 512;

/// A bounded queue between those who send and the task that writes.
#[derive(Debug, Default)]
pub struct Outbox {
    lanes: Mutex<Lanes>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Lanes {
    /// The payloads to answer pings with. Of a flood only the latest are answered (RFC 6455, section 5.5.3).
    pongs: VecDeque<Vec<u8>>,
    pings: Vec<Ping>,
    messages: BoundedQueue<Message>,
}

impl Lanes {
    fn is_empty(&self) -> bool {
        self.pongs.is_empty() && self.pings.is_empty() && self.messages.is_empty()
    }
}

/// A message, and who waits until it is written.
#[derive(Debug)]
pub struct Message {
    /// Its content.
    pub payload: Payload,
    /// Who waits.
    pub written: Option<Reply<()>>,
}

/// A ping of the keepalive, or of somebody who waits for its round trip.
#[derive(Debug)]
pub struct Ping(pub Option<Reply<Duration>>);

/// One thing to write.
#[derive(Debug)]
pub enum Outgoing {
    /// The answer to a ping.
    Pong(Vec<u8>),
    /// A ping.
    Ping(Ping),
    /// A message.
    Message(Message),
}

impl Outbox {
    /// Queues a message; `false` when there is no room within `limits`.
    pub fn push(&self, message: Message, limits: Limits) -> bool {
        let bytes = message.payload.len();
        let mut lanes = self.lock();
        let room = lanes.messages.has_room(bytes, limits);
        if room {
            lanes.messages.push(message, bytes);
            drop(lanes);
            self.filled.notify_one();
        }
        room
    }

    /// Queues a ping, ahead of messages. There are as many as threads that wait, and one.
    pub fn ping(&self, reply: Option<Reply<Duration>>) {
        self.lock().pings.push(Ping(reply));
        self.filled.notify_one();
    }

    /// Answers a ping, ahead of everything else.
    pub fn pong(&self, payload: Vec<u8>) {
        let mut lanes = self.lock();
        if lanes.pongs.len() == MOST_PONGS {
            lanes.pongs.pop_front();
        }
        lanes.pongs.push_back(payload);
        drop(lanes);
        self.filled.notify_one();
    }

    /// Takes what is next into `batch`: all pongs and pings, and messages as long as the batch has less than `bytes`
    /// of them. What nobody waits for any more is skipped.
    pub fn take(&self, bytes: usize, batch: &mut Vec<Outgoing>) {
        let mut lanes = self.lock();
        let lanes = &mut *lanes;
        batch.extend(lanes.pongs.drain(..).map(Outgoing::Pong));
        let pings = lanes.pings.drain(..).filter(|Ping(reply)| reply.as_ref().is_none_or(Reply::is_awaited));
        batch.extend(pings.map(Outgoing::Ping));
        let mut taken = 0;
        while taken < bytes && batch.len() < MOST_AT_A_TIME {
            let Some(message) = lanes.messages.pop() else { return };
            if message.written.as_ref().is_none_or(Reply::is_awaited) {
                taken += message.payload.len();
                batch.push(Outgoing::Message(message));
            }
        }
    }

    /// Waits until there is something to take.
    pub async fn filled(&self) {
        while self.lock().is_empty() {
            self.filled.notified().await;
        }
    }

    /// The connection has ended: throws everything away, so that whoever waits hears of it. How many messages
    /// were lost that nobody waited for.
    pub fn clear(&self) -> u64 {
        let mut lanes = std::mem::take(&mut *self.lock());
        let mut lost = 0;
        while let Some(message) = lanes.messages.pop() {
            lost += u64::from(message.written.is_none());
        }
        lost
    }

    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
