//! `Получить`, `ПолучитьПакет`, `Запросить`, `Пинг`, and the notify mode.

use std::thread;
use std::time::Duration;

use native_api::Value;
use serde_json::{Value as Json, json};

use super::{connect, expect_state, expect_text, next, on_server, statistics, text, websocket};
use crate::common::{PATIENCE, counting, echo, faulty, wait_until};

fn batch(value: &Value) -> Vec<Json> {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn on_a_server_messages_are_taken_one_by_one() {
    let (server, object) = (echo(), on_server());
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    for text in ["раз", "", "два 😀\0"] {
        assert_eq!(object.call("Отправить", [text]).unwrap(), true.into());
        assert_eq!(object.call("Получить", ()).unwrap(), text.into());
    }
    let bytes = vec![0_u8, 1, 255];
    assert_eq!(object.call("ОтправитьДвоичныеДанные", [bytes.clone()]).unwrap(), true.into());
    assert_eq!(object.call("Получить", [30]).unwrap(), bytes.clone().into());
    assert_eq!(object.call("Отправить", [bytes.clone()]).unwrap(), true.into());
    assert_eq!(object.call("Получить", [30]).unwrap(), bytes.into());
    assert_eq!(object.call("Получить", [0.05]).unwrap(), Value::Empty, "nothing more comes");
    assert_eq!(object.event_counts().attempts, 0);
}

#[test]
fn a_batch_takes_what_is_there() {
    let (server, object) = (counting(250), on_server());
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    wait_until("all have come", || object.get("ДлинаОчереди").unwrap() == 250.into());
    let first = batch(&object.call("ПолучитьПакет", ()).unwrap());
    assert_eq!(first, (1..=100).map(|number| json!(number.to_string())).collect::<Vec<_>>());
    let rest = batch(&object.call("ПолучитьПакет", (1000, 30)).unwrap());
    assert_eq!((rest.len(), &rest[149]), (150, &json!("250")));
    assert_eq!(object.call("ПолучитьПакет", (10, 0.05)).unwrap(), "[]".into());
    server.broadcast_binary(&[1, 2]);
    let binary = batch(&object.call("ПолучитьПакет", (10, 30)).unwrap());
    assert_eq!(binary, [json!({ "Encoding": "Base64", "Data": "AQI=" })]);
}

#[test]
fn what_was_queued_stays_readable_after_a_close_and_then_there_is_nothing_at_once() {
    let (server, object) = (counting(5), on_server());
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    wait_until("all have come", || object.get("ДлинаОчереди").unwrap() == 5.into());
    server.close_all(1001, "ушел");
    wait_until("the connection has ended", || object.get("Состояние").unwrap() == "Closed".into());
    for number in 1..=5 {
        assert_eq!(object.call("Получить", [3600]).unwrap(), number.to_string().into());
    }
    assert_eq!(object.call("Получить", [3600]).unwrap(), Value::Empty);
    assert_eq!(object.call("ПолучитьПакет", (10, 3600)).unwrap(), "[]".into());
    assert_eq!(text(&object, "ПоследняяОшибка"), "Соединение закрыто, код 1001: ушел");
}

#[test]
fn waiting_ends_when_the_connection_closes_or_done_comes() {
    for by_done in [false, true] {
        let (server, object) = (echo(), on_server());
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
        thread::scope(|scope| {
            let receiving = scope.spawn(|| object.call("Получить", [3600]));
            let asking = scope.spawn(|| object.call("Запросить", ("вопрос", "ответ", 3600)));
            let pinging = scope.spawn(|| object.call("Пинг", [30]));
            assert!(server.wait_for(PATIENCE, |journal| journal.texts().count() == 1));
            assert!(matches!(pinging.join().unwrap().unwrap(), Value::Number(_)));
            if by_done {
                object.done();
            } else {
                server.reset_all();
            }
            // The echo of the question may have been received.
            assert!(!matches!(receiving.join().unwrap(), Ok(Value::Number(_))));
            assert_ne!(asking.join().unwrap().ok(), Some("ответ".into()));
        });
    }
}

#[test]
fn one_object_that_waits_does_not_hold_up_another() {
    let (server, waiting, other) = (echo(), on_server(), on_server());
    for object in [&waiting, &other] {
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    }
    thread::scope(|scope| {
        let receiving = scope.spawn(|| waiting.call("Получить", [3600]));
        for number in 0..100 {
            let reply = other.call("Запросить", (number.to_string(), format!("^{number}$"))).unwrap();
            assert_eq!(reply, number.to_string().into());
        }
        waiting.call("Отправить", ["конец"]).unwrap();
        assert_eq!(receiving.join().unwrap().unwrap(), "конец".into());
    });
}

#[test]
fn a_request_gets_its_reply_and_the_others_go_their_way() {
    let (server, object) = (echo(), websocket());
    connect(&object, &server.url());
    object.set("РегулярноеВыражение", "событие").unwrap();
    object.call("Отправить", ["событие 1"]).unwrap();
    let reply = object.call("Запросить", (r#"{"request_id":"7"}"#, r#""request_id":"7""#, 30)).unwrap();
    assert_eq!(reply, r#"{"request_id":"7"}"#.into(), "the filter does not hold it up");
    object.call("Отправить", ["событие 2"]).unwrap();
    expect_text(&object, "событие 1");
    expect_text(&object, "событие 2");
    assert_eq!(object.call("Запросить", ("тихо", "не придет", 0.1)).unwrap(), Value::Empty);
    assert_eq!(text(&object, "ПоследняяОшибка"), "Ответ не пришел за отведенное время");
    object.call("Отключиться", ()).unwrap();
    assert_eq!(object.call("Запросить", ("поздно", "x", 30)).unwrap(), Value::Empty);
    assert_eq!(text(&object, "ПоследняяОшибка"), "Соединение не установлено");
}

#[test]
fn a_reply_behind_a_full_queue_is_reached() {
    let (server, object) = (echo(), on_server());
    object.set("РазмерОчереди", 10).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    for number in 0..15 {
        server.broadcast(&number.to_string());
    }
    let reply = object.call("Запросить", ("ответ", "ответ", 30)).unwrap();
    assert_eq!(reply, "ответ".into());
    for number in 0..15 {
        assert_eq!(object.call("Получить", ()).unwrap(), number.to_string().into());
    }
}

#[test]
fn a_ping_tells_its_round_trip_or_nothing() {
    let (server, object) = (echo(), websocket());
    assert_eq!(object.call("Пинг", ()).unwrap(), Value::Empty, "not connected");
    connect(&object, &server.url());
    let Value::Number(milliseconds) = object.call("Пинг", [30]).unwrap() else { panic!("no pong") };
    assert!(milliseconds > 0.0);
    assert_eq!(statistics(&object)["pings"], json!(1));
    assert!(statistics(&object)["roundTripMs"].as_f64().unwrap() > 0.0);
    let (deaf, object) = (faulty("ignore-ping"), websocket());
    connect(&object, &deaf.url());
    assert_eq!(object.call("Пинг", [0.1]).unwrap(), Value::Empty);
}

#[test]
fn notify_mode_hints_once_and_again_when_the_queue_was_emptied() {
    let (server, object) = (counting(3), websocket());
    object.set("РежимДоставки", "Уведомление").unwrap();
    connect(&object, &server.url());
    let (hint, data) = next(&object);
    assert_eq!((&hint["Event"], data.as_str()), (&json!("MessagesAvailable"), ""));
    assert!(hint["Count"].as_u64().is_some_and(|count| (1..=3).contains(&count)), "{hint}");
    for number in 1..=3 {
        assert_eq!(object.call("Получить", [30]).unwrap(), number.to_string().into());
    }
    server.broadcast("четыре");
    // Not emptied: the hint comes again after a second, and not at once.
    let [first, second] = [(); 2].map(|()| object.next_event(PATIENCE).unwrap());
    for hint in [&first, &second] {
        assert_eq!(hint.event, r#"{"Event": "MessagesAvailable","Count": 1}"#);
    }
    assert!(second.at - first.at > Duration::from_millis(100), "{:?}", second.at - first.at);
    assert_eq!(object.call("Получить", [30]).unwrap(), "четыре".into());
    object.call("Отключиться", ()).unwrap();
    expect_state(&object, "Close");
}

#[test]
fn modes_change_at_once_and_nothing_is_lost() {
    let (server, object) = (echo(), websocket());
    object.set("РежимПрослушивания", false).unwrap();
    object.set("Таймаут", 30).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    server.broadcast("раз");
    server.broadcast("два");
    wait_until("both have come", || object.get("ДлинаОчереди").unwrap() == 2.into());
    assert_eq!(object.call("Получить", ()).unwrap(), "раз".into());
    object.set("РежимПрослушивания", true).unwrap();
    expect_text(&object, "два");
    object.set("РежимДоставки", "Notify").unwrap();
    server.broadcast("три");
    assert_eq!(next(&object).0["Event"], json!("MessagesAvailable"));
    object.set("РежимДоставки", "Event").unwrap();
    expect_text(&object, "три");
}

#[test]
fn binary_messages_are_events_in_base64() {
    let (server, object) = (echo(), websocket());
    connect(&object, &server.url());
    object.call("ОтправитьДвоичныеДанные", [vec![1_u8, 2, 3]]).unwrap();
    let (event, data) = next(&object);
    assert_eq!(event, json!({ "Event": "Message", "Type": "Binary", "Encoding": "Base64" }));
    assert_eq!(data, "AQID");
}

#[test]
fn events_have_the_source_that_was_set() {
    let (server, object) = (echo(), websocket());
    object.set("Источник", "Касса №1").unwrap();
    object.call("Подключиться", [server.url()]).unwrap();
    assert_eq!(object.next_event(PATIENCE).unwrap().source, "Касса №1");
}

#[test]
fn events_keep_their_distance() {
    let (server, object) = (counting(20), websocket());
    object.set("ИнтервалСобытий", 20).unwrap();
    object.faults().lose_events_within(Duration::from_millis(10));
    connect(&object, &server.url());
    for number in 1..=20 {
        expect_text(&object, &number.to_string());
    }
    assert_eq!(object.event_counts().lost, 0);
}

#[test]
fn a_second_connect_does_not_end_the_waiting() {
    let (first, second, object) = (echo(), echo(), on_server());
    for server in [&first, &second] {
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    }
    assert!(first.wait_for(PATIENCE, |journal| journal.connections() == 0));
    thread::scope(|scope| {
        let receiving = scope.spawn(|| object.call("Получить", [60]));
        assert!(second.wait_for(PATIENCE, |journal| journal.open() == 1));
        second.broadcast("дождались");
        assert_eq!(receiving.join().unwrap().unwrap(), "дождались".into());
    });
}
