//! The event thread's side of an inbox: what is offered to 1C next, and what becomes of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use native_api::{EventAnswer, WideText};

use super::inbox::FIRST;
use super::settings::DeliveryMode;
use super::{Delivery, State};
use crate::event_thread::{Delivered, Source};
use crate::message::Occurrence;

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How often 1C is told of messages that it does not take.
const REMINDER: Duration = Duration::from_secs(1);

/// An event for 1C: the one that it had no room for, with the pause before the next offer, or the next about the
/// same occurrence.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) occurrence: Occurrence,
    /// Which of its events it is.
    part: usize,
    encoded: Encoded,
    pause: Duration,
}

#[derive(Debug)]
struct Encoded {
    event: WideText,
    data: WideText,
}

impl Delivery {
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
            Some(Refused { occurrence, .. }) if pulled && occurrence.is_for_taking() => {
                state.inbox.put_back(FIRST, occurrence);
            }
            Some(refused) => return Ok((refused, source)),
            None => {}
        }
        let occurrence = if pulled {
            state.inbox.take_own().or_else(|| remind(&mut state, now))
        } else if state.taking > 0 {
            // It may come back to before what follows it; whoever has it schedules us then.
            None
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
        if occurrence.is_for_taking() {
            self.room.notify_waiters();
        }
        let offer = self.word(occurrence, 0).ok_or(Delivered::More)?;
        Ok((offer, source))
    }

    /// The texts of one of the events that tell of an occurrence; `None` when there is no such.
    fn word(&self, occurrence: Occurrence, part: usize) -> Option<Refused> {
        let texts = (self.wording)(&occurrence, part, self.platform.language())?;
        let encoded = Encoded { event: WideText::new(&texts.event), data: WideText::new(&texts.data) };
        Some(Refused { occurrence, part, encoded, pause: SHORTEST_PAUSE })
    }

    /// Where nobody listens nothing is said; messages stay for whoever asks for them, if the class has such.
    fn fall_silent(&self, state: &mut State) {
        if let Some(Refused { occurrence, .. }) = state.refused.take()
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
    fn accepted(&self, Refused { occurrence, part, .. }: Refused) {
        if occurrence.is_message() && part == 0 {
            self.statistics.delivered.count();
        }
        if matches!(occurrence, Occurrence::Published(_)) {
            let next = self.word(occurrence, part + 1);
            let mut state = self.lock();
            if !state.stopped {
                state.refused = next;
            }
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
                self.accepted(offer);
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
    use native_api::Platform;

    use super::*;
    use crate::delivery::DeliverySettings;
    use crate::events;
    use crate::log::Log;
    use crate::message::Payload;
    use crate::statistics::Statistics;

    #[test]
    fn no_event_goes_past_what_may_come_back() {
        let (settings, statistics) = (DeliverySettings::new(true), Arc::<Statistics>::default());
        let delivery =
            Delivery::new(Platform::default(), "", events::websocket, settings, statistics, Log::default());
        let delivery = Arc::new(delivery);
        for text in ["1", "2"] {
            let _ = delivery.offer(Occurrence::Message(Payload::Text(text.to_owned())));
        }
        let taken = delivery.receive(1, Instant::now()).unwrap();
        assert_eq!(delivery.choose(Instant::now()).err(), Some(Delivered::Empty));
        drop(taken);
        let (chosen, _) = delivery.choose(Instant::now()).unwrap();
        assert_eq!(chosen.occurrence.text(), Some("1"));
    }
}
