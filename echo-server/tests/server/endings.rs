//! How real servers end a connection, other than by the book.

use std::io::Read;

use echo_server::{End, Event};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::frame::{
        Frame,
        coding::{Control, OpCode},
    },
};

use crate::client::{
    assert_silent, await_journal, connect, raw, read_frame, read_text, send_masked, start_with_fault,
};

fn close(code: u16) -> (bool, OpCode, Vec<u8>) {
    (true, OpCode::Control(Control::Close), code.to_be_bytes().to_vec())
}

#[test]
fn the_stream_may_end_without_a_close() {
    let server = start_with_fault("eof", 1);
    let mut client = connect(&server);
    client.send("last".into()).unwrap();
    assert_eq!(read_text(&mut client), "last");
    assert_eq!(client.get_mut().read(&mut [0]).unwrap(), 0);
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::ServerHungUp]));
    assert_eq!(server.journal().totals().closes, 0);
}

#[test]
fn the_stream_may_end_right_behind_the_close() {
    let server = start_with_fault("close-and-end=1000", 0);
    let mut client = raw(&server);
    assert_eq!(read_frame(&mut client), close(1000));
    assert_eq!(client.get_mut().read(&mut [0]).unwrap(), 0);
    // The other direction is open still.
    send_masked(&mut client, Frame::close(None));
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::ServerHungUp]));
    assert_eq!(server.journal().closes().collect::<Vec<_>>(), [(None, "")]);
}

#[test]
fn the_end_of_the_stream_may_be_left_to_the_client() {
    let server = start_with_fault("close-and-stay=1003,what was that", 0);
    let mut client = raw(&server);
    let (_, _, payload) = read_frame(&mut client);
    assert_eq!(payload, b"\x03\xEBwhat was that");
    send_masked(&mut client, Frame::close(None));
    await_journal(&server, |journal| journal.totals().closes == 1);
    assert_silent(client.get_mut());
    assert_eq!(server.journal().open(), 1);
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::Eof]));
}

/// 65,535 bytes with a header of 8, as Asterisk has it.
#[test]
fn a_frame_above_the_limit_is_closed_with_1009_and_the_end() {
    let server = start_with_fault("frame-limit=65535", 0);
    let mut client = connect(&server);
    let largest = "x".repeat(65_527);
    client.send(largest.clone().into()).unwrap();
    assert_eq!(read_text(&mut client), largest);
    client.send((largest + "x").into()).unwrap();
    match client.read().unwrap() {
        Message::Close(Some(frame)) => assert_eq!(u16::from(frame.code), 1009),
        other => panic!("a close was expected, not {other:?}"),
    }
    assert!(matches!(client.read(), Err(Error::ConnectionClosed)));
    drop(client);
    await_journal(&server, |journal| matches!(journal.ends().next(), Some(End::Violation(_))));
}

#[test]
fn fragments_are_joined_only_up_to_the_limit() {
    use tokio_tungstenite::tungstenite::protocol::frame::coding::Data;
    let server = start_with_fault("frame-limit=65535", 0);
    let mut client = raw(&server);
    send_masked(&mut client, Frame::message(vec![b'x'; 40_000], OpCode::Data(Data::Text), false));
    send_masked(&mut client, Frame::message(vec![b'x'; 40_000], OpCode::Data(Data::Continue), true));
    assert_eq!(read_frame(&mut client), close(1009));
}

/// The client closes in the middle of what it does not want, and goes.
#[test]
fn what_the_client_says_before_it_goes_is_heard() {
    for fault in ["big-message=67108864", "byte-fragments"] {
        let server = start_with_fault(fault, 0);
        let mut client = raw(&server);
        send_masked(&mut client, Frame::close(None));
        drop(client);
        await_journal(&server, |journal| journal.totals().ended == 1);
        let journal = server.journal();
        let closed = Event::Close { code: None, reason: String::new() };
        assert!(journal.of(1).any(|event| *event == closed), "{fault}:\n{journal}");
    }
}
