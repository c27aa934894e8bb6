//! The network's side of an inbox: what comes in.

use std::sync::{Arc, PoisonError};

use super::Delivery;
use super::inbox::{Offer, OverflowPolicy};
use super::settings::DeliverySettings;
use crate::filter::Verdict;
use crate::log::Level;
use crate::message::Payload;

impl Delivery {
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
