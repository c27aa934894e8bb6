//! The network's side of an inbox: what comes in.

use std::sync::{Arc, PoisonError};

use super::Delivery;
use super::inbox::{Offer, OverflowPolicy};
use super::settings::DeliverySettings;
use crate::filter::Verdict;
use crate::log::Level;
use crate::message::Occurrence;

impl Delivery {
    /// Counts a message, and gives it to whom it belongs: a request, or nobody when the filter does not want it,
    /// or else back for [`offer`](Self::offer).
    #[must_use]
    pub fn sift(self: &Arc<Self>, message: Occurrence) -> Option<Occurrence> {
        self.statistics.messages_in.count();
        self.statistics.bytes_in.add_bytes(message.size());
        let Some(text) = message.text() else { return Some(message) };
        if let Some(request) = self.requests.take(text) {
            // Whoever gave up just now leaves the message to the others: dropped, it is put into the inbox.
            drop(request.give(self.hold(message)));
            return None;
        }
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
        Some(message)
    }

    /// Puts in a message, if anybody will want it, or does what the overflow policy says.
    pub fn offer(self: &Arc<Self>, message: Occurrence) -> Offer {
        let mut state = self.lock();
        if state.stopped || (!state.settings.keep_unheard && !self.has_events(&state.settings)) {
            return Offer::Dropped;
        }
        let DeliverySettings { limits, policy, .. } = state.settings;
        // A reply that is waited for may stand behind what nobody takes meanwhile.
        let limits = if self.requests.are_pending() { limits.doubled() } else { limits };
        let lost = state.inbox.lost();
        let offer = state.inbox.offer(message, limits, policy);
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
    pub fn accept(self: &Arc<Self>, message: Occurrence) -> impl Future<Output = Offer> + Send {
        // Held from here on: a future may be dropped before anybody has asked it for anything.
        let mut held = Held { delivery: self, message: Some(message) };
        async move {
            loop {
                let room = self.room.notified();
                let Some(message) = held.message.take() else { return Offer::Taken };
                match self.offer(message) {
                    Offer::Wait(back) => held.message = Some(back),
                    done => return done,
                }
                room.await;
            }
        }
    }

    fn keep(self: &Arc<Self>, message: Occurrence) {
        let mut state = self.lock();
        if state.stopped {
            return;
        }
        let (limits, lost) = (state.settings.limits.doubled(), state.inbox.lost());
        if state.inbox.offer(message, limits, OverflowPolicy::DropNewest) == Offer::Taken {
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
    message: Option<Occurrence>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(message) = self.message.take() {
            self.delivery.keep(message);
        }
    }
}
