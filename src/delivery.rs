//! One object's bounded inbox: what came from the network and waits for 1C.
//!
//! The reading task puts occurrences in, the event thread takes them out. A full inbox makes the reader wait,
//! and so the peer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use native_api::{Application, EventAnswer, Platform, WideText};
use tokio::sync::Notify;

use crate::event_thread::{Delivered, Scheduler, Source};
use crate::events::Wording;
use crate::filter::Filter;
use crate::message::Occurrence;
use crate::queue::{BoundedQueue, Limits};

/// Depth of the platform's event buffer that is asked for; it starts at 1.
pub const EVENT_BUFFER_DEPTH: u16 = 100;

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// One object's inbox.
#[derive(Debug)]
pub struct Delivery {
    platform: Platform,
    source: WideText,
    wording: Wording,
    listen: AtomicBool,
    filter: Mutex<Arc<Filter>>,
    inbox: Mutex<Inbox>,
    /// Told when an entry has left the inbox.
    room: Notify,
}

#[derive(Debug)]
struct Inbox {
    queue: BoundedQueue<Occurrence>,
    /// The event that 1C had no room for, encoded already, and the pause before the next offer.
    refused: Option<(Encoded, Duration)>,
    /// Where to get in line; `None` before the first connect and after the end.
    scheduler: Option<Scheduler>,
    /// Whether this inbox is in the event thread's line.
    scheduled: bool,
}

#[derive(Debug)]
struct Encoded {
    event: WideText,
    data: WideText,
}

impl Delivery {
    /// An inbox for events of `source`, worded by `wording`.
    #[must_use]
    pub fn new(platform: Platform, source: &str, wording: Wording, limits: Limits) -> Self {
        Self {
            platform,
            source: WideText::new(source),
            wording,
            listen: AtomicBool::new(true),
            filter: Mutex::default(),
            inbox: Mutex::new(Inbox {
                queue: BoundedQueue::new(limits),
                refused: None,
                scheduler: None,
                scheduled: false,
            }),
            room: Notify::new(),
        }
    }

    /// Delivers by way of `scheduler` from now on.
    pub fn start(&self, scheduler: Scheduler) {
        self.lock().scheduler = Some(scheduler);
    }

    /// Delivers nothing any more, and forgets what is queued.
    pub fn stop(&self) {
        let mut inbox = self.lock();
        inbox.scheduler = None;
        inbox.refused = None;
        inbox.queue.clear();
        drop(inbox);
        self.room.notify_waiters();
    }

    /// Whether 1C wants external events.
    #[must_use]
    pub fn listen(&self) -> bool {
        self.listen.load(Ordering::Relaxed)
    }

    /// Switches external events on or off; off drops what is queued.
    pub fn set_listen(&self, listen: bool) {
        self.listen.store(listen, Ordering::Relaxed);
    }

    /// Takes the filter for the messages that come from now on.
    pub fn set_filter(&self, filter: Filter) {
        *self.filter.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(filter);
    }

    /// Puts in what must not be lost and not be waited for: the fate of the connection.
    pub fn put(self: &Arc<Self>, occurrence: Occurrence) {
        if self.wants_events() {
            self.push(self.lock(), occurrence);
        }
    }

    /// Whether a text message is wanted: 1C listens, and the filter finds what it looks for.
    #[must_use]
    pub fn wants(&self, text: &str) -> bool {
        self.wants_events() && self.filter().admits(text)
    }

    /// Puts in a text message.
    ///
    /// # Errors
    /// There is no room: the text comes back.
    pub fn offer(self: &Arc<Self>, text: String) -> Result<(), String> {
        let inbox = self.lock();
        if inbox.queue.has_room(text.len()) {
            self.push(inbox, Occurrence::Text(text));
            return Ok(());
        }
        Err(text)
    }

    /// Puts in a text message when there is room. Dropped while it waits, it puts nothing in.
    pub async fn accept(self: &Arc<Self>, mut text: String) {
        loop {
            let room = self.room.notified();
            match self.offer(text) {
                Ok(()) => return,
                Err(back) => text = back,
            }
            room.await;
        }
    }

    fn wants_events(&self) -> bool {
        self.listen() && self.platform.application() != Application::Server
    }

    fn filter(&self) -> Arc<Filter> {
        Arc::clone(&self.filter.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(self: &Arc<Self>, mut inbox: MutexGuard<'_, Inbox>, occurrence: Occurrence) {
        let Some(scheduler) = inbox.scheduler.clone() else { return };
        let weight = occurrence.weight();
        inbox.queue.push(occurrence, weight);
        if !std::mem::replace(&mut inbox.scheduled, true) {
            drop(inbox);
            scheduler.schedule(Arc::clone(self) as Arc<dyn Source>);
        }
    }

    /// The next event to offer, with the pause that follows if it is refused.
    fn next(&self) -> Option<(Encoded, Duration)> {
        let mut inbox = self.lock();
        if !self.listen() {
            inbox.refused = None;
            inbox.queue.clear();
            self.room.notify_waiters();
        }
        if let Some(refused) = inbox.refused.take() {
            return Some(refused);
        }
        let Some(occurrence) = inbox.queue.pop() else {
            inbox.scheduled = false;
            return None;
        };
        drop(inbox);
        self.room.notify_waiters();
        let texts = (self.wording)(&occurrence);
        let encoded = Encoded { event: WideText::new(&texts.event), data: WideText::new(&texts.data) };
        Some((encoded, SHORTEST_PAUSE))
    }

    fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Delivery {
    fn deliver(&self) -> Delivered {
        let Some((encoded, pause)) = self.next() else { return Delivered::Empty };
        match self.platform.external_event(&self.source, &encoded.event, &encoded.data) {
            EventAnswer::Accepted => Delivered::More,
            EventAnswer::Refused => {
                let mut inbox = self.lock();
                if inbox.scheduler.is_some() {
                    inbox.refused = Some((encoded, (pause * 2).min(LONGEST_PAUSE)));
                }
                Delivered::RetryIn(pause)
            }
            EventAnswer::Gone => {
                self.stop();
                Delivered::Empty
            }
        }
    }
}
