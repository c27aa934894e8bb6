//! What the server says reaches 1C unchanged, in order, and completely.

use std::time::Duration;

use echo_server::{Behaviour, Options};
use native_api_host::Host;

use crate::common::{
    CLOSE_DROP, MESSAGE, PATIENCE, connect, counting, echo, expect, faulty, in_child, next, rom, rom_on,
    server, wait_until,
};

#[test]
fn texts_of_every_kind_come_back_unchanged() {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    for text in [
        "",
        "латиница и кириллица: Ёлка — №1",
        "😀👨‍👩‍👧 за пределами BMP",
        "\u{FEFF}с меткой порядка байтов",
        "таб\tи\r\nперевод строки",
        "{\"json\":\"экранированное \\u0444\"}",
        &"я".repeat(200_000),
    ] {
        assert_eq!(object.call("Отправить", [text]).unwrap(), true.into());
        expect(&object, (MESSAGE, text));
    }
}

#[test]
fn a_nul_cannot_cross_an_event_and_is_replaced() {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    object.call("Отправить", ["до\0после"]).unwrap();
    expect(&object, (MESSAGE, "до\u{FFFD}после"));
    assert!(server.journal().texts().eq(["до\0после"]), "the server gets it as it is");
}

#[test]
fn sixteen_megabytes_there_and_back() {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    let text = "0123456789абвгдё".repeat((16 << 20) / 24);
    assert_eq!(object.call("Отправить", [text.as_str()]).unwrap(), true.into());
    let event = next(&object);
    assert!(event.event == MESSAGE && event.data == text, "{} characters came", event.data.chars().count());
}

#[test]
fn a_message_beyond_the_limit_ends_the_connection_with_1009() {
    let (server, object) = (faulty(&format!("big-message={}", (64 << 20) + 1)), rom());
    connect(&object, &server.url());
    expect(&object, CLOSE_DROP);
    assert!(server.wait_for(PATIENCE, |journal| journal.closes().any(|(code, _)| code == Some(1009))));
}

#[test]
fn however_the_server_cuts_its_frames() {
    for fault in ["one-byte", "fragmented=2", "fragmented=7,ping"] {
        let options = Options {
            behaviour: Behaviour::Greeting(20),
            fault: fault.parse().unwrap(),
            ..Options::default()
        };
        let (server, object) = (server(options), rom());
        connect(&object, &server.url());
        for number in 1..=20 {
            expect(&object, (MESSAGE, &number.to_string()));
        }
        drop(server);
    }
}

#[test]
fn ten_thousand_messages_through_a_buffer_of_one() {
    let (server, object) = (counting(10_000), rom_on(Host::default().event_depth_limit(1)));
    connect(&object, &server.url());
    assert_eq!(object.event_buffer_depth(), 1);
    for number in 1..=10_000 {
        expect(&object, (MESSAGE, &number.to_string()));
    }
    let counts = object.event_counts();
    assert_eq!((counts.accepted, counts.lost), (10_001, 0));
}

#[test]
fn a_refused_event_is_offered_again_and_nothing_overtakes_it() {
    let (server, object) = (counting(100), rom());
    connect(&object, &server.url());
    object.faults().refuse_events(true);
    let before = object.event_counts().attempts;
    assert!(object.wait_for_event_attempts(before + 5, PATIENCE));
    object.faults().refuse_events(false);
    for number in 1..=100 {
        expect(&object, (MESSAGE, &number.to_string()));
    }
}

#[test]
fn an_object_whose_platform_refuses_does_not_hold_up_another() {
    let (server, deaf, other) = (counting(100), rom(), rom());
    deaf.faults().refuse_events(true);
    deaf.call("Подключиться", [server.url()]).unwrap();
    assert!(deaf.wait_for_event_attempts(2, PATIENCE));
    connect(&other, &server.url());
    for number in 1..=100 {
        expect(&other, (MESSAGE, &number.to_string()));
    }
    assert_eq!(deaf.event_counts().accepted, 0);
}

#[test]
fn a_hanging_platform_holds_up_events_and_nothing_else() {
    in_child("messages::a_hanging_platform_holds_up_events_and_nothing_else", &[], || {
        let (server, hanging, other) = (echo(), rom(), rom());
        let gate = hanging.faults().hang_events();
        hanging.call("Подключиться", [server.url()]).unwrap();
        assert!(gate.wait_for_caller(PATIENCE));
        other.set("Таймаут", 30).unwrap();
        assert_eq!(other.call("Подключиться", [server.url()]).unwrap(), true.into());
        assert_eq!(other.call("Отправить", ["заказ"]).unwrap(), true.into());
        assert!(server.wait_for(PATIENCE, |journal| journal.totals().sent == 1));
        assert_eq!(hanging.get("Подключено").unwrap(), true.into());
        assert!(other.next_event(Duration::ZERO).is_none(), "events of all objects wait for the platform");
        gate.open();
        expect(&other, crate::common::OPEN);
        expect(&other, (MESSAGE, "заказ"));
        assert_eq!(other.call("Отключиться", ()).unwrap(), true.into());
    });
}

#[test]
fn a_full_inbox_stops_the_reading_and_loses_nothing() {
    const COUNT: u64 = 150_000;
    let (server, object) = (counting(COUNT), rom());
    object.faults().refuse_events(true);
    object.call("Подключиться", [server.url()]).unwrap();
    // The inbox holds 100,000 messages; the kernel's buffers hold some more, and then the server waits.
    assert!(server.wait_for(PATIENCE, |journal| journal.totals().sent > 100_000));
    object.faults().refuse_events(false);
    expect(&object, crate::common::OPEN);
    for number in 1..=COUNT {
        expect(&object, (MESSAGE, &number.to_string()));
    }
    wait_until("the connection is still there", || object.get("Подключено").unwrap() == true.into());
}
