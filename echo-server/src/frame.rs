//! Frames made by hand (RFC 6455 §5), legal and not.

use tokio_tungstenite::tungstenite::{
    Bytes,
    protocol::{
        CloseFrame,
        frame::{
            Frame, FrameHeader,
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
pub(crate) fn reserved_opcode() -> Frame {
    Frame::message("reserved", OpCode::Data(Data::Reserved(3)), true)
}

/// With one of the three bits that extensions may give a meaning to (RFC 6455 §5.2).
pub(crate) fn reserved_bit(bit: u8) -> Frame {
    let mut frame = text("reserved");
    let header = frame.header_mut();
    (header.rsv1, header.rsv2, header.rsv3) = (bit == 1, bit == 2, bit == 3);
    frame
}

/// The message with its payload compressed (RFC 7692 §6).
pub(crate) fn compressed(message: Frame, payload: Vec<u8>) -> Frame {
    Frame::from_payload(FrameHeader { rsv1: true, ..message.header().clone() }, payload.into())
}

/// The bytes of a text frame up to the middle of its payload.
pub(crate) fn half() -> Vec<u8> {
    let payload = "the other half of this text never comes";
    let mut bytes = encode(text(payload));
    bytes.truncate(bytes.len() - payload.len() / 2);
    bytes
}

/// The message in `count` frames. A character may be cut in two, as RFC 6455 §5.6 allows.
pub(crate) fn fragments(message: Frame, count: usize) -> impl Iterator<Item = Frame> {
    let header = message.header().clone();
    let payload = message.into_payload();
    let size = payload.len().div_ceil(count);
    (0..count).map(move |index| {
        let start = payload.len().min(index * size);
        let end = payload.len().min(start + size);
        let mut header = FrameHeader { is_final: index + 1 == count, ..header.clone() };
        if index > 0 {
            header.opcode = OpCode::Data(Data::Continue);
            // Only the first fragment is marked as compressed (RFC 7692 §6.1).
            header.rsv1 = false;
        }
        Frame::from_payload(header, payload.slice(start..end))
    })
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
        let fragmented: Vec<_> = fragments(text("Hello"), 2).map(encode).collect();
        assert_eq!(fragmented, [b"\x01\x03Hel".to_vec(), b"\x80\x02lo".to_vec()]);
        assert_eq!(encode(binary(vec![0; 256]))[..4], *b"\x82\x7E\x01\x00");
    }

    #[test]
    fn a_short_message_leaves_empty_fragments() {
        let fragmented: Vec<_> = fragments(text("ab"), 4).map(encode).collect();
        assert_eq!(fragmented, [&b"\x01\x01a"[..], b"\x00\x01b", b"\x00\x00", b"\x80\x00"]);
    }

    #[test]
    fn only_the_first_fragment_is_marked_as_compressed() {
        let message = compressed(text("Hello"), vec![1, 2]);
        let fragmented: Vec<_> = fragments(message, 2).map(encode).collect();
        assert_eq!(fragmented, [[0x41, 1, 1], [0x80, 1, 2]]);
    }

    #[test]
    fn wrong_frames_are_wrong() {
        assert_eq!(encode(masked())[..2], [0x81, 0x80 | 6]);
        assert_eq!(encode(reserved_opcode())[0], 0x83);
        assert_eq!([1, 2, 3].map(|bit| encode(reserved_bit(bit))[0]), [0xC1, 0xA1, 0x91]);
        assert!(std::str::from_utf8(bad_utf8().payload()).is_err());
        assert_eq!(encode(close(Some(1005), "")), b"\x88\x02\x03\xED");
        assert_eq!(encode(close(None, "not sent")), b"\x88\x00");
        let half = half();
        assert!(half.len() > 2 && half.len() < 2 + usize::from(half[1]));
    }
}
