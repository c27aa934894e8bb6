//! One object's inbox between the network and 1C: what is wanted, in which order, and who takes it.
//!
//! The reading task puts in. Out go events, by way of the event thread, or messages, to a thread of 1C that
//! asks for them. Knows neither sockets nor the wording of events.

mod batch;
pub mod inbox;
mod intake;
mod lane;
mod offering;
mod requests;
mod settings;
mod taken;
mod taking;

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crossbeam_utils::CachePadded;
use native_api::{Application, Platform, WideText};
use tokio::sync::Notify;

pub use self::batch::{Batch, Offered};
pub use self::settings::{DeliveryMode, DeliverySettings};
pub use self::taken::Taken;

use self::inbox::Inbox;
use self::offering::Pending;
use self::requests::Requests;
use crate::event_thread::{Scheduler, Source};
use crate::events::Wording;
use crate::filter::Filter;
use crate::log::Log;
use crate::message::Occurrence;
use crate::statistics::Statistics;

/// Depth of the platform's event buffer that is asked for; it starts at 1.
pub const EVENT_BUFFER_DEPTH: u16 = 100;

/// One object's inbox.
#[derive(Debug)]
pub struct Delivery {
    platform: Platform,
    wording: Wording,
    statistics: Arc<Statistics>,
    log: Log,
    filter: Mutex<Arc<Filter>>,
    /// Whether the filter wants less than all, to be asked for every message without the lock. It and the requests are
    /// looked at for every message that comes: on other cache lines than what changes with every message that leaves.
    is_filtered: CachePadded<AtomicBool>,
    requests: CachePadded<Requests>,
    state: CachePadded<Mutex<State>>,
    /// Told when a message has come, or can be taken again, or the connection has ended: threads of 1C wait for it.
    arrived: Condvar,
    /// Told when a message has left: the reading task waits for it.
    room: Notify,
}

#[derive(Debug)]
struct State {
    inbox: Inbox,
    settings: DeliverySettings,
    source: Arc<WideText>,
    /// The event that 1C had no room for, and the pause before the next offer.
    refused: Option<Pending>,
    /// When 1C is told of waiting messages next; `None`: as soon as there are any.
    reminder: Option<Instant>,
    /// Threads of 1C that hold what they have taken, and do not know yet whether it reaches 1C: one, unless it hangs
    /// there.
    taking: usize,
    /// Threads of 1C that wait for messages; without any, nobody is woken.
    takers: usize,
    /// Whether a reading task waits for room.
    room_wanted: bool,
    /// Sessions from which messages may still come: a new one begins before the old one has ended.
    sessions: usize,
    stopped: bool,
    /// Where to get in line; `None` before the first connect and where there are no events.
    scheduler: Option<Scheduler>,
    /// Whether this inbox is in the event thread's line.
    scheduled: bool,
}

impl Delivery {
    /// An inbox for events of `source`, worded by `wording`.
    #[must_use]
    pub fn new(
        platform: Platform,
        source: &str,
        wording: Wording,
        settings: DeliverySettings,
        statistics: Arc<Statistics>,
        log: Log,
    ) -> Self {
        let state = State {
            inbox: Inbox::default(),
            settings,
            source: Arc::new(WideText::new(source)),
            refused: None,
            reminder: None,
            taking: 0,
            takers: 0,
            room_wanted: false,
            sessions: 0,
            stopped: false,
            scheduler: None,
            scheduled: false,
        };
        Self {
            platform,
            wording,
            statistics,
            log,
            filter: Mutex::default(),
            is_filtered: CachePadded::default(),
            requests: CachePadded::default(),
            state: CachePadded::new(Mutex::new(state)),
            arrived: Condvar::new(),
            room: Notify::new(),
        }
    }

    /// Sends events by way of `scheduler` from now on.
    pub fn start(&self, scheduler: Scheduler) {
        self.lock().scheduler = Some(scheduler);
    }

    /// Delivers nothing any more, and forgets what is queued. Whoever waits is let go.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        state.scheduler = None;
        state.refused = None;
        state.inbox = Inbox::default();
        drop(state);
        self.requests.clear();
        self.arrived.notify_all();
        self.room.notify_waiters();
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> DeliverySettings {
        self.lock().settings
    }

    /// Changes settings; in force at once.
    pub fn change(self: &Arc<Self>, change: impl FnOnce(&mut DeliverySettings)) {
        let mut state = self.lock();
        change(&mut state.settings);
        self.schedule(state);
        self.arrived.notify_all();
        self.room.notify_waiters();
    }

    /// Names the source of the events that follow.
    pub fn set_source(&self, source: &str) {
        self.lock().source = Arc::new(WideText::new(source));
    }

    /// Takes the filter for the messages that come from now on.
    pub fn set_filter(&self, filter: Filter) {
        let mut current = self.filter.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_filtered.store(!filter.wants_all(), Ordering::Release);
        *current = Arc::new(filter);
    }

    /// Whether messages are taken by [`receive`](Self::receive) rather than sent as events.
    #[must_use]
    pub fn is_pulled(&self) -> bool {
        let settings = self.lock().settings;
        !self.has_events(&settings) || settings.mode == DeliveryMode::Notify
    }

    /// A session has begun: messages may come.
    pub fn session_began(&self) {
        self.lock().sessions += 1;
    }

    /// A session has ended. Without any, nobody waits for messages.
    pub fn session_ended(&self) {
        let mut state = self.lock();
        state.sessions = state.sessions.saturating_sub(1);
        drop(state);
        self.arrived.notify_all();
    }

    /// The connection has ended: replies to what was asked on it cannot come any more.
    pub fn forget_requests(&self) {
        self.requests.clear();
    }

    /// Puts in what must not be lost and not be waited for.
    pub fn put(self: &Arc<Self>, occurrence: Occurrence) {
        let mut state = self.lock();
        let is_wanted = occurrence.is_for_taking() || self.has_events(&state.settings);
        if is_wanted && !state.stopped {
            state.inbox.put(occurrence);
            if state.takers > 0 {
                self.arrived.notify_one();
            }
            self.schedule(state);
        }
    }

    fn has_events(&self, settings: &DeliverySettings) -> bool {
        settings.listen && self.platform.application() != Application::Server
    }

    /// Gets in the event thread's line, if there is something to deliver.
    fn schedule(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        if state.scheduler.is_none() || !self.has_events(&state.settings) {
            // Nobody would ever take it.
            state.inbox.clear_own();
        }
        let waiting = state.inbox.has_own() || !state.inbox.is_empty() || state.refused.is_some();
        if !waiting || state.scheduled {
            return;
        }
        if let Some(scheduler) = state.scheduler.clone() {
            state.scheduled = true;
            drop(state);
            scheduler.schedule(Arc::clone(self) as Arc<dyn Source>);
        }
    }

    /// A message has left: a reading task that waits for room is told.
    fn make_room(&self, state: &mut State) {
        if mem::take(&mut state.room_wanted) {
            self.room.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::inbox::OverflowPolicy;
    use super::*;
    use crate::events;
    use crate::message::Payload;
    use crate::queue::Limits;

    #[test]
    fn where_nobody_listens_nothing_of_our_own_piles_up() {
        let settings = DeliverySettings {
            listen: false,
            limits: Limits { entries: 1, bytes: 1 },
            policy: OverflowPolicy::DropNewest,
            ..DeliverySettings::new(true)
        };
        let statistics = Arc::new(Statistics::default());
        let delivery =
            Delivery::new(Platform::default(), "", events::websocket, settings, statistics, Log::default());
        let delivery = Arc::new(delivery);
        for _ in 0..100 {
            let mut batch = Batch::new(Arc::clone(&delivery));
            for _ in 0..2 {
                batch.add(Occurrence::Message(Payload::Text("x".into())));
            }
            assert_eq!(batch.offer(), Offered::Whole);
            delivery.receive(1, Instant::now()).expect("the one that was taken").given();
        }
        assert!(!delivery.lock().inbox.has_own());
        assert_eq!(delivery.statistics.lost.get(), 100);
    }
}
