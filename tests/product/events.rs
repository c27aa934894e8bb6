//! Each text of the contract's table, byte for byte, by what brings it about.

use crate::common::{
    CLOSE_DROP, CLOSE_NORMAL, FAIL, MESSAGE, OPEN, PATIENCE, ROM, connect, counting, echo, expect, faulty,
    next, rom, rom_on, wait_until,
};
use native_api::Value;
use native_api_host::Host;

#[test]
fn a_connection_that_1c_closes_ends_normally() {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    assert_eq!(object.get("Подключено").unwrap(), true.into());
    assert_eq!(object.call("Отправить", ["раз"]).unwrap(), true.into());
    expect(&object, (MESSAGE, "раз"));
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    expect(&object, CLOSE_NORMAL);
    assert_eq!(object.get("Подключено").unwrap(), false.into());
    assert!(server.wait_for(PATIENCE, |journal| journal.closes().eq([(Some(1000), "")])));
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
}

#[test]
fn what_was_accepted_is_written_before_the_close() {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    for number in 0..1000 {
        assert_eq!(object.call("Отправить", [number.to_string()]).unwrap(), true.into());
    }
    object.call("Отключиться", ()).unwrap();
    assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
    let journal = server.journal();
    assert!(journal.texts().eq((0..1000).map(|number| number.to_string())));
}

#[test]
fn every_other_end_of_a_connection_is_a_drop() {
    for fault in [
        "close=1000,bye",
        "close=1011,out of order",
        "close",
        "close=3000",
        "reset",
        "cut-frame",
        "bad-utf8",
        "masked-frame",
        "reserved-opcode",
    ] {
        let (server, object) = (faulty(fault), rom());
        connect(&object, &server.url());
        expect(&object, CLOSE_DROP);
        assert_eq!(object.get("Подключено").unwrap(), false.into(), "{fault}");
        assert_eq!(object.call("Отправить", ["x"]).unwrap(), false.into(), "{fault}");
        assert_eq!(object.call("Отключиться", ()).unwrap(), true.into(), "{fault}");
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "{fault}");
        object.done();
        assert!(object.next_event(std::time::Duration::ZERO).is_none(), "{fault}: one end, one event");
    }
}

#[test]
fn a_refused_handshake_is_a_failure_and_the_socket_is_closed_at_once() {
    for fault in ["refuse=400", "refuse=401", "refuse=403", "refuse=404", "refuse=503", "hang-up"] {
        let (server, object) = (faulty(fault), rom());
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into(), "{fault}");
        expect(&object, FAIL);
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "{fault}");
    }
}

#[test]
fn nobody_listens_or_nothing_is_there_to_listen() {
    let free = echo_server::Reservation::new().unwrap();
    let object = rom();
    assert_eq!(object.call("Подключиться", [format!("ws://{}/", free.address())]).unwrap(), true.into());
    expect(&object, FAIL);
    assert_eq!(object.call("Подключиться", ["ws://no-such-host.invalid/"]).unwrap(), true.into());
    expect(&object, FAIL);
}

#[test]
fn a_malformed_address_is_false_and_a_failure() {
    let object = rom();
    for timeout in [0, 5] {
        object.set("Таймаут", timeout).unwrap();
        for uri in ["", "host", "http://host/", "ws://host:99999/", "ws://", "ws://host/#part"] {
            assert_eq!(object.call("Подключиться", [uri]).unwrap(), false.into(), "{uri}");
            expect(&object, FAIL);
        }
    }
    assert!(object.errors().is_empty(), "no exception");
}

#[test]
fn a_second_connect_closes_the_first_connection() {
    let (first, second, object) = (echo(), echo(), rom());
    connect(&object, &first.url());
    assert_eq!(object.call("Подключиться", [second.url()]).unwrap(), true.into());
    expect(&object, CLOSE_NORMAL);
    expect(&object, OPEN);
    assert!(first.wait_for(PATIENCE, |journal| journal.connections() == 0));
    assert_eq!(object.call("Отправить", ["второму"]).unwrap(), true.into());
    expect(&object, (MESSAGE, "второму"));
    assert!(second.journal().texts().eq(["второму"]));
}

#[test]
fn disconnect_gives_an_attempt_up() {
    for fault in ["never-accept", "accept-late=3600"] {
        let (server, object) = (faulty(fault), rom());
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 1));
        assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
        expect(&object, FAIL);
        assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0), "{fault}");
    }
}

#[test]
fn disconnect_without_a_connection_is_true_and_no_event() {
    let object = rom();
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    object.set("Таймаут", 5).unwrap();
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    object.done();
    assert_eq!(object.event_counts().attempts, 0);
}

#[test]
fn functions_can_be_called_as_procedures() {
    let (server, object) = (echo(), rom());
    object.call_as_statement("Подключиться", [server.url()]).unwrap();
    expect(&object, OPEN);
    object.call_as_statement("Отправить", ["как процедура"]).unwrap();
    expect(&object, (MESSAGE, "как процедура"));
    object.call_as_statement("Отключиться", ()).unwrap();
    expect(&object, CLOSE_NORMAL);
}

#[test]
fn user_info_becomes_authorization() {
    let (server, object) = (echo(), rom());
    let url = server.url_with("/ari/events?app=crm").replace("ws://", "ws://onec:s3cret@");
    connect(&object, &url);
    let journal = server.journal();
    let request = journal.requests().next().unwrap();
    assert_eq!(request.header("Authorization"), Some("Basic b25lYzpzM2NyZXQ="));
    assert_eq!(request.target, "/ari/events?app=crm");
    assert_eq!(request.header("Host"), Some(server.address().to_string().as_str()));
    assert_eq!(request.header("Sec-WebSocket-Protocol"), None, "Asterisk refuses protocols it does not know");
}

#[test]
fn listening_can_be_switched_off_and_on() {
    let (server, object) = (echo(), rom());
    object.set("РежимПрослушивания", false).unwrap();
    object.set("Таймаут", 30).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    assert_eq!(object.call("Отправить", ["никому"]).unwrap(), true.into());
    assert!(server.wait_for(PATIENCE, |journal| journal.totals().sent == 1));
    // The echo of the ping that follows shows that the message before it was read, and dropped.
    server.ping_all(b"read");
    assert!(server.wait_for(PATIENCE, |journal| journal.pongs().count() == 1));
    assert_eq!(object.event_counts().attempts, 0);
    object.set("РежимПрослушивания", true).unwrap();
    object.call("Отправить", ["форме"]).unwrap();
    expect(&object, (MESSAGE, "форме"));
}

#[test]
fn a_ping_is_answered_with_its_payload_and_nothing_is_sent_unasked() {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    let payload = [7; 125];
    assert_eq!(server.ping_all(&payload), 1);
    assert!(server.wait_for(PATIENCE, |journal| journal.pongs().eq([payload.as_slice()])));
    assert_eq!(server.journal().totals().pings, 0);
}

#[test]
fn binary_messages_are_not_for_this_class() {
    let (server, object) = (echo(), rom());
    connect(&object, &server.url());
    assert_eq!(server.broadcast_binary(&[1, 2, 3]), 1);
    assert_eq!(server.broadcast("текст"), 1);
    expect(&object, (MESSAGE, "текст"));
}

#[test]
fn on_a_server_there_are_no_events_and_nothing_is_tried() {
    let (server, object) = (counting(1000), rom_on(Host::server()));
    object.set("Таймаут", 30).unwrap();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    assert!(server.wait_for(PATIENCE, |journal| journal.totals().sent == 1000));
    assert_eq!(object.call("Отправить", ["заказ"]).unwrap(), true.into());
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    assert!(server.wait_for(PATIENCE, |journal| journal.texts().eq(["заказ"])));
    object.done();
    assert_eq!(object.event_counts().attempts, 0);
}

#[test]
fn a_platform_that_tells_nothing_about_itself_gets_events() {
    for host in [Host::default().without_platform_info(), Host::before_8_3_21()] {
        let (server, object) = (counting(1), rom_on(host));
        connect(&object, &server.url());
        expect(&object, (MESSAGE, "1"));
    }
}

#[test]
fn events_come_from_one_thread_that_is_none_of_1c() {
    let (server, first, second) = (counting(50), rom(), rom());
    connect(&first, &server.url());
    connect(&second, &server.url());
    let threads = [&first, &second].map(|object| (0..50).map(|_| next(object).thread).collect::<Vec<_>>());
    let all = threads.concat();
    assert!(all.iter().all(|thread| *thread == all[0] && *thread != std::thread::current().id()));
}

#[test]
fn the_source_is_the_class_and_the_object_can_be_asked_inside_an_event() {
    let (server, object) = (echo(), rom());
    object.during_event(|object, event| {
        assert_eq!(object.get("Подключено").unwrap(), Value::Bool(true));
        if event.data == "один" {
            assert_eq!(object.call("Отправить", ["два"]).unwrap(), Value::Bool(true));
        }
    });
    connect(&object, &server.url());
    object.call("Отправить", ["один"]).unwrap();
    expect(&object, (MESSAGE, "один"));
    let answer = next(&object);
    assert_eq!((answer.source.as_str(), answer.data.as_str()), (ROM, "два"));
    wait_until("the server saw both", || server.journal().texts().count() == 2);
}
