//! Frames made by hand (RFC 6455 §5), legal and not.

use tokio_tungstenite::tungstenite::{
    Bytes,
    protocol::{
        CloseFrame,
        frame::{
            Frame,
            coding::{CloseCode, Data, OpCode},
        },
    },
};

pub(crate) fn text(text: impl Into<Bytes>) -> Frame {
    Frame::message(text, OpCode::Data(Data::Text), true)
}

pub(crate) fn binary(bytes: impl Into<Bytes>) -> Frame {
    Frame::message(bytes, OpCode::Data(Data::Binary), true)
}

/// A close frame with any code, legal or not.
pub(crate) fn close(code: Option<u16>, reason: &str) -> Frame {
    Frame::close(code.map(|code| CloseFrame { code: CloseCode::from(code), reason: reason.into() }))
}

/// A message of `length` bytes: the digits 0 to 9, over and over.
pub(crate) fn digits(length: usize) -> Frame {
    text(b"0123456789".iter().copied().cycle().take(length).collect::<Vec<_>>())
}

/// An overlong encoding, which no UTF-8 decoder may accept (RFC 3629 §3).
pub(crate) fn bad_utf8() -> Frame {
    text(b"over\xC0\xAFlong".to_vec())
}

/// Masked, though a server must not mask (RFC 6455 §5.1).
pub(crate) fn masked() -> Frame {
    let mut frame = text("masked");
    frame.header_mut().mask = Some([0x12, 0x34, 0x56, 0x78]);
    frame
}

/// Opcode 3, reserved for further non-control frames (RFC 6455 §5.2).
pub(crate) fn reserved() -> Frame {
    Frame::message("reserved", OpCode::Data(Data::Reserved(3)), true)
}

/// The bytes of a text frame up to the middle of its payload.
pub(crate) fn half() -> Vec<u8> {
    let payload = "the other half of this text never comes";
    let mut bytes = encode(text(payload));
    bytes.truncate(bytes.len() - payload.len() / 2);
    bytes
}

/// The message in `count` frames. A character may be cut in two, as RFC 6455 §5.6 allows.
pub(crate) fn fragments(message: Frame, count: usize) -> Vec<Frame> {
    let mut opcode = message.header().opcode;
    let payload = message.into_payload();
    let size = payload.len().div_ceil(count);
    (1..=count)
        .map(|number| {
            let end = payload.len().min(number * size);
            let start = payload.len().min((number - 1) * size);
            let fragment = Frame::message(payload.slice(start..end), opcode, number == count);
            opcode = OpCode::Data(Data::Continue);
            fragment
        })
        .collect()
}

pub(crate) fn encode(frame: Frame) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(frame.len());
    frame.format(&mut bytes).expect("a Vec takes every byte");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_encoded_as_the_standard_shows_them() {
        // The examples of RFC 6455 §5.7.
        assert_eq!(encode(text("Hello")), b"\x81\x05Hello");
        let fragmented: Vec<_> = fragments(text("Hello"), 2).into_iter().map(encode).collect();
        assert_eq!(fragmented, [b"\x01\x03Hel".to_vec(), b"\x80\x02lo".to_vec()]);
        assert_eq!(encode(binary(vec![0; 256]))[..4], *b"\x82\x7E\x01\x00");
    }

    #[test]
    fn a_short_message_leaves_empty_fragments() {
        let fragmented: Vec<_> = fragments(text("ab"), 4).into_iter().map(encode).collect();
        assert_eq!(fragmented, [&b"\x01\x01a"[..], b"\x00\x01b", b"\x00\x00", b"\x80\x00"]);
    }

    #[test]
    fn wrong_frames_are_wrong() {
        assert_eq!(encode(masked())[..2], [0x81, 0x80 | 6]);
        assert_eq!(encode(reserved())[0], 0x83);
        assert!(std::str::from_utf8(bad_utf8().payload()).is_err());
        assert_eq!(encode(close(Some(1005), "")), b"\x88\x02\x03\xED");
        assert_eq!(encode(close(None, "not sent")), b"\x88\x00");
        let half = half();
        assert!(half.len() > 2 && half.len() < 2 + usize::from(half[1]));
    }
}
