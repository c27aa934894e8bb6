//! `Таймаут` both ways: the outcome as a value within the time, or as an event.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use native_api::Value;
use native_api_host::Object;

use crate::common::{CLOSE_NORMAL, FAIL, OPEN, PATIENCE, connect, echo, expect, faulty, rom};

/// An object that waits for outcomes.
fn waiting(seconds: impl Into<Value>) -> Object {
    let object = rom();
    object.set("Таймаут", seconds).unwrap();
    object
}

#[test]
fn the_outcome_is_a_value_and_an_event_too() {
    let (server, object) = (echo(), waiting(60));
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    assert_eq!(object.get("Подключено").unwrap(), true.into());
    assert_eq!(object.call("Отправить", ["записано"]).unwrap(), true.into());
    assert!(server.wait_for(PATIENCE, |journal| journal.texts().eq(["записано"])));
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    assert_eq!(object.get("Подключено").unwrap(), false.into());
    expect(&object, OPEN);
    assert_eq!(object.next_event(PATIENCE).unwrap().data, "записано");
    expect(&object, CLOSE_NORMAL);
}

#[test]
fn a_server_that_accepts_late_but_in_time() {
    let (server, object) = (faulty("accept-late=0.3"), waiting(60));
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    expect(&object, OPEN);
}

#[test]
fn an_attempt_that_timed_out_is_given_up_and_never_opens_late() {
    for fault in ["never-accept", "accept-late=30"] {
        let (server, object) = (faulty(fault), waiting(0.5));
        let start = Instant::now();
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), false.into(), "{fault}");
        assert!(start.elapsed() >= Duration::from_millis(500), "{fault}");
        expect(&object, FAIL);
        assert_eq!(object.get("Подключено").unwrap(), false.into());
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "{fault}: the socket ends");
        object.done();
        assert!(object.next_event(Duration::ZERO).is_none(), "{fault}: nothing follows");
    }
}

#[test]
fn a_tcp_port_that_answers_nothing() {
    // The kernel completes connections to a listener that nobody accepts from.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let object = waiting(0.3);
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    assert_eq!(object.call("Подключиться", [url]).unwrap(), false.into());
    expect(&object, FAIL);
}

#[test]
fn refused_at_once() {
    let object = waiting(3600);
    for fault in ["refuse=401", "refuse=503", "hang-up"] {
        let server = faulty(fault);
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), false.into(), "{fault}");
        expect(&object, FAIL);
    }
    let free = echo_server::Reservation::new().unwrap();
    assert_eq!(object.call("Подключиться", [format!("ws://{}/", free.address())]).unwrap(), false.into());
    expect(&object, FAIL);
}

#[test]
fn a_close_that_the_peer_does_not_answer_ends_in_time() {
    let (server, object) = (faulty("ignore-close"), waiting(60));
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    expect(&object, OPEN);
    object.set("Таймаут", 0.5).unwrap();
    assert_eq!(object.call("Отключиться", ()).unwrap(), false.into(), "the peer has not agreed");
    expect(&object, CLOSE_NORMAL);
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
}

#[test]
fn without_a_time_out_a_close_ends_after_five_seconds_at_the_latest() {
    let (server, object) = (faulty("ignore-close"), rom());
    connect(&object, &server.url());
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    assert_eq!(object.get("Подключено").unwrap(), false.into());
    expect(&object, CLOSE_NORMAL);
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
}

#[test]
fn sending_without_a_connection_is_false_and_nothing_is_kept() {
    let (server, object) = (echo(), rom());
    assert_eq!(object.call("Отправить", ["рано"]).unwrap(), false.into());
    connect(&object, &server.url());
    assert_eq!(object.call("Отправить", ["вовремя"]).unwrap(), true.into());
    assert!(server.wait_for(PATIENCE, |journal| journal.texts().eq(["вовремя"])));
    object.call("Отключиться", ()).unwrap();
    assert_eq!(object.call("Отправить", ["поздно"]).unwrap(), false.into());
}

#[test]
fn a_message_that_cannot_be_written_in_time_is_false() {
    let (server, object) = (faulty("stop-reading"), waiting(60));
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    object.set("Таймаут", 0.5).unwrap();
    // More than the kernel's buffers of both sides take.
    let text = "x".repeat(16 << 20);
    assert_eq!(object.call("Отправить", [text]).unwrap(), false.into());
    assert_eq!(object.get("Подключено").unwrap(), true.into());
}

#[test]
fn the_outgoing_queue_is_bounded() {
    let (server, object) = (faulty("stop-reading"), rom());
    connect(&object, &server.url());
    let text = "x".repeat(8 << 20);
    let send = |_: &usize| {
        // A server that is silent for long is given up, and a slow machine needs long for so much text.
        server.ping_all(b"");
        object.call("Отправить", [text.as_str()]).unwrap() == true.into()
    };
    let accepted = (0..100).take_while(send).count();
    assert!((8..100).contains(&accepted), "{accepted} times 8 MiB were accepted");
}
