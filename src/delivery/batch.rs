//! Messages between the socket and the inbox: as many as were read at a time go in at a time.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

use super::Delivery;
use super::inbox::{Inbox, Offer, OverflowPolicy};
use super::intake::Fate;
use super::settings::DeliverySettings;
use crate::message::{Occurrence, Payload};
use crate::queue::Limits;
use crate::shared_text::SharedText;
use crate::texts::Texts;

/// Messages of a batch, at most; and bytes, of all but the last.
const MOST: usize = 1024;
const MOST_BYTES: usize = 64 << 10;

/// Messages that were read, in their order. Dropped, because the connection ends, it puts them in all the same,
/// beyond the limits of the inbox: at most as much again.
#[derive(Debug)]
pub struct Batch {
    delivery: Arc<Delivery>,
    /// Texts that were gathered after what is held. There is no memory for them while nothing comes.
    texts: Texts,
    /// How many there were the last time, and their bytes: the next will be about as many.
    usual: (usize, usize),
    /// What was gathered before, or the inbox had no room for.
    held: VecDeque<Held>,
    /// Messages, and their bytes, that were gathered since the last offer.
    gathered: usize,
    bytes: usize,
    /// Messages that came, and their bytes, since the statistics were told.
    came: u64,
    came_bytes: usize,
}

#[derive(Debug)]
enum Held {
    Texts(Texts),
    One(Occurrence),
}

/// What became of a batch that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Offered {
    /// Nothing is left of it: it is in the inbox, or nobody wants it, or it was dropped and counted.
    Whole,
    /// There is no room for the first that is left.
    Full,
    /// There was no room: the rest was dropped and counted, and the connection shall end.
    Close,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub const fn new(delivery: Arc<Delivery>) -> Self {
        Self {
            delivery,
            texts: Texts::new(),
            usual: (0, 0),
            held: VecDeque::new(),
            gathered: 0,
            bytes: 0,
            came: 0,
            came_bytes: 0,
        }
    }

    /// Adds a text that lies in the memory of somebody else, unless it belongs to somebody or the filter does not
    /// want it.
    pub fn add_text(&mut self, text: &str) {
        self.note(text.len());
        match self.delivery.judge(text) {
            Fate::Wanted => {
                self.gather(text.len());
                if self.texts.is_empty() {
                    self.texts = Texts::with_room(self.usual.0, self.usual.1);
                }
                self.texts.push(text);
            }
            Fate::Unwanted => {}
            Fate::Awaited(request) => {
                self.delivery.reply(request, Occurrence::Message(Payload::Text(text.into())));
            }
        }
    }

    /// Adds a message, unless it belongs to somebody or the filter does not want it.
    pub fn add(&mut self, message: Occurrence) {
        let size = message.size();
        self.note(size);
        match message.text().map_or(Fate::Wanted, |text| self.delivery.judge(text)) {
            Fate::Wanted => {
                self.gather(size);
                self.seal();
                self.held.push_back(Held::One(message));
            }
            Fate::Unwanted => {}
            Fate::Awaited(request) => self.delivery.reply(request, message),
        }
    }

    /// Whether it should be offered before anything is added: it is large enough, or what comes may be a reply that
    /// must not overtake it.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.gathered >= MOST
            || self.bytes >= MOST_BYTES
            || (self.gathered > 0 && self.delivery.awaits_replies())
    }

    /// Puts the messages into the inbox, if anybody will want them, or does what the overflow policy says.
    pub fn offer(&mut self) -> Offered {
        self.seal();
        self.count();
        (self.gathered, self.bytes) = (0, 0);
        if self.held.is_empty() {
            return Offered::Whole;
        }
        // What is thrown away is dropped after the lock.
        let mut thrown = VecDeque::new();
        let mut state = self.delivery.lock();
        if !self.delivery.has_takers(&state) {
            mem::swap(&mut thrown, &mut self.held);
        }
        let DeliverySettings { limits, policy, .. } = state.settings;
        // A reply that is waited for may stand behind what nobody takes meanwhile.
        let limits = if self.delivery.awaits_replies() { limits.doubled() } else { limits };
        let (lost, mut queued) = (state.inbox.lost(), 0);
        let offered = loop {
            let next = next(&mut self.held, &mut state.inbox, limits, &mut queued);
            let Some(message) = next else { break Offered::Whole };
            match state.inbox.offer(message, limits, policy) {
                Offer::Taken => queued += 1,
                Offer::Dropped => {}
                Offer::Wait(back) => {
                    self.held.push_front(Held::One(back));
                    state.room_wanted = true;
                    break Offered::Full;
                }
                Offer::Close => {
                    mem::swap(&mut thrown, &mut self.held);
                    let messages = thrown.iter().map(Held::messages).sum::<usize>();
                    state.inbox.lose(u64::try_from(messages).unwrap_or(u64::MAX));
                    break Offered::Close;
                }
            }
        };
        self.delivery.note_put(state, queued, lost);
        offered
    }

    /// Puts the messages in when there is room. It may be given up at any time: what is left stays in the batch.
    pub async fn accept(&mut self) -> Offered {
        let delivery = Arc::clone(&self.delivery);
        loop {
            let room = delivery.room.notified();
            match self.offer() {
                Offered::Full => room.await,
                done => return done,
            }
        }
    }

    /// Puts the messages in, beyond the limits of the inbox: at most as much again. What is still more is lost.
    pub fn keep(&mut self) {
        self.seal();
        self.count();
        if self.held.is_empty() {
            return;
        }
        let mut state = self.delivery.lock();
        if state.stopped {
            return;
        }
        let (limits, lost, mut queued) = (state.settings.limits.doubled(), state.inbox.lost(), 0);
        while let Some(message) = next(&mut self.held, &mut state.inbox, limits, &mut queued) {
            let offer = state.inbox.offer(message, limits, OverflowPolicy::DropNewest);
            queued += usize::from(offer == Offer::Taken);
        }
        self.delivery.note_put(state, queued, lost);
    }

    fn note(&mut self, bytes: usize) {
        self.came += 1;
        self.came_bytes += bytes;
        if self.delivery.awaits_replies() {
            // Whoever is given this one as a reply may look at the statistics next.
            self.count();
        }
    }

    /// Tells the statistics, which other threads look at, once for many messages.
    fn count(&mut self) {
        if self.came > 0 {
            let statistics = &self.delivery.statistics;
            statistics.messages_in.add(mem::take(&mut self.came));
            statistics.bytes_in.add_bytes(mem::take(&mut self.came_bytes));
        }
    }

    const fn gather(&mut self, bytes: usize) {
        self.gathered += 1;
        self.bytes += bytes;
    }

    /// Holds the texts that were gathered.
    fn seal(&mut self) {
        if !self.texts.is_empty() {
            self.usual = (self.texts.len(), self.texts.bytes());
            self.held.push_back(Held::Texts(mem::take(&mut self.texts)));
        }
    }
}

impl Held {
    const fn messages(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::One(_) => 1,
        }
    }
}

/// Puts in texts for which there is room together, and counts them; the first message that must be judged by itself.
fn next(
    held: &mut VecDeque<Held>,
    inbox: &mut Inbox,
    limits: Limits,
    queued: &mut usize,
) -> Option<Occurrence> {
    loop {
        let texts = match held.pop_front()? {
            Held::One(message) => return Some(message),
            Held::Texts(texts) => texts,
        };
        let count = texts.len();
        match inbox.offer_texts(texts, limits) {
            Ok(()) => *queued += count,
            Err(texts) => {
                let one = |text| Held::One(Occurrence::Message(Payload::Text(text)));
                SharedText::all(texts).rev().map(one).for_each(|one| held.push_front(one));
            }
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.keep();
    }
}
