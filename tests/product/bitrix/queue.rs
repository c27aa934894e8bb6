//! A queue that is full, and hints among messages: nothing is lost, nothing comes twice.

use std::time::{Duration, Instant};

use native_api_host::Object;
use serde_json::json;

use super::listener::{client_of, listen, next, portal, publish, server_client_of, wait_for_poll};
use crate::common::{PATIENCE, text, wait_until};

/// The hint to look into the queue takes a place, and leaves it.
#[test]
fn a_message_that_waits_behind_a_hint_comes_after_it() {
    let portal = portal();
    let object = client_of(&portal);
    object.set("РазмерОчереди", 1).unwrap();
    object.faults().refuse_events(true);
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    wait_until("it is open", || object.get("Подключено").unwrap() == true.into());
    wait_for_poll(&portal);
    let told = publish(&portal, 0);
    // It was read when the server has nobody to tell the next message.
    assert!(portal.wait_for(PATIENCE, |journal| journal.waiting == 0));
    wait_until("it was read", || text(&object, "Статистика").contains(r#""messagesIn": 1"#));
    object.faults().refuse_events(false);
    let next_but_queue = || loop {
        let (event, data) = next(&object);
        if event["Event"] != "Queue" {
            return (event, data);
        }
    };
    assert_eq!(next_but_queue().0["State"], "Open");
    assert_eq!(next_but_queue().0["Event"], "CheckQueue");
    assert_eq!(next_but_queue(), (json!({ "Event": "Message" }), told));
}

/// What we have to say ourselves takes no message's place.
#[test]
fn a_hint_costs_no_message() {
    for policy in ["УдалятьНовые", "Закрыть"] {
        let portal = portal();
        let object = server_client_of(&portal);
        object.set("РазмерОчереди", 1).unwrap();
        object.set("ПолитикаПереполнения", policy).unwrap();
        assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
        wait_for_poll(&portal);
        let told = publish(&portal, 0);
        wait_until("it was read", || text(&object, "Статистика").contains(r#""messagesIn": 1"#));
        let batch = object.call("ПолучитьПакет", (100, 5)).unwrap();
        let batch = format!("{batch:?}");
        assert!(
            batch.contains(r#"number"#) && batch.contains("сделка"),
            "{policy}: {told} is not in {batch}"
        );
    }
}

/// Listening, and not, and again: each message comes once, by one way or the other.
#[test]
fn switching_between_events_and_calls_loses_and_doubles_nothing() {
    let portal = portal();
    let object = client_of(&portal);
    listen(&object, &portal);
    let mut published = Vec::new();
    let mut got = Vec::new();
    for number in 0..60 {
        published.push(publish(&portal, number));
        match number % 6 {
            1 => object.set("РежимПрослушивания", false).unwrap(),
            2 | 4 => {
                if let native_api::Value::String(text) =
                    object.call("Получить", [0]).unwrap_or(native_api::Value::Empty)
                {
                    got.push(text);
                }
            }
            3 => object.set("РежимПрослушивания", true).unwrap(),
            5 => {
                let mode = if number % 12 == 5 { "Уведомление" } else { "Событие" };
                object.set("РежимДоставки", mode).unwrap();
            }
            _ => {}
        }
    }
    object.set("РежимДоставки", "Событие").unwrap();
    object.set("РежимПрослушивания", true).unwrap();
    let wanted = |text: &str| text.contains("сделка");
    got.retain(|text| wanted(text));
    while got.len() < published.len() {
        let (_, data) = next(&object);
        if wanted(&data) {
            got.push(data);
        }
    }
    got.sort();
    published.sort();
    assert_eq!(got, published);
    object.done();
    while let Some(event) = object.next_event(Duration::ZERO) {
        assert!(!wanted(&event.data), "one too many: {}", event.data);
    }
}

/// The texts that wait, taken by calls.
fn take(object: &Object, count: usize) -> Vec<String> {
    let mut taken = Vec::new();
    let start = Instant::now();
    while taken.len() < count && start.elapsed() < PATIENCE {
        match object.call("Получить", [1]).unwrap() {
            native_api::Value::String(text) if text.contains("сделка") => taken.push(text),
            _ => {}
        }
    }
    taken
}

fn length(object: &Object) -> f64 {
    match object.get("ДлинаОчереди").unwrap() {
        native_api::Value::Number(length) => length,
        other => panic!("{other:?}"),
    }
}

/// What was held back because the queue was full is not read a second time, nor not at all.
#[test]
fn a_full_queue_survives_the_end_of_its_session() {
    for transport in ["ДлинныйОпрос", "WebSocket"] {
        let portal = portal();
        let object = server_client_of(&portal);
        object.set("РазмерОчереди", 2).unwrap();
        object.set("Транспорт", transport).unwrap();
        assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
        wait_for_poll(&portal);
        let published = (0..12).map(|number| publish(&portal, number)).collect::<Vec<_>>();
        let mut taken = Vec::new();
        for _ in 0..3 {
            wait_until(&format!("{transport}: the queue is full after {taken:?}"), || length(&object) >= 2.0);
            assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
            let statistics = text(&object, "Статистика");
            assert!(statistics.contains(r#""lost": 0"#), "{transport}: {statistics}");
            while let native_api::Value::String(text) = object.call("Получить", [0]).unwrap() {
                taken.extend(Some(text).filter(|text| text.contains("сделка")));
            }
            assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
        }
        taken.extend(take(&object, published.len() - taken.len()));
        assert_eq!(taken, published, "{transport}");
        assert_eq!(text(&object, "Позиция"), portal.messages().last().unwrap().0, "{transport}");
    }
}

/// The new session goes on where the one before stopped, whatever that had in its hands.
#[test]
fn connecting_anew_while_messages_come_loses_and_doubles_nothing() {
    for transport in ["ДлинныйОпрос", "WebSocket"] {
        let portal = portal();
        let object = server_client_of(&portal);
        object.set("Транспорт", transport).unwrap();
        object.set("Позиция", "0").unwrap();
        assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
        let mut published = Vec::new();
        for round in 0..4 {
            published.extend((0..25).map(|number| publish(&portal, round * 25 + number)));
            assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
        }
        assert_eq!(take(&object, published.len()), published, "{transport}");
    }
}

/// A channel is renewed while the queue is full.
#[test]
fn a_renewal_behind_a_full_queue_loses_and_doubles_nothing() {
    for transport in ["ДлинныйОпрос", "WebSocket"] {
        let portal = portal();
        let object = server_client_of(&portal);
        object.set("РазмерОчереди", 2).unwrap();
        object.set("Транспорт", transport).unwrap();
        assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
        wait_for_poll(&portal);
        let mut published = (0..5).map(|number| publish(&portal, number)).collect::<Vec<_>>();
        portal.renew_channel(echo_server::Renewal::GetConfig);
        published.extend((5..10).map(|number| publish(&portal, number)));
        assert_eq!(take(&object, published.len()), published, "{transport}");
    }
}

/// Every message that was read is in the queue, or is counted as lost; also those read while the connection ends.
#[test]
fn a_full_queue_loses_nothing_uncounted_when_a_websocket_is_closed() {
    let server = crate::common::counting(50);
    let object = crate::common::library().create("WebSocket", native_api_host::Host::server()).unwrap();
    object.set("РазмерОчереди", 2).unwrap();
    object.set("Таймаут", 30).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    wait_until("the queue is full", || length(&object) >= 2.0);
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    let statistics: serde_json::Value = serde_json::from_str(&text(&object, "Статистика")).unwrap();
    let count = |name: &str| statistics[name].as_u64().unwrap();
    assert_eq!(count("messagesIn"), count("queued") + count("lost"), "{statistics}");
}
