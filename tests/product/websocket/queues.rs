//! The four overflow policies, limits in messages and bytes, each loss counted and told.

use echo_server::{Behaviour, Options, Pace, Replay};
use native_api::Value;
use serde_json::{Value as Json, json};

use super::{connect, expect_state, expect_text, next, on_server, statistics, websocket};
use crate::common::{PATIENCE, counting, echo, faulty, server, wait_until};

/// Takes all messages that are there.
fn drain(object: &native_api_host::Instance) -> Vec<String> {
    let mut taken = Vec::new();
    while let Value::String(text) = object.call("Получить", [0]).unwrap() {
        taken.push(text);
    }
    taken
}

fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

#[test]
fn dropping_policies_keep_one_end_and_count() {
    for (policy, kept) in [("УдалятьСтарые", numbers(91..=100)), ("УдалятьНовые", numbers(1..=10))]
    {
        let (server, object) = (counting(100), on_server());
        object.set("РазмерОчереди", 10).unwrap();
        object.set("ПолитикаПереполнения", policy).unwrap();
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
        wait_until("all have come", || statistics(&object)["messagesIn"] == json!(100));
        wait_until("all are judged", || statistics(&object)["lost"] == json!(90));
        assert_eq!(drain(&object), kept, "{policy}");
        assert_eq!(object.get("Подключено").unwrap(), true.into());
    }
}

#[test]
fn a_full_queue_is_told_once_and_a_free_one_too() {
    let (server, object) = (counting(100), websocket());
    object.set("РежимДоставки", "Notify").unwrap();
    object.set("РазмерОчереди", 10).unwrap();
    object.set("ПолитикаПереполнения", "DropNewest").unwrap();
    connect(&object, &server.url());
    wait_until("all are judged", || statistics(&object)["lost"] == json!(90));
    assert_eq!(drain(&object), numbers(1..=10));
    let mut told = Vec::new();
    while told.last() != Some(&json!({ "Event": "Queue", "State": "Free", "Lost": 90 })) {
        let (event, _) = next(&object);
        if event["Event"] == "Queue" {
            told.push(event);
        }
    }
    let full: Json = json!({ "Event": "Queue", "State": "Full" });
    assert_eq!(told.iter().filter(|event| **event == full).count(), 1);
}

#[test]
fn the_close_policy_ends_the_connection() {
    let (server, object) = (counting(100), websocket());
    object.set("РежимДоставки", "Notify").unwrap();
    object.set("РазмерОчереди", 10).unwrap();
    object.set("ПолитикаПереполнения", "Close").unwrap();
    connect(&object, &server.url());
    let closed = loop {
        let (event, _) = next(&object);
        if event["State"] == "Close" {
            break event;
        }
    };
    assert_eq!((&closed["Reason"], &closed["Code"]), (&json!("Drop"), &json!(1008)));
    assert!(server.wait_for(PATIENCE, |journal| journal.closes().any(|(code, _)| code == Some(1008))));
    assert_eq!(drain(&object), numbers(1..=10), "what was queued stays readable");
}

#[test]
fn waiting_stops_the_reading_so_that_the_peer_feels_it() {
    // 20 MB: more than the kernel's buffers of both sides hold.
    const COUNT: u32 = 10_000;
    let frames = numbers(1..=COUNT).iter().map(|number| format!("{number:0>2000}")).collect::<Vec<_>>();
    let replay = Replay::parse(&frames.join("\n"), Pace::Maximum).unwrap();
    let server = server(Options { behaviour: Behaviour::Replay(replay), ..Options::default() });
    let object = on_server();
    object.set("РазмерОчереди", 100).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    wait_until("the queue is full", || object.get("ДлинаОчереди").unwrap() == 100.into());
    assert!(server.journal().totals().sent < COUNT.into(), "the server waits");
    for frame in frames {
        assert_eq!(object.call("Получить", [60]).unwrap(), frame.into());
        let Value::Number(length) = object.get("ДлинаОчереди").unwrap() else {
            panic!("a number")
        };
        assert!(length <= 100.0);
    }
    assert_eq!(statistics(&object)["lost"], json!(0));
}

#[test]
fn bytes_count_too_and_one_larger_message_still_fits() {
    let (server, object) = (echo(), on_server());
    object.set("ОбъемОчереди", 1000).unwrap();
    object.set("ПолитикаПереполнения", "DropNewest").unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    for text in ["x".repeat(5000), "y".to_owned()] {
        server.broadcast(&text);
    }
    wait_until("both are judged", || statistics(&object)["messagesIn"] == json!(2));
    wait_until("the second is dropped", || statistics(&object)["lost"] == json!(1));
    assert_eq!(drain(&object), ["x".repeat(5000)]);
}

#[test]
fn the_queue_can_be_thrown_away() {
    let (server, object) = (counting(50), on_server());
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    wait_until("all have come", || object.get("ДлинаОчереди").unwrap() == 50.into());
    assert_eq!(object.call("ОчиститьОчередь", ()).unwrap(), 50.into());
    assert_eq!(object.call("ОчиститьОчередь", ()).unwrap(), 0.into());
    assert_eq!(object.get("ДлинаОчереди").unwrap(), 0.into());
}

#[test]
fn the_outgoing_queue_has_the_same_limits() {
    let (server, object) = (faulty("stop-reading"), websocket());
    object.set("РазмерОчереди", 5).unwrap();
    connect(&object, &server.url());
    let text = "x".repeat(8 << 20);
    let refused = (0..100).any(|_| object.call("Отправить", [text.as_str()]).unwrap() == false.into());
    assert!(refused);
    assert_eq!(object.get("ПоследняяОшибка").unwrap(), "Очередь отправки полна".into());
}

#[test]
fn statistics_count_what_happened() {
    let (server, object) = (echo(), websocket());
    object.set("РегулярноеВыражение", "да").unwrap();
    connect(&object, &server.url());
    for text in ["да", "нет", "да-да"] {
        object.call("Отправить", [text]).unwrap();
    }
    expect_text(&object, "да");
    expect_text(&object, "да-да");
    wait_until("both are counted", || statistics(&object)["delivered"] == json!(2));
    let statistics = statistics(&object);
    for (name, number) in [
        ("messagesIn", 3),
        ("messagesOut", 3),
        ("bytesIn", 19),
        ("bytesOut", 19),
        ("filtered", 1),
        ("queued", 2),
        ("delivered", 2),
        ("lost", 0),
        ("reconnects", 0),
    ] {
        assert_eq!(statistics[name], json!(number), "{name}");
    }
    assert!(statistics["connectedSeconds"].as_f64().unwrap() >= 0.0);
    object.call("Отключиться", ()).unwrap();
    expect_state(&object, "Close");
}

#[test]
fn a_message_held_at_the_end_of_a_connection_is_kept_or_counted() {
    // Ten are queued, one is held by the reader.
    let (server, object) = (counting(11), on_server());
    object.set("РазмерОчереди", 10).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    wait_until("all have come", || statistics(&object)["messagesIn"] == json!(11));
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into(), "the full queue does not hold it up");
    assert_eq!(drain(&object), numbers(1..=11));
    assert_eq!(statistics(&object)["lost"], json!(0));

    let (server, object) = (counting(11), on_server());
    object.set("РазмерОчереди", 10).unwrap();
    object.set("ПолитикаПереполнения", "Close").unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    wait_until("it has ended", || object.get("Состояние").unwrap() == "Closed".into());
    assert_eq!((drain(&object), &statistics(&object)["lost"]), (numbers(1..=10), &json!(1)));
}

/// What is on its way to the socket when the line ends is neither written nor forgotten.
#[test]
fn every_accepted_message_is_counted_as_written_or_lost() {
    let (server, object) = (faulty("stop-reading"), websocket());
    object.set("РазмерОчереди", 50).unwrap();
    connect(&object, &server.url());
    let text = "x".repeat(100_000);
    let mut accepted = 0;
    while object.call("Отправить", [text.as_str()]).unwrap() == true.into() {
        accepted += 1;
    }
    object.set("Таймаут", 0.2).unwrap();
    assert_eq!(object.call("Отключиться", ()).unwrap(), false.into());
    wait_until("all are counted", || {
        let statistics = statistics(&object);
        statistics["messagesOut"].as_u64().unwrap() + statistics["lost"].as_u64().unwrap() == accepted
    });
}
