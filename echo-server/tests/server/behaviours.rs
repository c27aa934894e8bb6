//! Echo, greeting and replay, without faults.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use echo_server::{AfterReplay, Behaviour, End, Event, Pace, Replay};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::{
        CloseFrame,
        frame::{
            Frame,
            coding::{CloseCode, Data, OpCode},
        },
    },
};

use crate::client::{await_journal, connect, connect_to, raw, read_frame, read_text, start, tcp};

const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/ari-queue20.tsv");

#[test]
fn messages_come_back_as_they_went() {
    let server = start(Behaviour::Echo);
    let mut client = connect(&server);
    let large = "Ж🙂a\u{0}".repeat(2 << 20);
    for message in [
        Message::text(""),
        Message::text("Привет, 🙂"),
        Message::binary(vec![0, 255, 128]),
        Message::text(large),
        Message::binary(vec![7; 16 << 20]),
    ] {
        client.send(message.clone()).unwrap();
        assert!(client.read().unwrap() == message);
    }
    let totals = server.journal().totals();
    assert_eq!((totals.texts, totals.binaries), (3, 2));
    await_journal(&server, |journal| journal.totals().sent == 5);
}

#[test]
fn a_ping_is_answered_and_written_down() {
    let server = start(Behaviour::Echo);
    let mut client = connect(&server);
    client.send(Message::Ping("are you there?".into())).unwrap();
    assert_eq!(client.read().unwrap(), Message::Pong("are you there?".into()));
    assert_eq!(server.journal().pings().collect::<Vec<_>>(), [b"are you there?"]);
}

#[test]
fn a_close_is_answered_with_its_code() {
    let server = start(Behaviour::Echo);
    let mut client = connect(&server);
    client.close(Some(CloseFrame { code: CloseCode::Library(4000), reason: "enough".into() })).unwrap();
    match client.read().unwrap() {
        Message::Close(Some(frame)) => assert_eq!(frame.code, CloseCode::Library(4000)),
        other => panic!("a close was expected, not {other:?}"),
    }
    assert!(matches!(client.read(), Err(Error::ConnectionClosed)));
    drop(client);
    await_journal(&server, |journal| journal.totals().ended == 1);
    let journal = server.journal();
    assert_eq!(journal.closes().collect::<Vec<_>>(), [(Some(4000), "enough")]);
    assert_eq!(journal.ends().collect::<Vec<_>>(), [&End::Clean]);
}

#[test]
fn the_request_is_written_down() {
    let server = start(Behaviour::Echo);
    let _client = connect_to(&server.url_with("/events?app=x&y"), tcp(&server));
    let journal = server.journal();
    let request = journal.requests().next().unwrap();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/events?app=x&y"));
    assert_eq!(request.header("Sec-WebSocket-Version"), Some("13"));
    assert_eq!((journal.open(), journal.connections()), (1, 1));
}

#[test]
fn a_client_that_goes_without_a_close_is_seen_to_go() {
    let server = start(Behaviour::Echo);
    let mut client = connect(&server);
    client.send("last words".into()).unwrap();
    assert_eq!(read_text(&mut client), "last words");
    drop(client);
    await_journal(&server, |journal| journal.totals().ended == 1);
    let journal = server.journal();
    let ended = Event::Ended { how: End::Eof, received: 1, sent: 1 };
    assert_eq!(journal.of(1).last(), Some(&ended));
    assert_eq!((journal.open(), journal.connections()), (0, 0));
}

#[test]
fn a_client_that_does_not_mask_is_closed_with_1002() {
    let server = start(Behaviour::Echo);
    let mut client = raw(&server);
    client.send(Frame::message("unmasked", OpCode::Data(Data::Text), true)).unwrap();
    let (_, _, payload) = read_frame(&mut client);
    assert_eq!(payload, 1002_u16.to_be_bytes());
    drop(client);
    await_journal(&server, |journal| journal.totals().ended == 1);
    assert!(matches!(server.journal().ends().next(), Some(End::Violation(_))), "{}", server.journal());
}

#[test]
fn a_greeting_comes_whole_and_in_order() {
    let server = start(Behaviour::Greeting(10_000));
    let mut client = connect(&server);
    for number in 1..=10_000 {
        assert_eq!(read_text(&mut client), number.to_string());
    }
    client.send("and now me".into()).unwrap();
    assert_eq!(read_text(&mut client), "and now me");
}

#[test]
fn a_server_that_cannot_write_goes_on_reading() {
    let server = start(Behaviour::Greeting(u64::MAX));
    let mut client = connect(&server);
    for number in 0..10 {
        client.send(format!("unread {number}").into()).unwrap();
    }
    await_journal(&server, |journal| journal.totals().texts == 10);
}

#[test]
fn a_recording_is_replayed_unchanged_and_then_closed() {
    let recorded = std::fs::read_to_string(RECORDING).unwrap();
    let replay = Replay::open(RECORDING, Pace::Maximum).unwrap().then(AfterReplay::Close);
    assert_eq!(replay.frames(), recorded.lines().count());
    let server = start(Behaviour::Replay(replay));
    let mut client = connect(&server);
    for line in recorded.lines() {
        assert_eq!(read_text(&mut client), line.split_once('\t').unwrap().1);
    }
    match client.read().unwrap() {
        Message::Close(Some(frame)) => assert_eq!(frame.code, CloseCode::Normal),
        other => panic!("a close was expected, not {other:?}"),
    }
    assert!(matches!(client.read(), Err(Error::ConnectionClosed)));
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::Clean]));
}

#[test]
fn while_a_replay_waits_the_server_answers() {
    let replay = Replay::parse("0.5\tnow\n3600.5\tin an hour\n", Pace::Recorded).unwrap();
    let server = start(Behaviour::Replay(replay));
    let mut client = connect(&server);
    assert_eq!(read_text(&mut client), "now");
    client.send("meanwhile".into()).unwrap();
    assert_eq!(read_text(&mut client), "meanwhile");
    client.send(Message::Ping("ping".into())).unwrap();
    assert_eq!(client.read().unwrap(), Message::Pong("ping".into()));
}

#[test]
fn a_rate_is_not_exceeded() {
    let pace = Pace::PerSecond(NonZeroU32::new(20).unwrap());
    let server = start(Behaviour::Replay(Replay::parse("a\nb\nc\nd\ne\n", pace).unwrap()));
    let started = Instant::now();
    let mut client = connect(&server);
    let texts: Vec<_> = (0..5).map(|_| read_text(&mut client)).collect();
    assert_eq!(texts, ["a", "b", "c", "d", "e"]);
    assert!(started.elapsed() >= Duration::from_millis(200), "{:?}", started.elapsed());
}
