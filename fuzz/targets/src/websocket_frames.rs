//! What a server sends on a WebSocket: however it is cut it gives the same messages and the same verdict, no message is
//! larger than allowed, and every close and ping can be answered.

use bytes::BufMut;
use wire::{DeflateParameters, Limits, Received, Receiver, Sender, Violation};

/// The first byte tells the limits and what was agreed on compression, the last one into what pieces the stream between
/// them is cut.
pub fn target(data: &[u8]) {
    let [options, stream @ .., piece] = data else { return };
    let deflate = (options & 1 != 0).then(|| DeflateParameters {
        server_no_context_takeover: options & 2 != 0,
        server_max_window_bits: if options & 4 != 0 { 9 } else { 15 },
        ..DeflateParameters::default()
    });
    let message_size = if options & 8 != 0 { 300 } else { 100_000 };
    let limits = Limits { message_size, fragments: 10, read_buffer: 64 };
    let whole = receive(Receiver::new(deflate, limits, stream.to_vec()), &[], 1, message_size);
    for piece in [1, usize::from(*piece) + 2] {
        let cut = receive(Receiver::new(deflate, limits, Vec::new()), stream, piece, message_size);
        assert_eq!(cut, whole, "pieces of {piece}");
    }
}

/// What was received, in memory of its own.
#[derive(Debug, PartialEq, Eq)]
enum Event {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
    Violation(Violation),
}

fn receive(mut receiver: Receiver, mut stream: &[u8], piece: usize, largest: usize) -> Vec<Event> {
    let (mut events, mut memory) = (Vec::new(), Vec::new());
    loop {
        loop {
            match receiver.receive().map(|received| received.map(|received| event(received, largest))) {
                Ok(Some(event)) => events.extend(event),
                Ok(None) => break,
                Err(violation) => {
                    events.push(Event::Violation(violation));
                    return events;
                }
            }
        }
        if stream.is_empty() {
            return events;
        }
        if stream.len().is_multiple_of(2) {
            receiver.rest(&mut memory);
            memory.fill(0xFF);
            receiver.lend(&mut memory);
        }
        let mut space = receiver.space();
        assert!(space.remaining_mut() > 0, "there is always room");
        let (now, later) = stream.split_at(piece.min(stream.len()).min(space.remaining_mut()));
        space.put_slice(now);
        stream = later;
    }
}

fn event(received: Received<'_>, largest: usize) -> Option<Event> {
    let mut sender = Sender::new(None, |bytes: &mut [u8]| bytes.fill(0));
    let mut out = Vec::new();
    Some(match received {
        Received::Text(text) => {
            assert!(text.as_str().len() <= largest);
            Event::Text(text.into_string())
        }
        Received::Binary(binary) => {
            assert!(binary.as_slice().len() <= largest);
            Event::Binary(binary.into_vec())
        }
        Received::Ping(payload) => {
            sender.pong(payload, &mut out).expect("a ping can be answered");
            Event::Ping(payload.to_vec())
        }
        Received::Pong(payload) => Event::Pong(payload.to_vec()),
        Received::Close(close) => {
            sender.close(close.code, close.reason, &mut out).expect("a close can be answered");
            Event::Close(close.code.map(wire::CloseCode::get), close.reason.to_owned())
        }
        Received::Unfinished => return None,
    })
}
