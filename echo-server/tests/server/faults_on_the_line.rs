//! What goes wrong on an open connection.

use std::io::{ErrorKind, Read, Write};

use echo_server::End;
use tokio_tungstenite::tungstenite::{
    Error, Message,
    error::ProtocolError,
    protocol::{
        CloseFrame,
        frame::{
            Frame,
            coding::{CloseCode, Control, Data, OpCode},
        },
    },
};

use crate::client::{
    assert_silent, await_journal, connect, raw, read_frame, read_text, send_masked, start_with_fault,
};

const HALF: &[u8] = b"\x81\x27the other half of th";

#[test]
fn a_close_comes_with_its_code_and_reason() {
    let server = start_with_fault("close=1011,out of order, sorry", 0);
    let mut client = connect(&server);
    let expected = CloseFrame { code: CloseCode::Error, reason: "out of order, sorry".into() };
    assert_eq!(client.read().unwrap(), Message::Close(Some(expected)));
    assert!(matches!(client.read(), Err(Error::ConnectionClosed)));
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::Clean]));
    assert_eq!(server.journal().closes().next(), Some((Some(1011), "out of order, sorry")));
}

#[test]
fn a_close_may_have_no_code_or_an_illegal_one() {
    for (fault, payload) in
        [("close", &[][..]), ("close=1005", &1005_u16.to_be_bytes()), ("close=0", &[0, 0])]
    {
        let server = start_with_fault(fault, 0);
        let expected = (true, OpCode::Control(Control::Close), payload.to_vec());
        assert_eq!(read_frame(&mut raw(&server)), expected, "{fault}");
    }
}

#[test]
fn a_fault_waits_for_its_message() {
    let server = start_with_fault("close=4001", 2);
    let mut client = connect(&server);
    for text in ["one", "two"] {
        client.send(text.into()).unwrap();
        assert_eq!(read_text(&mut client), text);
    }
    assert!(matches!(client.read().unwrap(), Message::Close(Some(frame)) if u16::from(frame.code) == 4001));
}

#[test]
fn a_reset_is_a_reset() {
    let server = start_with_fault("reset", 1);
    let mut client = connect(&server);
    client.send("first".into()).unwrap();
    assert_eq!(read_text(&mut client), "first");
    match client.read() {
        Err(Error::Io(error)) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        other => panic!("a reset was expected, not {other:?}"),
    }
    await_journal(&server, |journal| journal.ends().eq([&End::ServerReset]));
}

#[test]
fn after_half_a_frame_there_is_silence_and_the_server_listens() {
    let server = start_with_fault("half-frame", 0);
    let mut client = raw(&server);
    let mut bytes = [0; HALF.len()];
    client.get_mut().read_exact(&mut bytes).unwrap();
    assert_eq!(bytes, HALF);
    send_masked(&mut client, Frame::ping("anybody?"));
    send_masked(&mut client, Frame::close(None));
    await_journal(&server, |journal| journal.totals().pings == 1 && journal.totals().closes == 1);
    assert_silent(client.get_mut());
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::Eof]));
}

#[test]
fn a_frame_that_is_cut_off_ends_the_stream() {
    let server = start_with_fault("cut-frame", 0);
    let mut client = raw(&server);
    let mut bytes = Vec::new();
    client.get_mut().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, HALF);
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::ServerHungUp]));
}

#[test]
fn a_text_that_is_not_utf8_is_rejected() {
    let server = start_with_fault("bad-utf8", 0);
    assert!(matches!(connect(&server).read(), Err(Error::Utf8(_))));
}

#[test]
fn a_masked_frame_is_rejected() {
    let server = start_with_fault("masked-frame", 0);
    let error = connect(&server).read().unwrap_err();
    assert!(matches!(error, Error::Protocol(ProtocolError::MaskedFrameFromServer)), "{error}");
}

#[test]
fn a_reserved_opcode_is_rejected() {
    let server = start_with_fault("reserved-opcode", 0);
    let error = connect(&server).read().unwrap_err();
    assert!(matches!(error, Error::Protocol(ProtocolError::InvalidOpcode(3))), "{error}");
}

#[test]
fn a_reserved_bit_is_rejected() {
    for fault in ["reserved-bit=1", "reserved-bit=2", "reserved-bit=3", "bad-deflate"] {
        let error = connect(&start_with_fault(fault, 0)).read().unwrap_err();
        assert!(matches!(error, Error::Protocol(ProtocolError::NonZeroReservedBits)), "{fault}: {error}");
    }
}

#[test]
fn a_big_message_comes_whole_and_the_echo_goes_on() {
    let server = start_with_fault("big-message", 0);
    let mut client = connect(&server);
    let text = read_text(&mut client);
    assert_eq!(text.len(), 16 << 20);
    assert!(text.bytes().zip(b"0123456789".iter().cycle()).all(|(given, expected)| given == *expected));
    client.send("small".into()).unwrap();
    assert_eq!(read_text(&mut client), "small");
}

#[test]
fn a_server_that_stops_reading_still_writes() {
    let server = start_with_fault("stop-reading", 1);
    let mut client = connect(&server);
    client.send("read".into()).unwrap();
    assert_eq!(read_text(&mut client), "read");
    client.get_mut().set_write_timeout(Some(std::time::Duration::from_millis(100))).unwrap();
    // No socket buffers hold as much.
    match client.get_mut().write_all(&vec![0; 256 << 20]) {
        Err(error) => assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}"),
        Ok(()) => panic!("somebody has read it"),
    }
    assert_eq!(server.journal().texts().collect::<Vec<_>>(), ["read"]);
    assert_eq!(server.broadcast("written"), 1);
    assert_eq!(read_text(&mut client), "written");
}

#[test]
fn a_ping_may_be_ignored() {
    let server = start_with_fault("ignore-ping", 0);
    let mut client = connect(&server);
    client.send(Message::Ping("hello?".into())).unwrap();
    client.send("the pong would have come first".into()).unwrap();
    assert_eq!(read_text(&mut client), "the pong would have come first");
    assert_eq!(server.journal().pings().collect::<Vec<_>>(), [b"hello?"]);
}

#[test]
fn a_close_may_be_ignored() {
    let server = start_with_fault("ignore-close", 0);
    let mut client = connect(&server);
    client.close(None).unwrap();
    client.flush().unwrap();
    await_journal(&server, |journal| journal.closes().eq([(None, "")]));
    assert_silent(client.get_mut());
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::Eof]));
}

#[test]
fn a_message_may_come_in_fragments_with_pings_between() {
    let server = start_with_fault("fragmented=3,ping", 0);
    let mut client = raw(&server);
    send_masked(&mut client, Frame::message("Привет", OpCode::Data(Data::Text), true));
    let ping = || (true, OpCode::Control(Control::Ping), b"between".to_vec());
    // Twelve bytes of six letters: no letter is cut here, yet fragments of four are not the client's frame.
    let expected = [
        (false, OpCode::Data(Data::Text), "Пр".as_bytes().to_vec()),
        ping(),
        (false, OpCode::Data(Data::Continue), "ив".as_bytes().to_vec()),
        ping(),
        (true, OpCode::Data(Data::Continue), "ет".as_bytes().to_vec()),
    ];
    for frame in expected {
        assert_eq!(read_frame(&mut client), frame);
    }
}

#[test]
fn fragments_may_cut_a_letter_and_make_one_message() {
    let server = start_with_fault("fragmented=5,ping", 0);
    let mut client = connect(&server);
    client.send("Ж🙂".into()).unwrap();
    let mut pings = 0;
    let text = loop {
        match client.read().unwrap() {
            Message::Ping(_) => pings += 1,
            other => break other,
        }
    };
    assert_eq!((text, pings), (Message::text("Ж🙂"), 4));
    client.flush().unwrap();
    await_journal(&server, |journal| journal.pongs().any(|payload| payload == b"between"));
}
