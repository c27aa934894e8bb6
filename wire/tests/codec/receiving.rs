//! What a receiver takes and what it refuses, frame by frame.

use bytes::BufMut;
use wire::{CloseCode, DeflateParameters, Limits, Received, Receiver, Violation};

use crate::peer::{BINARY, CLOSE, Event, FIN, PING, PONG, RSV1, TEXT, close, feed, frame, received};

fn text(text: &str) -> Event {
    Event::Text(text.to_owned())
}

fn receiver(limits: Limits) -> Receiver {
    Receiver::new(None, limits, Vec::new())
}

#[test]
fn messages_of_every_size_are_given() {
    for length in [0, 1, 125, 126, 16_000, 16_384, 65_535, 65_536, 3_000_000] {
        let payload = vec![b'x'; length];
        let stream = [frame(TEXT, &payload), frame(BINARY, &payload), frame(TEXT, b"after")].concat();
        for cut in [usize::MAX, 5000, 33_000] {
            let outcome = feed(&mut receiver(Limits::default()), &stream, || cut);
            let whole = String::from_utf8(payload.clone()).unwrap();
            assert_eq!(outcome.events, [Event::Text(whole), Event::Binary(payload.clone()), text("after")]);
        }
    }
}

#[test]
fn control_frames_may_come_between_fragments() {
    let stream = [
        frame(TEXT & !FIN, "при".as_bytes()),
        frame(PING, b"1"),
        frame(0, "".as_bytes()),
        frame(PONG, b"2"),
        frame(FIN, "вет".as_bytes()),
    ];
    let expected = [Event::Ping(b"1".to_vec()), Event::Pong(b"2".to_vec()), text("привет")];
    assert_eq!(received(&stream.concat()).events, expected);
}

#[test]
fn a_character_may_be_cut_by_fragments_but_not_by_the_end() {
    let (left, right) = "ж".as_bytes().split_at(1);
    let stream = [frame(TEXT & !FIN, left), frame(FIN, right)].concat();
    assert_eq!(received(&stream).text(), Some("ж"));
    let stream = [frame(TEXT & !FIN, b"a"), frame(FIN, left)].concat();
    assert_eq!(received(&stream).violation, Some(Violation::InvalidUtf8));
}

/// Autobahn 6.4: neither the end of the message nor that of the frame is waited for.
#[test]
fn invalid_text_is_noticed_as_soon_as_it_comes() {
    let fragment = frame(TEXT & !FIN, b"ab\xF4\x90");
    assert_eq!(received(&fragment).violation, Some(Violation::InvalidUtf8));
    let half = &frame(TEXT, b"ab\xF4\x90\x80\x80cd")[..6];
    assert_eq!(received(half).violation, Some(Violation::InvalidUtf8));
    let valid_so_far = &frame(TEXT, b"ab\xF4\x90\x80\x80cd")[..5];
    assert_eq!(received(valid_so_far).violation, None);
}

#[test]
fn after_a_close_nothing_is_received() {
    let stream = [close(1001, "пока"), frame(TEXT, b"late"), vec![0xFF; 100]].concat();
    let mut receiver = receiver(Limits::default());
    let outcome = feed(&mut receiver, &stream, || 20);
    assert_eq!(outcome.events, [Event::Close(Some(1001), "пока".to_owned())]);
    assert_eq!(outcome.violation, None);
}

#[test]
fn a_close_may_be_empty_or_wrong() {
    assert_eq!(received(&frame(CLOSE, &[])).events, [Event::Close(None, String::new())]);
    assert_eq!(received(&frame(CLOSE, &[3])).violation, Some(Violation::TruncatedCloseCode));
    assert_eq!(received(&close(1005, "")).violation, Some(Violation::InvalidCloseCode));
    assert_eq!(received(&frame(CLOSE, b"\x03\xE8\xFF")).violation, Some(Violation::InvalidUtf8));
}

#[test]
fn a_violation_stays() {
    let mut receiver = receiver(Limits::default());
    let stream = [frame(TEXT, b"good"), frame(0x83, b""), frame(TEXT, b"late")].concat();
    receiver.space().put_slice(&stream);
    assert!(matches!(receiver.receive(), Ok(Some(Received::Text(_)))));
    for _ in 0..3 {
        assert_eq!(receiver.receive().err(), Some(Violation::ReservedOpcode));
        receiver.space().put_slice(b"more");
    }
}

#[test]
fn the_peer_is_told_what_it_did() {
    for (stream, violation, code) in [
        (frame(TEXT | RSV1, b""), Violation::ReservedBit, CloseCode::PROTOCOL_ERROR),
        (frame(PING | RSV1, b""), Violation::ReservedBit, CloseCode::PROTOCOL_ERROR),
        (vec![TEXT, 0x80], Violation::MaskedFrame, CloseCode::PROTOCOL_ERROR),
        (vec![TEXT, 126, 0, 1], Violation::NonMinimalLength, CloseCode::PROTOCOL_ERROR),
        (frame(FIN, b""), Violation::UnexpectedContinuation, CloseCode::PROTOCOL_ERROR),
        (frame(TEXT, b"\xFF"), Violation::InvalidUtf8, CloseCode::INVALID_DATA),
        (vec![TEXT, 127, 0, 0, 0, 0, 4, 0, 0, 1], Violation::MessageTooLarge, CloseCode::TOO_LARGE),
    ] {
        assert_eq!(received(&stream).violation, Some(violation));
        assert_eq!(violation.code(), code);
    }
}

#[test]
fn the_size_of_a_message_is_limited_before_it_comes() {
    let limits = Limits { message_size: 1000, ..Limits::default() };
    let outcome = |stream: &[u8]| feed(&mut receiver(limits), stream, || 100);
    assert_eq!(outcome(&frame(BINARY, &[0; 1000])).violation, None);
    assert_eq!(outcome(&frame(BINARY, &[0; 1001])[..4]).violation, Some(Violation::MessageTooLarge));
    let exactly = [frame(TEXT & !FIN, &[b'a'; 600]), frame(FIN, &[b'a'; 400])].concat();
    assert_eq!(outcome(&exactly).violation, None);
    let more = [frame(TEXT & !FIN, &[b'a'; 600]), frame(FIN, &[b'a'; 401])].concat();
    assert_eq!(outcome(&more).violation, Some(Violation::MessageTooLarge));
}

#[test]
fn a_compressed_frame_may_come_only_when_that_was_agreed() {
    let hello = frame(TEXT | RSV1, b"\xF2\x48\xCD\xC9\xC9\x07\x00");
    assert_eq!(received(&hello).violation, Some(Violation::ReservedBit));
    let agreed = Some(DeflateParameters::default());
    let outcome = feed(&mut Receiver::new(agreed, Limits::default(), hello), &[], || 1);
    assert_eq!(outcome.text(), Some("Hello"));
}
