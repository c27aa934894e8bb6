//! What waits to be written to the connection of one object.

mod messages;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use self::messages::{Messages, Piece};
use crate::message::Payload;
use crate::queue::Limits;
use crate::reactor::Reply;
use crate::texts::Texts;

/// Most pongs that wait to be written, of at most 125 bytes each.
const MOST_PONGS: usize = 256;

/// Most messages taken at a time that are not short texts.
const MOST_AT_A_TIME: usize = 512;

/// A bounded queue between those who send and the task that writes.
///
/// 1C's threads may send while it is open, which is as long as a session of the object is open (see
/// [`Shared`](super::session::Shared)). One lock decides: a message was accepted before the outbox was shut, and then the
/// writer finds it, or [`clear`](Self::clear) counts it; or it comes after, and is refused.
#[derive(Debug, Default)]
pub struct Outbox {
    lanes: Mutex<Lanes>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Lanes {
    is_open: bool,
    limits: Limits,
    /// The payloads to answer pings with. Of a flood only the latest are answered (RFC 6455, section 5.5.3).
    pongs: VecDeque<Vec<u8>>,
    pings: Vec<Ping>,
    messages: Messages,
    /// Whether the writer wants to be told of what comes: mostly it is busy, and looks by itself.
    is_awaited: bool,
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
    /// Messages that nobody waits for.
    Texts(Texts),
    /// A message.
    Message(Message),
}

/// Why a message was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// There is no open connection.
    NotOpen,
    /// The outgoing queue is full.
    Full,
}

impl Outbox {
    /// The bounds for messages.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.lock().limits
    }

    /// Changes the bounds; what is queued already stays.
    pub fn change_limits(&self, change: impl FnOnce(&mut Limits)) {
        change(&mut self.lock().limits);
    }

    /// From now on messages of 1C are accepted.
    pub fn open(&self) {
        self.lock().is_open = true;
    }

    /// From now on messages of 1C are refused; what was accepted can be taken as before.
    pub fn shut(&self) {
        self.lock().is_open = false;
    }

    /// Queues a message of 1C; `written` hears when the socket has it.
    ///
    /// # Errors
    /// Why it was not queued.
    pub fn send(&self, payload: Payload<&str>, written: Option<Reply<()>>) -> Result<(), Unsent> {
        // A longer text is copied before the writer would have to wait for that.
        let (text, message) = match payload {
            Payload::Text(text) if written.is_none() && Messages::is_short(text) => (text, None),
            Payload::Text(text) => ("", Some(Message { payload: Payload::Text(text.to_owned()), written })),
            Payload::Binary(bytes) => ("", Some(Message { payload: Payload::Binary(bytes), written })),
        };
        let bytes = message.as_ref().map_or(text.len(), |message| message.payload.len());
        let mut lanes = self.lock();
        if !lanes.is_open {
            return Err(Unsent::NotOpen);
        }
        if !lanes.messages.has_room(bytes, lanes.limits) {
            return Err(Unsent::Full);
        }
        match message {
            None => lanes.messages.push_text(text),
            Some(message) => lanes.messages.push(message),
        }
        self.tell(lanes);
        Ok(())
    }

    /// Queues a message of our own, whether it is open or not; `false` when there is no room within `limits`.
    pub fn push(&self, message: Message, limits: Limits) -> bool {
        let mut lanes = self.lock();
        let room = lanes.messages.has_room(message.payload.len(), limits);
        if room {
            lanes.messages.push(message);
            self.tell(lanes);
        }
        room
    }

    /// Queues a ping, ahead of messages. There are as many as threads that wait, and one.
    pub fn ping(&self, reply: Option<Reply<Duration>>) {
        let mut lanes = self.lock();
        lanes.pings.push(Ping(reply));
        self.tell(lanes);
    }

    /// Answers a ping, ahead of everything else.
    pub fn pong(&self, payload: Vec<u8>) {
        let mut lanes = self.lock();
        if lanes.pongs.len() == MOST_PONGS {
            lanes.pongs.pop_front();
        }
        lanes.pongs.push_back(payload);
        self.tell(lanes);
    }

    /// Takes what is next into `batch`: all pongs and pings, and messages as long as the batch has less than `bytes`
    /// of them. What nobody waits for any more is skipped. Memory of `used` texts is used again, as much as may be
    /// needed. Whether there was anything.
    pub fn take(&self, bytes: usize, used: &mut Vec<Texts>, batch: &mut Vec<Outgoing>) -> bool {
        let mut guard = self.lock();
        let lanes = &mut *guard;
        if lanes.is_empty() {
            return false;
        }
        lanes.messages.reuse(used);
        batch.extend(lanes.pongs.drain(..).map(Outgoing::Pong));
        let pings = lanes.pings.drain(..).filter(|Ping(reply)| reply.as_ref().is_none_or(Reply::is_awaited));
        batch.extend(pings.map(Outgoing::Ping));
        let mut taken = 0;
        while taken < bytes && batch.len() < MOST_AT_A_TIME {
            match lanes.messages.pop() {
                Some(Piece::Texts(texts)) => {
                    taken += texts.bytes();
                    batch.push(Outgoing::Texts(texts));
                }
                Some(Piece::Message(message)) => {
                    if message.written.as_ref().is_none_or(Reply::is_awaited) {
                        taken += message.payload.len();
                        batch.push(Outgoing::Message(message));
                    }
                }
                None => break,
            }
        }
        drop(guard);
        used.clear();
        true
    }

    /// Waits until there is something to take.
    pub async fn filled(&self) {
        loop {
            {
                let mut lanes = self.lock();
                if !lanes.is_empty() {
                    return;
                }
                lanes.is_awaited = true;
            }
            self.filled.notified().await;
        }
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Gives memory back that no message needs.
    pub fn shrink(&self) {
        self.lock().messages.shrink();
    }

    /// The connection has ended: shuts the outbox and throws everything away, so that whoever waits hears of it. How
    /// many messages were lost that nobody waited for.
    pub fn clear(&self) -> u64 {
        let mut lanes = self.lock();
        lanes.is_open = false;
        let thrown_away =
            (mem::take(&mut lanes.pongs), mem::take(&mut lanes.pings), mem::take(&mut lanes.messages));
        drop(lanes);
        thrown_away.2.unawaited()
    }

    /// Wakes the writer if it waits. It keeps the permit if it does not wait yet.
    fn tell(&self, mut lanes: MutexGuard<'_, Lanes>) {
        let is_awaited = mem::take(&mut lanes.is_awaited);
        drop(lanes);
        if is_awaited {
            self.filled.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
