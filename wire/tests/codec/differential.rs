//! The codec beside another implementation: the same streams, valid and broken, cut anywhere, are to give the
//! same messages, answers and verdicts.
//!
//! Where the codec is stricter on purpose:
//! - a length that is not in its shortest form is refused (RFC 6455, section 5.2), the other one takes it;
//! - a fault is noticed as soon as its bytes have come, the other one waits for the end of the frame: it sees
//!   none when the stream is cut off before.
//!
//! Close code 1014, which IANA has registered since, is taken here and not there; no stream has it.

use tungstenite::error::{CapacityError, ProtocolError};
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};
use wire::{Limits, Received, Receiver, Sender, Violation};

use crate::generator::{Fault, LARGEST, Script, Seed, Stream, script};
use crate::peer::{Event, feed, predictable, sent};

/// What another client makes of a stream: messages, the frames that it answers with, and how it ends.
struct Theirs {
    events: Vec<Event>,
    answers: Vec<(u8, Vec<u8>)>,
    violation: Option<Violation>,
}

fn theirs(stream: &[u8], piece: usize) -> Theirs {
    let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
    let stream = Stream::new(stream.to_vec(), piece);
    let mut socket = WebSocket::from_raw_socket(stream, Role::Client, Some(config));
    let mut events = Vec::new();
    let violation = loop {
        events.push(match socket.read() {
            Ok(Message::Text(text)) => Event::Text(text.to_string()),
            Ok(Message::Binary(payload)) => Event::Binary(payload.to_vec()),
            Ok(Message::Ping(payload)) => Event::Ping(payload.to_vec()),
            Ok(Message::Pong(payload)) => Event::Pong(payload.to_vec()),
            Ok(Message::Close(None)) => Event::Close(None, String::new()),
            Ok(Message::Close(Some(close))) => {
                if close.reason.as_str() == "Protocol violation" {
                    // This is how it puts an invalid code.
                    break Some(Violation::InvalidCloseCode);
                }
                Event::Close(Some(close.code.into()), close.reason.to_string())
            }
            Ok(Message::Frame(frame)) => panic!("{frame:?}"),
            Err(error) => break verdict(&error),
        });
    };
    // It writes the answer to the last frame when it is next asked.
    let _ = socket.flush();
    Theirs { events, answers: sent(&socket.get_ref().written), violation }
}

/// What the error is called here; `None` for the end of the stream.
fn verdict(error: &Error) -> Option<Violation> {
    Some(match error {
        Error::ConnectionClosed | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            return None;
        }
        Error::Protocol(ProtocolError::NonZeroReservedBits) => Violation::ReservedBit,
        Error::Protocol(ProtocolError::InvalidOpcode(_)) => Violation::ReservedOpcode,
        Error::Protocol(ProtocolError::MaskedFrameFromServer) => Violation::MaskedFrame,
        Error::Protocol(ProtocolError::FragmentedControlFrame) => Violation::FragmentedControl,
        Error::Protocol(ProtocolError::ControlFrameTooBig) => Violation::ControlTooLong,
        Error::Protocol(ProtocolError::UnexpectedContinueFrame) => Violation::UnexpectedContinuation,
        Error::Protocol(ProtocolError::ExpectedFragment(_)) => Violation::ExpectedContinuation,
        Error::Protocol(ProtocolError::InvalidCloseSequence) => Violation::TruncatedCloseCode,
        Error::Utf8(_) => Violation::InvalidUtf8,
        Error::Capacity(CapacityError::MessageTooLong { .. }) => Violation::MessageTooLarge,
        error => panic!("{error}"),
    })
}

fn receiver() -> Receiver {
    Receiver::new(None, Limits { message_size: LARGEST, ..Limits::default() }, Vec::new())
}

/// The answers of a client that does what the documentation says.
fn answers(stream: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut receiver =
        Receiver::new(None, Limits { message_size: LARGEST, ..Limits::default() }, stream.to_vec());
    let (mut sender, mut out) = (Sender::new(None, predictable), Vec::new());
    while let Ok(Some(received)) = receiver.receive() {
        match received {
            Received::Ping(payload) => sender.pong(payload, &mut out).unwrap(),
            Received::Close(close) => sender.close(close.code, close.reason, &mut out).unwrap(),
            _ => {}
        }
    }
    sent(&out)
}

fn compare(seed: u64) {
    let mut random = Seed::new(seed);
    let Script { bytes, fault, cut } = script(&mut random);
    // Not so small that a large stream takes long.
    let piece = [1, 30, 1000, usize::MAX][random.below(4)].max(bytes.len() / 1000);
    let theirs = theirs(&bytes, piece);
    let ours = feed(&mut receiver(), &bytes, || 1 + random.below(piece.saturating_mul(2)));
    let context = format!("seed {seed}, {fault:?}, cut off: {cut}");
    match (ours.violation, theirs.violation) {
        (ours, theirs) if ours == theirs => {}
        (Some(Violation::NonMinimalLength), _) => {
            assert_eq!(fault, Some(Fault::NonMinimalLength), "{context}");
        }
        // A length of 2^63 and more is too large for the other one.
        (Some(Violation::LengthOverflow), Some(Violation::MessageTooLarge)) => {}
        (Some(_), None) if cut => {}
        (ours, theirs) => panic!("{context}: {ours:?} here, {theirs:?} there"),
    }
    if ours.violation == Some(Violation::NonMinimalLength) {
        assert!(theirs.events.starts_with(&ours.events), "{context}");
        return;
    }
    assert_eq!(ours.events, theirs.events, "{context}");
    if theirs.violation.is_none() {
        assert_eq!(answers(&bytes), theirs.answers, "{context}");
    }
}

#[test]
fn both_give_the_same_messages_answers_and_verdicts() {
    for seed in 0..4000 {
        compare(seed);
    }
}

#[test]
fn every_fault_is_among_the_streams() {
    let mut seen = Vec::new();
    for seed in 0..500 {
        let fault = script(&mut Seed::new(seed)).fault;
        if !seen.contains(&fault) {
            seen.push(fault);
        }
    }
    assert_eq!(seen.len(), 16, "fifteen faults and none: {seen:?}");
}
