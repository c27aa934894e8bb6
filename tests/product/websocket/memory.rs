//! A platform that has no memory for a result: what was taken stands where it stood, and is counted once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use native_api::Value;
use serde_json::json;

use super::{connect, next, on_server, statistics, websocket};
use crate::common::{PATIENCE, counting, echo, refused_memory, wait_until};

fn numbers(text: &str) -> Vec<u32> {
    let texts: Vec<String> = serde_json::from_str(text).unwrap();
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn batch(value: &Value) -> Vec<u32> {
    match value {
        Value::String(text) => numbers(text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_very_message_comes_next_and_is_counted_once() {
    let (server, object) = (counting(3), on_server());
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    wait_until("all have come", || object.get("ДлинаОчереди").unwrap() == 3.into());
    refused_memory(&object, "Получить", [30]);
    assert_eq!(object.get("ДлинаОчереди").unwrap(), 3.into());
    refused_memory(&object, "ПолучитьПакет", (2, 30));
    assert_eq!(
        (object.get("ДлинаОчереди").unwrap(), statistics(&object)["delivered"].clone()),
        (3.into(), json!(0))
    );
    assert_eq!(batch(&object.call("ПолучитьПакет", (2, 30)).unwrap()), [1, 2]);
    refused_memory(&object, "ПолучитьПакет", (100, 30));
    assert_eq!(object.call("Получить", [30]).unwrap(), "3".into());
    server.broadcast_binary(&[0, 1]);
    wait_until("the bytes have come", || object.get("ДлинаОчереди").unwrap() == 1.into());
    refused_memory(&object, "Получить", [30]);
    assert_eq!(object.call("Получить", [30]).unwrap(), vec![0_u8, 1].into());
    let counted = statistics(&object);
    let counters = ["messagesIn", "queued", "delivered", "lost"].map(|name| counted[name].clone());
    assert_eq!(counters, [json!(4), json!(4), json!(4), json!(0)]);
}

/// While 1C could not be given a batch, others have taken its room.
#[test]
fn what_comes_back_finds_room_in_a_full_queue() {
    const COUNT: u32 = 50;
    let (server, object) = (counting(COUNT.into()), on_server());
    object.set("РазмерОчереди", 2).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    let mut taken = Vec::new();
    while taken.len() < 50 {
        wait_until("there is something", || object.get("ДлинаОчереди").unwrap() != 0.into());
        refused_memory(&object, "ПолучитьПакет", (2, 30));
        taken.extend(batch(&object.call("ПолучитьПакет", (2, 30)).unwrap()));
    }
    assert_eq!(taken, (1..=COUNT).collect::<Vec<_>>());
    assert_eq!(statistics(&object)["lost"], json!(0));
}

#[test]
fn a_hint_tells_of_what_came_back() {
    let (server, object) = (echo(), websocket());
    object.set("РежимДоставки", "Уведомление").unwrap();
    connect(&object, &server.url());
    server.broadcast("раз");
    for _ in 0..2 {
        let (hint, _) = next(&object);
        assert_eq!(hint, json!({ "Event": "MessagesAvailable", "Count": 1 }));
        refused_memory(&object, "Получить", [30]);
    }
    assert_eq!(object.call("Получить", [30]).unwrap(), "раз".into());
}

#[test]
fn a_reply_that_1c_could_not_be_given_is_a_message() {
    let (server, object) = (echo(), on_server());
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    refused_memory(&object, "Запросить", ("вопрос", "^вопрос$", 30));
    assert_eq!(object.call("Получить", [30]).unwrap(), "вопрос".into());
    let counted = statistics(&object);
    assert_eq!((&counted["queued"], &counted["delivered"]), (&json!(1), &json!(1)));
}

/// Each thread gets the messages in their order, whatever did not reach the others.
#[test]
fn threads_that_take_side_by_side_miss_nothing_and_keep_the_order() {
    const COUNT: u32 = 3000;
    let (server, object) = (counting(COUNT.into()), on_server());
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    let over = AtomicBool::new(false);
    let start = Instant::now();
    let take = |batches: bool| {
        let mut taken = Vec::new();
        // Past what words the exceptions: it would take that of one thread for another's.
        let component = object.component();
        let [receive, receive_batch] =
            ["Получить", "ПолучитьПакет"].map(|name| component.find_method(Some(name)));
        while !over.load(Ordering::Relaxed) && start.elapsed() < PATIENCE {
            let got = match batches {
                true => component.call_as_func(receive_batch, component.parameters((3, 0.01))),
                false => component.call_as_func(receive, component.parameters([0.01])),
            };
            match got {
                Ok(Value::String(text)) if batches => taken.extend(numbers(&text)),
                Ok(Value::String(text)) => taken.push(text.parse().unwrap()),
                Ok(_) | Err(_) => {}
            }
            over.fetch_or(taken.last() == Some(&COUNT), Ordering::Relaxed);
        }
        taken
    };
    let taken = thread::scope(|scope| {
        let takers = [false, true, false].map(|batches| {
            scope.spawn({
                let take = &take;
                move || take(batches)
            })
        });
        while !over.load(Ordering::Relaxed) && start.elapsed() < PATIENCE {
            object.faults().allow_allocations(Some(2));
            thread::yield_now();
        }
        takers.map(|taker| taker.join().unwrap())
    });
    object.faults().allow_allocations(None);
    for taken in &taken {
        assert!(taken.is_sorted(), "{taken:?}");
    }
    let mut all = taken.concat();
    all.sort_unstable();
    assert!(all.iter().copied().eq(1..=COUNT), "{} of {COUNT}", all.len());
    let counted = statistics(&object);
    assert_eq!((&counted["delivered"], &counted["lost"]), (&json!(COUNT), &json!(0)));
}
