//! The event thread's side of an inbox: what is offered to 1C next, and what becomes of it.

use std::mem;
use std::time::{Duration, Instant};

use native_api::{EventAnswer, Turn};

use super::inbox::FIRST;
use super::settings::DeliveryMode;
use super::{Delivery, State};
use crate::event_thread::page::Page;
use crate::event_thread::{Delivered, Source};
use crate::events::EventTexts;
use crate::message::{Occurrence, Payload};
use crate::shared_text::SharedText;

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How often 1C is told of messages that it does not take.
const REMINDER: Duration = Duration::from_secs(1);

/// An event for 1C: the next about an occurrence, or the one that it had no room for, with the pause before it is
/// offered again.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) occurrence: Occurrence,
    /// Which of its events it is.
    part: usize,
    pause: Duration,
}

/// What was told to 1C since the inbox was last looked into.
#[derive(Default)]
struct Told {
    /// Messages, not yet counted.
    messages: u64,
    /// The last text, if it was one.
    spent: Option<SharedText>,
}

impl Pending {
    const fn new(occurrence: Occurrence, part: usize) -> Self {
        Self { occurrence, part, pause: SHORTEST_PAUSE }
    }
}

impl Delivery {
    /// What to offer to 1C next, or what the event thread shall do instead.
    fn choose(&self, page: &mut Page, told: &mut Told) -> Result<Pending, Delivered> {
        let mut state = self.lock();
        self.statistics.delivered.add_alone(mem::take(&mut told.messages));
        if state.stopped || !self.has_events(&state.settings) {
            self.fall_silent(&mut state);
            return Err(Delivered::Empty);
        }
        page.set_source(&state.source);
        let pulled = state.settings.mode == DeliveryMode::Notify;
        match state.refused.take() {
            Some(Pending { occurrence, .. }) if pulled && occurrence.is_for_taking() => {
                state.inbox.put_back(FIRST, occurrence);
            }
            Some(refused) => return Ok(refused),
            None => {}
        }
        let occurrence = if pulled {
            state.inbox.take_own().or_else(|| remind(&mut state, Instant::now()))
        } else if state.taking > 0 {
            // It may come back to before what follows it; whoever has it schedules us then.
            None
        } else {
            let limits = state.settings.limits;
            state.inbox.take_any(limits, told.spent.take())
        };
        let Some(occurrence) = occurrence else {
            state.scheduled = false;
            return Err(match state.reminder.filter(|_| pulled && !state.inbox.is_empty()) {
                Some(due) => Delivered::Later(due.saturating_duration_since(Instant::now())),
                None => Delivered::Empty,
            });
        };
        if occurrence.is_for_taking() {
            self.make_room(&mut state);
        }
        Ok(Pending::new(occurrence, 0))
    }

    /// Offers one event, in a `turn` that begins with the first.
    fn deliver_one<'a>(&'a self, page: &mut Page, turn: &mut Option<Turn<'a>>, told: &mut Told) -> Delivered {
        let mut offer = match self.choose(page, told) {
            Ok(offer) => offer,
            Err(instead) => return instead,
        };
        match self.word(&offer.occurrence, offer.part) {
            Some(EventTexts { event, data }) => page.set(event, &data),
            None => return Delivered::More,
        }
        if turn.is_none() {
            *turn = self.platform.in_turn();
        }
        match turn.as_ref().map_or(EventAnswer::Gone, |turn| page.offer(turn)) {
            EventAnswer::Accepted => {
                self.accepted(offer, told);
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

    /// The texts of one of the events that tell of an occurrence; `None` when there is no such.
    fn word<'a>(&self, occurrence: &'a Occurrence, part: usize) -> Option<EventTexts<'a>> {
        (self.wording)(occurrence, part, self.platform.language())
    }

    /// Where nobody listens nothing is said; messages stay for whoever asks for them, if the class has such.
    fn fall_silent(&self, state: &mut State) {
        if let Some(Pending { occurrence, .. }) = state.refused.take()
            && occurrence.is_for_taking()
        {
            state.inbox.put_back(FIRST, occurrence);
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

    /// 1C has an event; another one may be about the same occurrence.
    fn accepted(&self, Pending { occurrence, part, .. }: Pending, told: &mut Told) {
        told.messages += u64::from(occurrence.is_message() && part == 0);
        match occurrence {
            Occurrence::Message(Payload::Text(text)) => told.spent = Some(text),
            Occurrence::Published(_) => {
                let next = part + 1;
                if self.word(&occurrence, next).is_some() {
                    let mut state = self.lock();
                    if !state.stopped {
                        state.refused = Some(Pending::new(occurrence, next));
                    }
                }
            }
            _ => {}
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

    fn deliver(&self, page: &mut Page, may_go_on: &mut dyn FnMut() -> bool) -> Delivered {
        let (mut turn, mut told) = (None, Told::default());
        let delivered = loop {
            let delivered = self.deliver_one(page, &mut turn, &mut told);
            if delivered != Delivered::More || !may_go_on() {
                break delivered;
            }
        };
        if told.messages > 0 {
            let _counting = self.lock();
            self.statistics.delivered.add_alone(told.messages);
        }
        delivered
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use native_api::Platform;

    use super::*;
    use crate::delivery::{Batch, DeliverySettings, Offered};
    use crate::events;
    use crate::log::Log;
    use crate::statistics::Statistics;

    #[test]
    fn no_event_goes_past_what_may_come_back() {
        let (settings, statistics) = (DeliverySettings::new(true), Arc::<Statistics>::default());
        let delivery =
            Delivery::new(Platform::default(), "", events::websocket, settings, statistics, Log::default());
        let delivery = Arc::new(delivery);
        let mut batch = Batch::new(Arc::clone(&delivery));
        for text in ["1", "2"] {
            batch.add(Occurrence::Message(Payload::Text(text.into())));
        }
        assert_eq!(batch.offer(), Offered::Whole);
        let (mut page, mut told) = (Page::default(), Told::default());
        let taken = delivery.receive(1, Instant::now()).unwrap();
        assert_eq!(delivery.choose(&mut page, &mut told).err(), Some(Delivered::Empty));
        drop(taken);
        let chosen = delivery.choose(&mut page, &mut told).unwrap();
        assert_eq!(chosen.occurrence.text(), Some("1"));
    }
}
