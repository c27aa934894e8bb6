//! What a sender writes, judged by another implementation's server.

use tungstenite::protocol::{CloseFrame, Role, frame::coding::CloseCode as TheirCode};
use tungstenite::{Message, WebSocket};
use wire::{CloseCode, DeflateParameters, SendError, Sender, SystemRandom};

use crate::generator::Stream;
use crate::peer::{CLOSE, PING, TEXT, predictable, sent};

#[test]
fn another_server_reads_what_is_sent() {
    let mut sender = Sender::new(None, SystemRandom::new().unwrap());
    let mut out = Vec::new();
    let mut expected = Vec::new();
    for length in [0, 1, 7, 125, 126, 65_535, 65_536, 200_000] {
        let payload = vec![b'x'; length];
        let text = String::from_utf8(payload.clone()).unwrap();
        sender.text(&text, &mut out).unwrap();
        sender.binary(&payload, &mut out).unwrap();
        expected.extend([Message::text(text), Message::binary(payload)]);
    }
    sender.ping(b"ping", &mut out).unwrap();
    sender.pong(b"pong", &mut out).unwrap();
    sender.close(CloseCode::new(4000), "пока", &mut out).unwrap();
    let close = CloseFrame { code: TheirCode::from(4000), reason: "пока".into() };
    expected.extend([
        Message::Ping(b"ping"[..].into()),
        Message::Pong(b"pong"[..].into()),
        Message::Close(Some(close)),
    ]);

    let mut server = WebSocket::from_raw_socket(Stream::new(out, 1000), Role::Server, None);
    for message in expected {
        assert_eq!(server.read().unwrap(), message);
    }
}

#[test]
fn every_frame_has_its_own_mask() {
    let mut sender = Sender::new(None, SystemRandom::new().unwrap());
    let mut out = Vec::new();
    for _ in 0..1000 {
        sender.binary(&[], &mut out).unwrap();
    }
    let mut masks = out.chunks(6).map(|frame| &frame[2..]).collect::<Vec<_>>();
    masks.sort_unstable();
    masks.dedup();
    assert!(masks.len() > 990, "{} of 1000 masks differ", masks.len());
}

#[test]
fn nothing_follows_a_close() {
    let mut sender = Sender::new(None, predictable);
    let mut out = Vec::new();
    assert!(!sender.is_closed());
    sender.close(None, "not sent without a code", &mut out).unwrap();
    assert!(sender.is_closed());
    assert_eq!(sender.text("late", &mut out), Err(SendError::Closed));
    assert_eq!(sender.binary(b"late", &mut out), Err(SendError::Closed));
    assert_eq!(sender.ping(b"late", &mut out), Err(SendError::Closed));
    assert_eq!(sender.pong(b"late", &mut out), Err(SendError::Closed));
    assert_eq!(sender.close(Some(CloseCode::NORMAL), "", &mut out), Err(SendError::Closed));
    assert_eq!(sent(&out), [(CLOSE, Vec::new())]);
}

#[test]
fn control_frames_stay_short() {
    let mut sender = Sender::new(None, predictable);
    let mut out = Vec::new();
    assert_eq!(sender.ping(&[0; 126], &mut out), Err(SendError::ControlTooLong));
    assert_eq!(sender.pong(&[0; 126], &mut out), Err(SendError::ControlTooLong));
    assert!(out.is_empty());
    sender.ping(&[0; 125], &mut out).unwrap();
    let reason = "я".repeat(100);
    sender.close(Some(CloseCode::NORMAL), &reason, &mut out).unwrap();
    let frames = sent(&out);
    assert_eq!(frames[0], (PING, vec![0; 125]));
    assert_eq!(frames[1].1, ["\x03".as_bytes(), &[0xE8], "я".repeat(61).as_bytes()].concat());
}

#[test]
fn short_messages_are_not_compressed() {
    let mut sender = Sender::new(Some(DeflateParameters::default()), predictable);
    let mut first_byte = |text: &str| {
        let mut out = Vec::new();
        sender.text(text, &mut out).unwrap();
        out[0]
    };
    assert_eq!(first_byte(&"a".repeat(255)), TEXT);
    assert_eq!(first_byte(&"a".repeat(256)), 0xC1);
}
