//! The network's side of an inbox: what comes in, and for whom.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

use super::taken::Taken;
use super::{Delivery, State};
use crate::filter::Verdict;
use crate::log::Level;
use crate::message::Occurrence;
use crate::reactor::Reply;

/// Who gets a text.
pub(super) enum Fate {
    /// The inbox.
    Wanted,
    /// Nobody: the filter does not want it.
    Unwanted,
    /// Somebody who has asked for it.
    Awaited(Reply<Taken>),
}

impl Delivery {
    /// Who gets this text.
    pub(super) fn judge(&self, text: &str) -> Fate {
        if let Some(request) = self.requests.take(text) {
            return Fate::Awaited(request);
        }
        if !self.is_filtered.load(Ordering::Acquire) {
            return Fate::Wanted;
        }
        let filter = Arc::clone(&self.filter.lock().unwrap_or_else(PoisonError::into_inner));
        match filter.judge(text) {
            Verdict::Wanted => {}
            Verdict::Unwanted => {
                self.statistics.filtered.count();
                return Fate::Unwanted;
            }
            Verdict::Undecided => {
                self.statistics.unfiltered.count();
                self.log.write(
                    Level::Warn,
                    || "Поиск регулярного выражения прерван: слишком много возвратов; сообщение доставлено",
                );
            }
        }
        Fate::Wanted
    }

    /// Gives a message to whom it belongs. Whoever gave up just now leaves it to the others: dropped, it is put into
    /// the inbox.
    pub(super) fn reply(self: &Arc<Self>, request: Reply<Taken>, message: Occurrence) {
        drop(request.give(self.hold(message)));
    }

    /// Whether a reply is waited for.
    pub(super) fn awaits_replies(&self) -> bool {
        self.requests.are_pending()
    }

    /// Whether anybody will ever want what is put in.
    pub(super) fn has_takers(&self, state: &State) -> bool {
        !state.stopped && (state.settings.keep_unheard || self.has_events(&state.settings))
    }

    /// Messages were put in, as many as `queued`, and `lost` is how many had been lost before: those who wait are told.
    pub(super) fn note_put(self: &Arc<Self>, state: MutexGuard<'_, State>, queued: usize, lost: u64) {
        self.statistics.queued.add(u64::try_from(queued).unwrap_or(u64::MAX));
        match queued.min(state.takers) {
            0 => {}
            1 => self.arrived.notify_one(),
            _ => self.arrived.notify_all(),
        }
        let lost = state.inbox.lost() - lost;
        self.schedule(state);
        if lost > 0 {
            self.statistics.lost.add(lost);
            self.log.write(Level::Warn, || format!("Очередь переполнена, потеряно сообщений: {lost}"));
        }
    }
}
