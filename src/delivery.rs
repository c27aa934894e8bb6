//! One object's inbox between the network and 1C: what is wanted, in which order, and who takes it.
//!
//! The reading task puts in. Out go events, by way of the event thread, or messages, to a thread of 1C that
//! asks for them. Knows neither sockets nor the wording of events.

pub mod inbox;
mod requests;
mod settings;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use native_api::{Application, EventAnswer, Platform, WideText};
use tokio::sync::Notify;

pub use self::settings::{DeliveryMode, DeliverySettings};

use self::inbox::{Inbox, Offer, OverflowPolicy};
use self::requests::Requests;
use crate::event_thread::{Delivered, Scheduler, Source};
use crate::events::Wording;
use crate::filter::{Filter, Verdict};
use crate::log::{Level, Log};
use crate::message::{Occurrence, Payload};
use crate::reactor::Answer;
use crate::statistics::Statistics;

/// Depth of the platform's event buffer that is asked for; it starts at 1.
pub const EVENT_BUFFER_DEPTH: u16 = 100;

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How often 1C is told of messages that it does not take.
const REMINDER: Duration = Duration::from_secs(1);

/// One object's inbox.
#[derive(Debug)]
pub struct Delivery {
    platform: Platform,
    wording: Wording,
    statistics: Arc<Statistics>,
    log: Log,
    filter: Mutex<Arc<Filter>>,
    requests: Requests,
    state: Mutex<State>,
    /// Told when a message has come or the connection has ended: threads of 1C wait for it.
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
    refused: Option<Refused>,
    /// When 1C is told of waiting messages next; `None`: as soon as there are any.
    reminder: Option<Instant>,
    /// Sessions from which messages may still come: a new one begins before the old one has ended.
    sessions: usize,
    stopped: bool,
    /// Where to get in line; `None` before the first connect and where there are no events.
    scheduler: Option<Scheduler>,
    /// Whether this inbox is in the event thread's line.
    scheduled: bool,
}

#[derive(Debug)]
struct Refused {
    occurrence: Occurrence,
    encoded: Encoded,
    pause: Duration,
}

#[derive(Debug)]
struct Encoded {
    event: WideText,
    data: WideText,
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
            requests: Requests::default(),
            state: Mutex::new(state),
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
        *self.filter.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(filter);
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
        if self.has_events(&state.settings) && !state.stopped {
            state.inbox.put(occurrence);
            self.schedule(state);
        }
    }

    /// Counts a message, and gives it to whom it belongs: a request, or nobody when the filter does not want it,
    /// or else back for [`offer`](Self::offer).
    #[must_use]
    pub fn sift(&self, payload: Payload) -> Option<Payload> {
        self.statistics.messages_in.count();
        self.statistics.bytes_in.add_bytes(payload.len());
        let payload = self.requests.answer(payload)?;
        let Payload::Text(text) = &payload else { return Some(payload) };
        let filter = Arc::clone(&self.filter.lock().unwrap_or_else(PoisonError::into_inner));
        match filter.judge(text) {
            Verdict::Wanted => {}
            Verdict::Unwanted => {
                self.statistics.filtered.count();
                return None;
            }
            Verdict::Undecided => {
                self.statistics.unfiltered.count();
                self.log.write(
                    Level::Warn,
                    || "Поиск регулярного выражения прерван: слишком много возвратов; сообщение доставлено",
                );
            }
        }
        Some(payload)
    }

    /// Puts in a message, if anybody will want it, or does what the overflow policy says.
    pub fn offer(self: &Arc<Self>, payload: Payload) -> Offer {
        let mut state = self.lock();
        if state.stopped || (!state.settings.keep_unheard && !self.has_events(&state.settings)) {
            return Offer::Dropped;
        }
        let DeliverySettings { limits, policy, .. } = state.settings;
        // A reply that is waited for may stand behind what nobody takes meanwhile.
        let limits = if self.requests.are_pending() { limits.doubled() } else { limits };
        let lost = state.inbox.lost();
        let offer = state.inbox.offer(payload, limits, policy);
        self.note_lost(state.inbox.lost() - lost);
        if offer == Offer::Taken {
            self.statistics.queued.count();
            self.arrived.notify_one();
        }
        self.schedule(state);
        offer
    }

    /// Puts in a message when there is room. Dropped while it waits, because the connection ends, it puts the
    /// message in all the same, beyond the limits: at most as much again.
    pub async fn accept(self: &Arc<Self>, payload: Payload) -> Offer {
        let mut held = Held { delivery: self, payload: Some(payload) };
        loop {
            let room = self.room.notified();
            let Some(payload) = held.payload.take() else { return Offer::Taken };
            match self.offer(payload) {
                Offer::Wait(back) => held.payload = Some(back),
                done => return done,
            }
            room.await;
        }
    }

    fn keep(self: &Arc<Self>, payload: Payload) {
        let mut state = self.lock();
        if state.stopped {
            return;
        }
        let (limits, lost) = (state.settings.limits.doubled(), state.inbox.lost());
        if state.inbox.offer(payload, limits, OverflowPolicy::DropNewest) == Offer::Taken {
            self.statistics.queued.count();
            self.arrived.notify_one();
        }
        self.note_lost(state.inbox.lost() - lost);
        self.schedule(state);
    }

    fn note_lost(&self, lost: u64) {
        if lost > 0 {
            self.statistics.lost.add(lost);
            self.log.write(Level::Warn, || format!("Очередь переполнена, потеряно сообщений: {lost}"));
        }
    }

    /// Takes the next message; waits for one until `deadline`, as long as any may come.
    #[must_use]
    pub fn receive(self: &Arc<Self>, deadline: Instant) -> Option<Payload> {
        let mut state = self.lock();
        loop {
            let limits = state.settings.limits;
            if let Some(payload) = state.inbox.take_message(limits) {
                if state.inbox.is_empty() {
                    state.reminder = None;
                }
                self.statistics.delivered.count();
                // There may be something of our own to say now: that there is room again.
                self.schedule(state);
                self.room.notify_waiters();
                return Some(payload);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.sessions == 0 || state.stopped {
                return None;
            }
            state = self.arrived.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A promise of the first text from now on in which `filter` finds something.
    #[must_use]
    pub fn request(&self, filter: Filter) -> Answer<String> {
        let answer = self.requests.add(filter);
        // A reader that waits for room may go on: there is more room while somebody waits for a reply.
        self.room.notify_waiters();
        answer
    }

    /// Number of messages that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().inbox.len()
    }

    /// Whether no message waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Throws the waiting messages away; how many.
    pub fn clear(self: &Arc<Self>) -> usize {
        let mut state = self.lock();
        let limits = state.settings.limits;
        let held = state.refused.take_if(|refused| matches!(refused.occurrence, Occurrence::Message(_)));
        let thrown = state.inbox.clear_messages(limits) + usize::from(held.is_some());
        state.reminder = None;
        self.schedule(state);
        self.room.notify_waiters();
        thrown
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

    /// What to offer to 1C next, or what the event thread shall do instead.
    fn choose(&self, now: Instant) -> Result<(Refused, Arc<WideText>), Delivered> {
        let mut state = self.lock();
        let settings = state.settings;
        if state.stopped || !self.has_events(&settings) {
            self.fall_silent(&mut state);
            return Err(Delivered::Empty);
        }
        let source = Arc::clone(&state.source);
        let pulled = settings.mode == DeliveryMode::Notify;
        match state.refused.take() {
            Some(Refused { occurrence: Occurrence::Message(payload), .. }) if pulled => {
                state.inbox.put_back(payload);
            }
            Some(refused) => return Ok((refused, source)),
            None => {}
        }
        let occurrence = if pulled {
            state.inbox.take_own().or_else(|| remind(&mut state, now))
        } else {
            state.inbox.take_any(settings.limits)
        };
        let Some(occurrence) = occurrence else {
            state.scheduled = false;
            return Err(match state.reminder.filter(|_| pulled && !state.inbox.is_empty()) {
                Some(due) => Delivered::Later(due.saturating_duration_since(now)),
                None => Delivered::Empty,
            });
        };
        drop(state);
        if matches!(occurrence, Occurrence::Message(_)) {
            self.room.notify_waiters();
        }
        let texts = (self.wording)(&occurrence, self.platform.language());
        let Some(texts) = texts else { return Err(Delivered::More) };
        let encoded = Encoded { event: WideText::new(&texts.event), data: WideText::new(&texts.data) };
        Ok((Refused { occurrence, encoded, pause: SHORTEST_PAUSE }, source))
    }

    /// Where nobody listens nothing is said; messages stay for whoever asks for them, if the class has such.
    fn fall_silent(&self, state: &mut State) {
        if let Some(Refused { occurrence: Occurrence::Message(payload), .. }) = state.refused.take() {
            state.inbox.put_back(payload);
        }
        if !state.settings.keep_unheard {
            let limits = state.settings.limits;
            state.inbox.clear_messages(limits);
        }
        state.inbox.clear_own();
        state.scheduled = false;
        self.arrived.notify_all();
        self.room.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message that waits for room.
struct Held<'a> {
    delivery: &'a Arc<Delivery>,
    payload: Option<Payload>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(payload) = self.payload.take() {
            self.delivery.keep(payload);
        }
    }
}

/// Tells 1C of waiting messages, when it is time to.
fn remind(state: &mut State, now: Instant) -> Option<Occurrence> {
    if state.inbox.is_empty() || state.reminder.is_some_and(|due| now < due) {
        return None;
    }
    state.reminder = Some(now + REMINDER);
    Some(Occurrence::Available { count: state.inbox.len() })
}

impl Source for Delivery {
    fn interval(&self) -> Duration {
        self.lock().settings.interval
    }

    fn deliver(&self) -> Delivered {
        let (mut offer, source) = match self.choose(Instant::now()) {
            Ok(offer) => offer,
            Err(instead) => return instead,
        };
        match self.platform.external_event(&source, &offer.encoded.event, &offer.encoded.data) {
            EventAnswer::Accepted => {
                if matches!(offer.occurrence, Occurrence::Message(_)) {
                    self.statistics.delivered.count();
                }
                Delivered::More
            }
            EventAnswer::Refused => {
                self.statistics.refused.count();
                let pause = offer.pause;
                offer.pause = (pause * 2).min(LONGEST_PAUSE);
                let mut state = self.lock();
                if !state.stopped {
                    state.refused = Some(offer);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events;
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
            for expected in [Offer::Taken, Offer::Dropped] {
                assert_eq!(delivery.offer(Payload::Text("x".to_owned())), expected);
            }
            assert!(delivery.receive(Instant::now()).is_some());
        }
        assert!(!delivery.lock().inbox.has_own());
        assert_eq!(delivery.statistics.lost.get(), 100);
    }
}
