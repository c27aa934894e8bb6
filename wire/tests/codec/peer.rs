//! The server's side: frames as bytes, a receiver that is fed with them, and frames of the client read back.

use bytes::BufMut;
use wire::{Limits, Received, Receiver, ResponseReader, Violation};

pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const CLOSE: u8 = 0x88;
pub(crate) const PING: u8 = 0x89;
pub(crate) const PONG: u8 = 0x8A;
/// To be added to the first byte of a frame's header.
pub(crate) const RSV1: u8 = 0x40;
/// To be taken off it.
pub(crate) const FIN: u8 = 0x80;

/// A frame whose header begins with `first`, with the shortest form of its length.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length), _) if length < 126 => frame.push(length),
        (_, Ok(length)) => {
            frame.push(126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend(u64::try_from(payload.len()).unwrap().to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

/// A close frame.
pub(crate) fn close(code: u16, reason: &str) -> Vec<u8> {
    frame(CLOSE, &[&code.to_be_bytes(), reason.as_bytes()].concat())
}

/// What was received, in memory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

/// What became of a stream of bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) events: Vec<Event>,
    pub(crate) violation: Option<Violation>,
}

impl Outcome {
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.events[..] {
            [Event::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// Feeds `stream` in pieces of the lengths that `cut` gives.
pub(crate) fn feed(receiver: &mut Receiver, mut stream: &[u8], mut cut: impl FnMut() -> usize) -> Outcome {
    let mut events = Vec::new();
    loop {
        match receive(receiver, &mut events) {
            Ok(()) if stream.is_empty() => return Outcome { events, violation: None },
            Ok(()) => {}
            Err(violation) => return Outcome { events, violation: Some(violation) },
        }
        let mut space = receiver.space();
        assert!(space.remaining_mut() > 0, "there is always room");
        let (piece, rest) = stream.split_at(cut().max(1).min(space.remaining_mut()).min(stream.len()));
        space.put_slice(piece);
        stream = rest;
    }
}

fn receive(receiver: &mut Receiver, events: &mut Vec<Event>) -> Result<(), Violation> {
    while let Some(received) = receiver.receive()? {
        events.push(match received {
            Received::Text(text) => {
                let copy = text.as_str().to_owned();
                let text = text.into_string();
                assert_eq!(text, copy);
                Event::Text(text)
            }
            Received::Binary(payload) => Event::Binary(payload.into_vec()),
            Received::Ping(payload) => Event::Ping(payload.to_vec()),
            Received::Pong(payload) => Event::Pong(payload.to_vec()),
            Received::Close(close) => {
                Event::Close(close.code.map(|code| code.get()), close.reason.to_owned())
            }
            Received::Unfinished => continue,
        });
    }
    Ok(())
}

/// What a new receiver without compression makes of `stream`.
pub(crate) fn received(stream: &[u8]) -> Outcome {
    feed(&mut Receiver::new(None, Limits::default(), Vec::new()), stream, || usize::MAX)
}

/// Takes frames of the client apart: the first byte of the header, and the payload unmasked.
pub(crate) fn sent(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let (first, second) = (bytes[0], bytes[1]);
        assert_eq!(second & 0x80, 0x80, "a client masks");
        let (length, start) = match second & 0x7F {
            126 => (usize::from(u16::from_be_bytes(bytes[2..4].try_into().unwrap())), 4),
            127 => (usize::try_from(u64::from_be_bytes(bytes[2..10].try_into().unwrap())).unwrap(), 10),
            length => (usize::from(length), 2),
        };
        let (key, rest) = bytes[start..].split_at(4);
        let (payload, rest) = rest.split_at(length);
        frames.push((first, payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect()));
        bytes = rest;
    }
    frames
}

/// Randomness that is the same every time.
pub(crate) fn predictable(bytes: &mut [u8]) {
    for (byte, value) in bytes.iter_mut().zip(b"the sample nonce".iter().cycle()) {
        *byte = *value;
    }
}

/// Puts all of `bytes` where the socket would.
pub(crate) fn answer_with(reader: &mut ResponseReader, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let mut space = reader.space();
        let (piece, rest) = bytes.split_at(bytes.len().min(space.remaining_mut()));
        space.put_slice(piece);
        bytes = rest;
    }
}
