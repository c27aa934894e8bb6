//! What a thread of 1C has taken, until 1C has it.

use std::mem;
use std::sync::Arc;

use super::Delivery;
use super::inbox::Numbered;
use crate::log::Level;
use crate::message::Occurrence;

/// Messages, and what stands among them, on their way to 1C. [`given`](Self::given) says that they got there; dropped
/// without, they stand again where they stood, even beyond the limits.
#[derive(Debug)]
#[must_use = "what is not given goes back"]
pub struct Taken {
    delivery: Arc<Delivery>,
    entries: Vec<Numbered>,
    /// Whether it was asked for, and never in the inbox.
    is_reply: bool,
    /// Messages that 1C has.
    given: u64,
}

impl Taken {
    /// Out of the inbox. Nobody else takes until this is dropped: what comes back must not come after what followed it.
    /// Whoever makes it has counted it among [`State::taking`](super::State::taking).
    pub(super) const fn from_inbox(delivery: Arc<Delivery>, entries: Vec<Numbered>) -> Self {
        Self { delivery, entries, is_reply: false, given: 0 }
    }

    /// What somebody has asked for.
    pub(super) fn reply(delivery: Arc<Delivery>, reply: Numbered) -> Self {
        Self { delivery, entries: vec![reply], is_reply: true, given: 0 }
    }

    /// What was taken, in its order.
    pub fn occurrences(&self) -> impl Iterator<Item = &Occurrence> {
        self.entries.iter().map(|(_, occurrence)| occurrence)
    }

    /// 1C has it all: what came out of the inbox counts as delivered, and receipts are settled.
    pub fn given(mut self) {
        for (_, occurrence) in mem::take(&mut self.entries) {
            self.given += u64::from(occurrence.is_message() && !self.is_reply);
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let back = mem::take(&mut self.entries);
        let mut state = self.delivery.lock();
        state.taking -= usize::from(!self.is_reply);
        self.delivery.statistics.delivered.add_alone(self.given);
        if !back.is_empty() && !state.stopped {
            let count = back.len();
            self.delivery.log.write(Level::Warn, || format!("Не дошло до 1С и снова в очереди: {count}"));
            if self.is_reply {
                self.delivery.statistics.queued.count();
            }
            for (number, occurrence) in back.into_iter().rev() {
                state.inbox.put_back(number, occurrence);
            }
        }
        // There may be events that waited meanwhile, and that there is room again.
        let is_awaited = state.takers > 0;
        self.delivery.schedule(state);
        if is_awaited {
            self.delivery.arrived.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use native_api::Platform;

    use super::*;
    use crate::delivery::{Batch, DeliverySettings, Offered};
    use crate::events;
    use crate::filter::Filter;
    use crate::log::Log;
    use crate::message::{Payload, Publication, Receipt};
    use crate::statistics::Statistics;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn delivery() -> Arc<Delivery> {
        let settings = DeliverySettings { listen: false, ..DeliverySettings::new(true) };
        let statistics = Arc::new(Statistics::default());
        Arc::new(Delivery::new(
            Platform::default(),
            "",
            events::websocket,
            settings,
            statistics,
            Log::default(),
        ))
    }

    fn text(number: u32) -> Occurrence {
        Occurrence::Message(Payload::Text(number.to_string().into()))
    }

    fn offer(delivery: &Arc<Delivery>, numbers: impl IntoIterator<Item = u32>) {
        let mut batch = Batch::new(Arc::clone(delivery));
        numbers.into_iter().for_each(|number| batch.add(text(number)));
        assert_eq!(batch.offer(), Offered::Whole);
    }

    /// Takes as many as are there, and has 1C get them.
    fn take(delivery: &Arc<Delivery>) -> Vec<String> {
        let Some(taken) = delivery.receive(100, Instant::now()) else { return Vec::new() };
        let texts = taken.occurrences().filter_map(|one| Some(one.text()?.to_owned())).collect();
        taken.given();
        texts
    }

    #[test]
    fn a_receipt_is_settled_and_a_message_counted_once_when_it_was_given() {
        let delivery = delivery();
        let settled = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&settled);
        let receipt = Receipt::new(move || {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        let publication = Publication { text: "1".to_owned(), offline: Vec::new(), receipt };
        let mut batch = Batch::new(Arc::clone(&delivery));
        batch.add(Occurrence::Published(publication));
        assert_eq!(batch.offer(), Offered::Whole);
        let numbers =
            || (settled.load(Ordering::SeqCst), delivery.statistics.delivered.get(), delivery.len());
        for _ in 0..3 {
            let taken = delivery.receive(1, Instant::now()).unwrap();
            assert_eq!(numbers(), (0, 0, 0));
            drop(taken);
            assert_eq!(numbers(), (0, 0, 1));
        }
        assert_eq!(take(&delivery), ["1"]);
        assert_eq!((numbers(), delivery.statistics.queued.get()), ((1, 1, 0), 1));
    }

    #[test]
    fn nobody_takes_what_follows_what_may_come_back() {
        for _ in 0..50 {
            let delivery = delivery();
            offer(&delivery, 1..=3);
            let taken = delivery.receive(2, Instant::now()).unwrap();
            thread::scope(|scope| {
                let other = scope.spawn(|| take(&delivery));
                thread::yield_now();
                drop(taken);
                assert_eq!(other.join().unwrap(), ["1", "2", "3"]);
            });
        }
    }

    #[test]
    fn who_waits_gets_what_comes_back() {
        let delivery = delivery();
        delivery.session_began();
        offer(&delivery, 1..=1);
        let taken = delivery.receive(1, Instant::now()).unwrap();
        thread::scope(|scope| {
            let other = scope.spawn(|| delivery.receive(1, Instant::now() + PATIENCE).map(Taken::given));
            thread::yield_now();
            drop(taken);
            assert_eq!(other.join().unwrap(), Some(()));
        });
    }

    #[test]
    fn after_the_end_nothing_comes_back() {
        let delivery = delivery();
        offer(&delivery, 1..=2);
        let taken = delivery.receive(1, Instant::now()).unwrap();
        delivery.stop();
        drop(taken);
        assert!(delivery.is_empty() && delivery.receive(1, Instant::now()).is_none());
    }

    #[test]
    fn a_reply_that_nobody_gets_is_a_message_in_its_place() {
        let delivery = delivery();
        let answer = delivery.request(Filter::new("^2$").unwrap());
        offer(&delivery, 1..=1);
        Batch::new(Arc::clone(&delivery)).add(text(2));
        offer(&delivery, 3..=3);
        assert_eq!(delivery.len(), 2);
        drop(answer);
        assert_eq!(take(&delivery), ["1", "2", "3"]);
        let counted = &delivery.statistics;
        assert_eq!((counted.queued.get(), counted.delivered.get()), (3, 3));
    }

    #[test]
    fn a_reply_that_is_given_was_never_in_the_inbox() {
        let delivery = delivery();
        let answer = delivery.request(Filter::new("^2$").unwrap());
        Batch::new(Arc::clone(&delivery)).add(text(2));
        answer.wait(Instant::now() + PATIENCE).unwrap().given();
        let counted = &delivery.statistics;
        assert_eq!((delivery.len(), counted.queued.get(), counted.delivered.get()), (0, 0, 0));
    }
}
