//! Coming back by itself: one attempt at a time, visible pauses, the greeting first.

use echo_server::{Fault, Options, Reservation, Server};
use serde_json::json;

use super::{connect, expect_silence, expect_state, expect_text, statistics, websocket};
use crate::common::{PATIENCE, echo, faulty, server, wait_until};

/// An object that tries again at once, for ever.
fn persistent() -> native_api_host::Object {
    let object = websocket();
    object.set("ПопыткиПереподключения", -1).unwrap();
    object.set("ПаузаПереподключения", 0.1).unwrap();
    object.set("МаксимальнаяПауза", 0.1).unwrap();
    object
}

fn fault(text: &str) -> Fault {
    text.parse().unwrap()
}

#[test]
fn a_cut_line_comes_back_with_the_greeting_first() {
    let (server, object) = (echo(), persistent());
    object.set("РежимПрослушивания", true).unwrap();
    object.call("УстановитьПриветствие", [r#"["подписка 1","подписка 2"]"#]).unwrap();
    connect(&object, &server.url());
    expect_text(&object, "подписка 1");
    expect_text(&object, "подписка 2");
    for round in 1..=3 {
        server.reset_all();
        let closed = expect_state(&object, "Close");
        assert_eq!((&closed["Reason"], &closed["Code"]), (&json!("Drop"), &json!(1006)));
        let waiting = expect_state(&object, "Waiting");
        assert!(waiting["RetryIn"].as_f64().is_some_and(|pause| pause <= 0.1), "{waiting}");
        expect_state(&object, "Open");
        expect_text(&object, "подписка 1");
        expect_text(&object, "подписка 2");
        assert_eq!(statistics(&object)["reconnects"], json!(round));
    }
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    assert_eq!(expect_state(&object, "Close")["Reason"], json!("Normal"));
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
    expect_silence(&object);
    assert_eq!(server.journal().totals().accepted, 4);
}

#[test]
fn a_restart_of_the_server_ends_in_exactly_one_open() {
    // Refused, 404, 503, 101: what an exchange answers while it starts.
    let reservation = Reservation::new().unwrap();
    let address = reservation.address();
    let object = persistent();
    object.call("Подключиться", [format!("ws://{address}/")]).unwrap();
    let failed = expect_state(&object, "Fail");
    assert_eq!(failed["Kind"], json!("Refused"));
    assert!(failed["RetryIn"].as_f64().is_some());
    expect_state(&object, "Waiting");
    let options = Options { listen: address, fault: fault("refuse=404"), ..Options::default() };
    let server = server(options);
    let mut seen = Vec::new();
    loop {
        let event = object.next_event(PATIENCE).unwrap();
        let event: serde_json::Value = serde_json::from_str(&event.event).unwrap();
        match event["State"].as_str().unwrap() {
            "Fail" => {
                let status = event["Status"].as_u64();
                seen.extend(status);
                match status {
                    Some(404) => server.set_fault(fault("refuse=503")),
                    Some(503) => server.set_fault(Fault::None),
                    _ => assert_eq!(event["Kind"], json!("Refused")),
                }
            }
            "Waiting" => {}
            "Open" => {
                assert!(event["Attempt"].as_u64().is_some_and(|attempt| attempt >= 3), "{event}");
                break;
            }
            other => panic!("{other}"),
        }
    }
    assert!(seen.contains(&404) && seen.contains(&503), "{seen:?}");
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 1));
    assert_eq!(object.get("Состояние").unwrap(), "Open".into());
    assert_eq!(server.journal().totals().opened, 1);
    expect_silence(&object);
}

#[test]
fn attempts_are_counted_and_end() {
    let (server, object) = (faulty("hang-up"), persistent());
    object.set("ПопыткиПереподключения", 3).unwrap();
    object.call("Подключиться", [server.url()]).unwrap();
    for attempt in 2..=4 {
        assert!(expect_state(&object, "Fail")["RetryIn"].is_number());
        assert_eq!(expect_state(&object, "Waiting")["Attempt"], json!(attempt));
    }
    let last = expect_state(&object, "Fail");
    assert!(last.get("RetryIn").is_none(), "{last}");
    wait_until("it has ended", || object.get("Состояние").unwrap() == "Closed".into());
    assert_eq!(server.journal().totals().accepted, 4);
    expect_silence(&object);
}

#[test]
fn a_false_of_connect_is_the_end() {
    let (server, object) = (faulty("refuse=503"), persistent());
    object.set("Таймаут", 30).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), false.into());
    assert_eq!(object.get("Состояние").unwrap(), "Closed".into());
    let failed = expect_state(&object, "Fail");
    assert!(failed.get("RetryIn").is_none(), "{failed}");
    expect_silence(&object);
    assert_eq!(server.journal().totals().accepted, 1);
}

#[test]
fn a_connection_that_was_open_comes_back_also_after_a_synchronous_connect() {
    let (server, object) = (echo(), persistent());
    object.set("Таймаут", 30).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    expect_state(&object, "Open");
    server.reset_all();
    expect_state(&object, "Close");
    expect_state(&object, "Waiting");
    expect_state(&object, "Open");
}

#[test]
fn disconnect_while_waiting_gives_it_up() {
    let (server, object) = (faulty("hang-up"), persistent());
    object.set("ПаузаПереподключения", 3600).unwrap();
    object.set("МаксимальнаяПауза", 3600).unwrap();
    object.call("Подключиться", [server.url()]).unwrap();
    expect_state(&object, "Fail");
    expect_state(&object, "Waiting");
    assert_eq!(object.get("Состояние").unwrap(), "Waiting".into());
    assert_eq!(object.call("Отправить", ["рано"]).unwrap(), false.into());
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    assert_eq!(expect_state(&object, "Fail")["Kind"], json!("Cancelled"));
    wait_until("it has ended", || object.get("Состояние").unwrap() == "Closed".into());
    expect_silence(&object);
}

#[test]
fn who_may_not_enter_waits_longest_at_once() {
    for status in [400, 401, 403] {
        let (server, object) = (faulty(&format!("refuse={status}")), persistent());
        object.set("МаксимальнаяПауза", 3600).unwrap();
        object.call("Подключиться", [server.url()]).unwrap();
        let failed = expect_state(&object, "Fail");
        assert_eq!((&failed["Status"], &failed["RetryIn"]), (&json!(status), &json!(3600.0)));
        let kind = if status == 400 { "Http" } else { "Auth" };
        assert_eq!(failed["Kind"], json!(kind));
        drop(server);
    }
}

#[test]
fn what_the_server_says_when_it_refuses_is_kept() {
    let (server, object): (Server, _) = (faulty("refuse=401"), websocket());
    object.call("Подключиться", [server.url()]).unwrap();
    let failed = expect_state(&object, "Fail");
    let text = failed["Text"].as_str().unwrap();
    assert!(text.starts_with("Сервер отказал в подключении: HTTP 401"), "{text}");
    assert!(text.contains("WWW-Authenticate: Basic"), "{text}");
    assert_eq!(object.get("ПоследняяОшибка").unwrap(), text.into());
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "closed at once");
}

#[test]
fn settings_take_effect_at_the_next_attempt() {
    let (server, object) = (echo(), persistent());
    connect(&object, &server.url());
    object.call("УстановитьЗаголовок", ("X-Shop", "42")).unwrap();
    object.call("УстановитьТокен", ["t0ken"]).unwrap();
    server.reset_all();
    expect_state(&object, "Close");
    expect_state(&object, "Waiting");
    expect_state(&object, "Open");
    let journal = server.journal();
    let headers =
        journal.requests().map(|request| (request.header("X-Shop"), request.header("Authorization")));
    assert_eq!(headers.collect::<Vec<_>>(), [(None, None), (Some("42"), Some("Bearer t0ken"))]);
}

#[test]
fn connect_tells_of_its_own_attempt_whatever_comes_after() {
    for _ in 0..20 {
        let (server, object) = (faulty("close=1000"), persistent());
        object.set("Таймаут", 30).unwrap();
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into(), "it was open");
        expect_state(&object, "Open");
    }
}
