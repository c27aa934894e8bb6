//! How a real telephone exchange answers and ends: recorded answers, and ends that were seen on one.

use echo_server::{Answer, Options, Server};
use serde_json::json;

use super::{connect, expect_silence, expect_state, expect_text, text, websocket};
use crate::common::{PATIENCE, faulty, server};

macro_rules! recorded {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../data/handshake/", $name, ".txt")))),+]
    };
}

fn exchange(recording: &str) -> (Server, Answer) {
    let answer: Answer = recording.parse().unwrap();
    (server(Options { answer: Some(answer.clone()), ..Options::default() }), answer)
}

#[test]
fn recorded_acceptances_open() {
    for (name, recording) in recorded![
        "01_apikey",
        "02_apikey_proto_ari",
        "03_basic",
        "04_basic_proto_ari",
        "06_proto_foo_ari",
        "11_apikey_pct",
        "12_readonly",
        "13_multi",
        "14_cyr",
        "16_deflate",
        "19_origin",
        "20_Upgrade_case",
    ] {
        let (server, answer) = exchange(recording);
        let object = websocket();
        // The header with two spaces answers a list.
        if recording.contains("Sec-WebSocket-Protocol") {
            object.set("Подпротоколы", if name.contains("foo") { "foo, ari" } else { "ari" }).unwrap();
        }
        object.set("Сжатие", name.contains("deflate")).unwrap();
        object.call("Подключиться", [server.url_with(answer.target())]).unwrap();
        let opened = expect_state(&object, "Open");
        let subprotocol = if recording.contains("Sec-WebSocket-Protocol: ") { "ari" } else { "" };
        assert_eq!(opened["Subprotocol"], json!(subprotocol), "{name}");
        assert_eq!(text(&object, "ВыбранныйПодпротокол"), subprotocol, "{name}");
    }
}

#[test]
fn recorded_refusals_fail_with_status_and_body() {
    for ((name, recording), status, kind, part) in recorded![
        "05_proto_foo",
        "07_noauth",
        "08_badpass",
        "09_noapp",
        "10_noupgrade",
        "15_ver12",
        "17_slash",
        "18_wrongpath",
    ]
    .into_iter()
    .zip([
        (400, "Http", "HTTP 400"),
        (401, "Auth", "Authentication required"),
        (401, "Auth", "WWW-Authenticate: Basic realm=\"Asterisk REST Interface\""),
        (400, "Http", "HTTP 400"),
        (426, "Http", "HTTP 426"),
        (400, "Http", "HTTP 400"),
        (404, "Http", "ARI URLs do not end with a slash"),
        (404, "Http", "HTTP 404"),
    ])
    .map(|(recording, (status, kind, part))| (recording, status, kind, part))
    {
        let (server, answer) = exchange(recording);
        let object = websocket();
        object.call("Подключиться", [server.url_with(answer.target())]).unwrap();
        let failed = expect_state(&object, "Fail");
        assert_eq!((&failed["Status"], &failed["Kind"]), (&json!(status), &json!(kind)), "{name}");
        assert!(failed["Text"].as_str().unwrap().contains(part), "{name}: {failed}");
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "{name}: closed at once");
        expect_silence(&object);
    }
}

#[test]
fn its_ends_are_drops_whatever_the_code() {
    for (fault, code) in [
        ("eof", 1006),
        ("cut-frame", 1006),
        ("close=1011", 1011),
        ("close-and-end=1000", 1000),
        ("close-and-stay=1003", 1003),
    ] {
        let (server, object) = (faulty(fault), websocket());
        connect(&object, &server.url());
        let closed = expect_state(&object, "Close");
        assert_eq!((&closed["Reason"], &closed["Code"]), (&json!("Drop"), &json!(code)), "{fault}");
        assert!(
            server.wait_for(PATIENCE, |journal| journal.connections() == 0),
            "{fault}: we close the socket"
        );
    }
}

#[test]
fn a_message_that_it_does_not_take_ends_with_1009() {
    let (server, object) = (faulty("frame-limit=65535"), websocket());
    connect(&object, &server.url());
    object.call("Отправить", ["x".repeat(60_000)]).unwrap();
    expect_text(&object, &"x".repeat(60_000));
    object.call("Отправить", ["x".repeat(70_000)]).unwrap();
    assert_eq!(expect_state(&object, "Close")["Code"], json!(1009));
}

#[test]
fn one_session_too_many_is_a_failure() {
    let server = server(Options { session_limit: Some(1), ..Options::default() });
    let (first, second) = (websocket(), websocket());
    connect(&first, &server.url());
    second.call("Подключиться", [server.url()]).unwrap();
    assert_eq!(expect_state(&second, "Fail")["Kind"], json!("Network"));
}

#[test]
fn a_pong_is_only_ever_an_answer() {
    let (server, object) = (crate::common::echo(), websocket());
    object.set("ИнтервалПинга", 0.05).unwrap();
    connect(&object, &server.url());
    assert!(server.wait_for(PATIENCE, |journal| journal.totals().pings >= 5));
    assert_eq!(server.journal().totals().pongs, 0);
    for payload in [&b""[..], b"12345", &[7; 125]] {
        server.ping_all(payload);
        assert!(server.wait_for(PATIENCE, |journal| journal.pongs().last() == Some(payload)));
    }
    assert_eq!(server.journal().totals().pongs, 3);
}

#[test]
fn a_session_that_was_replaced_is_told_and_stays_open() {
    // The exchange says so once, sends no event any more, and goes on answering pings: only 1C can react.
    let replaced = include_str!("../../data/ApplicationReplaced.json").trim_end();
    let (server, object) = (crate::common::echo(), websocket());
    connect(&object, &server.url());
    assert_eq!(server.broadcast(replaced), 1);
    expect_text(&object, replaced);
    assert!(matches!(object.call("Пинг", [30]).unwrap(), native_api::Value::Number(_)));
    assert_eq!(object.get("Подключено").unwrap(), true.into());
}
