//! Codes and reasons both ways; a peer that does not answer.

use serde_json::json;

use super::{connect, expect_silence, expect_state, on_server, text, websocket};
use crate::common::{PATIENCE, echo, faulty, wait_until};

#[test]
fn our_code_and_reason_reach_the_server() {
    for (code, reason) in
        [(1000, ""), (1001, "смена кончилась"), (3000, "а"), (4999, "я".repeat(61).as_str())]
    {
        let (server, object) = (echo(), websocket());
        connect(&object, &server.url());
        assert_eq!(object.call("Отключиться", (code, reason)).unwrap(), true.into());
        let event = expect_state(&object, "Close");
        assert_eq!((&event["Reason"], &event["Code"]), (&json!("Normal"), &json!(code)));
        let expected = u16::try_from(code).unwrap();
        assert!(server.wait_for(PATIENCE, |journal| journal.closes().eq([(Some(expected), reason)])));
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
        expect_silence(&object);
    }
}

#[test]
fn the_servers_code_and_reason_reach_1c_and_are_answered() {
    for (fault, code, reason, answer) in [
        ("close=1000,bye", 1000, "bye", Some(1000)),
        ("close=1011,не в порядке", 1011, "не в порядке", Some(1011)),
        ("close=4000", 4000, "", Some(4000)),
        ("close", 1005, "", None),
    ] {
        let (server, object) = (faulty(fault), websocket());
        connect(&object, &server.url());
        let event = expect_state(&object, "Close");
        assert_eq!(event["Reason"], json!("Drop"), "{fault}");
        assert_eq!((&event["Code"], &event["Text"]), (&json!(code), &json!(reason)), "{fault}");
        assert!(server.wait_for(PATIENCE, |journal| journal.closes().eq([(answer, "")])), "{fault}");
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "{fault}");
        expect_silence(&object);
    }
}

#[test]
fn what_the_server_must_not_send_is_answered_with_the_right_code() {
    for (fault, code) in [
        ("close=1005", 1002),
        ("close=1006", 1002),
        ("close=999", 1002),
        ("close=5000", 1002),
        ("bad-utf8", 1007),
        ("masked-frame", 1002),
        ("reserved-opcode", 1002),
    ] {
        let (server, object) = (faulty(fault), websocket());
        connect(&object, &server.url());
        let event = expect_state(&object, "Close");
        assert_eq!((&event["Reason"], &event["Code"]), (&json!("Drop"), &json!(code)), "{fault}");
        let told = server.wait_for(PATIENCE, |journal| journal.closes().any(|(told, _)| told == Some(code)));
        assert!(told, "{fault}: {}", server.journal());
        expect_silence(&object);
    }
}

#[test]
fn a_cut_line_is_1006() {
    for fault in ["reset", "cut-frame"] {
        let (server, object) = (faulty(fault), websocket());
        connect(&object, &server.url());
        let event = expect_state(&object, "Close");
        assert_eq!((&event["Reason"], &event["Code"]), (&json!("Drop"), &json!(1006)), "{fault}");
        assert_eq!(text(&object, "ПоследняяОшибка"), "Соединение оборвалось, код 1006");
        drop(server);
    }
}

#[test]
fn a_close_that_the_peer_does_not_answer_is_false() {
    let (server, object) = (faulty("ignore-close"), on_server());
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    object.set("Таймаут", 0.3).unwrap();
    assert_eq!(object.call("Отключиться", ()).unwrap(), false.into());
    assert!(text(&object, "ПоследняяОшибка").contains("не подтвердил закрытие"));
    wait_until("it is closed all the same", || object.get("Состояние").unwrap() == "Closed".into());
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
}

#[test]
fn a_message_too_large_ends_with_1009() {
    let (server, object) = (faulty("big-message=1001"), websocket());
    object.set("МаксимальныйРазмерСообщения", 1000).unwrap();
    connect(&object, &server.url());
    assert_eq!(expect_state(&object, "Close")["Code"], json!(1009));
    assert!(server.wait_for(PATIENCE, |journal| journal.closes().any(|(code, _)| code == Some(1009))));
}

#[test]
fn a_silent_peer_is_given_up_within_interval_and_time_out() {
    for fault in ["half-frame", "ignore-ping"] {
        let (server, object) = (faulty(fault), websocket());
        object.set("ИнтервалПинга", 0.2).unwrap();
        object.set("ТаймаутОтветаНаПинг", 0.2).unwrap();
        connect(&object, &server.url());
        let event = expect_state(&object, "Close");
        assert_eq!((&event["Reason"], &event["Code"]), (&json!("Drop"), &json!(1006)), "{fault}");
        assert_eq!(server.journal().totals().pings, 1, "{fault}");
        assert_eq!(server.journal().totals().pongs, 0, "a pong is only ever an answer");
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
    }
}
