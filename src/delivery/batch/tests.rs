use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Instant;

use native_api::Platform;

use super::*;
use crate::delivery::taken::Taken;
use crate::events;
use crate::filter::Filter;
use crate::log::Log;
use crate::queue::Limits;
use crate::statistics::Statistics;

fn delivery(entries: usize, policy: OverflowPolicy) -> Arc<Delivery> {
    let limits = Limits { entries, bytes: 1000 };
    let settings = DeliverySettings { listen: false, limits, policy, ..DeliverySettings::new(true) };
    let statistics = Arc::<Statistics>::default();
    Arc::new(Delivery::new(Platform::default(), "", events::websocket, settings, statistics, Log::default()))
}

fn batch(delivery: &Arc<Delivery>, texts: &[&str]) -> Batch {
    let mut batch = Batch::new(Arc::clone(delivery));
    texts.iter().for_each(|text| batch.add_text(text));
    batch
}

/// Takes what is there.
fn take(delivery: &Arc<Delivery>) -> Vec<String> {
    let Some(taken) = delivery.receive(100, Instant::now()) else { return Vec::new() };
    let texts = taken.occurrences().filter_map(|one| Some(one.text()?.to_owned())).collect();
    Taken::given(taken);
    texts
}

fn counts(delivery: &Delivery) -> (u64, u64, u64) {
    let statistics = &delivery.statistics;
    (statistics.messages_in.get(), statistics.queued.get(), statistics.lost.get())
}

#[test]
fn texts_of_one_block_and_messages_of_their_own_keep_their_order() {
    let delivery = delivery(10, OverflowPolicy::Wait);
    let mut batch = batch(&delivery, &["раз", ""]);
    batch.add(Occurrence::Message(Payload::Text("два".into())));
    batch.add_text("три");
    assert_eq!(delivery.len(), 0);
    assert_eq!(batch.offer(), Offered::Whole);
    assert_eq!(take(&delivery), ["раз", "", "два", "три"]);
    assert_eq!(delivery.statistics.bytes_in.get(), 18);
    assert_eq!((batch.offer(), counts(&delivery)), (Offered::Whole, (4, 4, 0)));
}

#[test]
fn what_has_no_room_waits_in_its_order_until_it_has() {
    let delivery = delivery(2, OverflowPolicy::Wait);
    let mut batch = batch(&delivery, &["1", "2", "3", "4", "5"]);
    let mut context = Context::from_waker(Waker::noop());
    {
        let mut accepting = pin!(batch.accept());
        assert!(accepting.as_mut().poll(&mut context).is_pending());
        assert_eq!(take(&delivery), ["1", "2"]);
        assert!(accepting.as_mut().poll(&mut context).is_pending());
    }
    // Given up in between: nothing of it is lost.
    assert_eq!(take(&delivery), ["3", "4"]);
    assert_eq!(pin!(batch.accept()).poll(&mut context), std::task::Poll::Ready(Offered::Whole));
    assert_eq!((take(&delivery), counts(&delivery)), (vec!["5".to_owned()], (5, 5, 0)));
}

#[test]
fn a_batch_that_is_dropped_goes_in_up_to_twice_the_limit() {
    let delivery = delivery(2, OverflowPolicy::Wait);
    let mut held = batch(&delivery, &["1", "2", "3", "4", "5", "6"]);
    assert_eq!(held.offer(), Offered::Full);
    drop(held);
    assert_eq!(take(&delivery), ["1", "2", "3", "4"]);
    assert_eq!(counts(&delivery), (6, 4, 2));
}

#[test]
fn what_follows_the_overflow_that_ends_a_connection_is_counted_as_lost() {
    let delivery = delivery(2, OverflowPolicy::Close);
    assert_eq!(batch(&delivery, &["1", "2", "3", "4", "5"]).offer(), Offered::Close);
    assert_eq!(take(&delivery), ["1", "2"]);
    assert_eq!(counts(&delivery), (5, 2, 3));
}

#[test]
fn the_other_policies_judge_every_message_of_a_batch() {
    for (policy, kept) in [(OverflowPolicy::DropOldest, ["4", "5"]), (OverflowPolicy::DropNewest, ["1", "2"])]
    {
        let delivery = delivery(2, policy);
        assert_eq!(batch(&delivery, &["1", "2", "3", "4", "5"]).offer(), Offered::Whole);
        assert_eq!(take(&delivery), kept);
        assert_eq!(counts(&delivery).2, 3);
    }
}

#[test]
fn what_came_before_a_reply_is_due_before_it() {
    let delivery = delivery(10, OverflowPolicy::Wait);
    let mut batch = batch(&delivery, &["1"]);
    assert!(!batch.is_due());
    let answer = delivery.request(Filter::new("^2$").unwrap());
    assert!(batch.is_due());
    assert_eq!(batch.offer(), Offered::Whole);
    assert!(!batch.is_due());
    batch.add_text("2");
    // Whoever has the reply sees it counted, too.
    assert_eq!(counts(&delivery).0, 2);
    let reply = answer.wait(Instant::now()).unwrap();
    assert!(reply.occurrences().all(|one| one.text() == Some("2")));
    reply.given();
    assert_eq!(take(&delivery), ["1"]);
}

#[test]
fn a_large_batch_is_due() {
    let delivery = delivery(10_000, OverflowPolicy::Wait);
    let mut many = batch(&delivery, &[]);
    (0..MOST).for_each(|_| {
        assert!(!many.is_due());
        many.add_text("");
    });
    assert!(many.is_due());
    assert!(batch(&delivery, &["x".repeat(MOST_BYTES).as_str()]).is_due());
}
