//! Frame headers (RFC 6455, section 5.2).

use crate::mask;
use crate::violation::Violation;

/// Longest payload of a control frame.
pub(crate) const LONGEST_CONTROL: usize = 125;
/// Longest header that a client writes: with a 64-bit length and a mask.
const LONGEST_HEADER: usize = 14;

const FIN: u8 = 0x80;
const RSV1: u8 = 0x40;
const RSV2_AND_3: u8 = 0x30;
const MASKED: u8 = 0x80;
/// Values of the 7-bit length that say that 16 or 64 bits follow.
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    pub(crate) const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) fin: bool,
    /// RSV1: the first frame of a compressed message has it (RFC 7692, section 6).
    pub(crate) compressed: bool,
    pub(crate) opcode: Opcode,
    pub(crate) length: u64,
}

impl FrameHeader {
    /// Reads the header of a server's frame and its length in bytes; `None` when more bytes are needed.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, Violation> {
        let &[first, second, ref rest @ ..] = bytes else { return Ok(None) };
        if first & RSV2_AND_3 != 0 {
            return Err(Violation::ReservedBit);
        }
        let opcode = match first & 0x0F {
            0 => Opcode::Continuation,
            1 => Opcode::Text,
            2 => Opcode::Binary,
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            _ => return Err(Violation::ReservedOpcode),
        };
        if second & MASKED != 0 {
            return Err(Violation::MaskedFrame);
        }
        let fin = first & FIN != 0;
        if opcode.is_control() {
            if !fin {
                return Err(Violation::FragmentedControl);
            }
            if usize::from(second) > LONGEST_CONTROL {
                return Err(Violation::ControlTooLong);
            }
        }
        let (length, size) = match second {
            LENGTH_16 => {
                let Some(bytes) = rest.first_chunk() else { return Ok(None) };
                let length = u64::from(u16::from_be_bytes(*bytes));
                if length < u64::from(LENGTH_16) {
                    return Err(Violation::NonMinimalLength);
                }
                (length, 4)
            }
            LENGTH_64 => {
                let Some(bytes) = rest.first_chunk() else { return Ok(None) };
                let length = u64::from_be_bytes(*bytes);
                if length >> 63 != 0 {
                    return Err(Violation::LengthOverflow);
                }
                if length <= u64::from(u16::MAX) {
                    return Err(Violation::NonMinimalLength);
                }
                (length, 10)
            }
            length => (u64::from(length), 2),
        };
        Ok(Some((Self { fin, compressed: first & RSV1 != 0, opcode, length }, size)))
    }
}

/// Appends a final frame with `payload`, masked with `key`.
pub(crate) fn encode(opcode: Opcode, compressed: bool, payload: &[u8], key: [u8; 4], out: &mut Vec<u8>) {
    out.reserve(LONGEST_HEADER + payload.len());
    out.push(FIN | if compressed { RSV1 } else { 0 } | opcode as u8);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length), _) if length < LENGTH_16 => out.push(MASKED | length),
        (_, Ok(length)) => {
            out.push(MASKED | LENGTH_16);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            let length = u64::try_from(payload.len()).expect("a usize has at most 64 bits");
            out.push(MASKED | LENGTH_64);
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
    out.extend_from_slice(&key);
    let start = out.len();
    out.extend_from_slice(payload);
    mask::apply(&mut out[start..], key);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Result<Option<(FrameHeader, usize)>, Violation> {
        let whole = FrameHeader::decode(bytes);
        if let Ok(Some((_, size))) = whole {
            for end in 0..size {
                assert_eq!(FrameHeader::decode(&bytes[..end]), Ok(None), "cut at {end}");
            }
        }
        whole
    }

    fn header(fin: bool, compressed: bool, opcode: Opcode, length: u64) -> FrameHeader {
        FrameHeader { fin, compressed, opcode, length }
    }

    #[test]
    fn lengths_take_one_three_or_nine_bytes() {
        let text = |length| header(true, false, Opcode::Text, length);
        assert_eq!(decode(&[0x81, 0]), Ok(Some((text(0), 2))));
        assert_eq!(decode(&[0x81, 125]), Ok(Some((text(125), 2))));
        assert_eq!(decode(&[0x81, 126, 0, 126]), Ok(Some((text(126), 4))));
        assert_eq!(decode(&[0x81, 126, 255, 255]), Ok(Some((text(65535), 4))));
        assert_eq!(decode(&[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]), Ok(Some((text(65536), 10))));
    }

    #[test]
    fn flags_and_opcodes_are_read() {
        assert_eq!(decode(&[0x42, 1]), Ok(Some((header(false, true, Opcode::Binary, 1), 2))));
        assert_eq!(decode(&[0x00, 1]), Ok(Some((header(false, false, Opcode::Continuation, 1), 2))));
        assert_eq!(decode(&[0x88, 0]), Ok(Some((header(true, false, Opcode::Close, 0), 2))));
        assert_eq!(decode(&[0x89, 0]), Ok(Some((header(true, false, Opcode::Ping, 0), 2))));
        assert_eq!(decode(&[0x8A, 125]), Ok(Some((header(true, false, Opcode::Pong, 125), 2))));
    }

    #[test]
    fn broken_headers_have_their_names() {
        for reserved in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
            assert_eq!(decode(&[0x80 | reserved, 0]), Err(Violation::ReservedOpcode));
        }
        assert_eq!(decode(&[0xA1, 0]), Err(Violation::ReservedBit));
        assert_eq!(decode(&[0x91, 0]), Err(Violation::ReservedBit));
        assert_eq!(decode(&[0x81, 0x80]), Err(Violation::MaskedFrame));
        assert_eq!(decode(&[0x09, 0]), Err(Violation::FragmentedControl));
        assert_eq!(decode(&[0x89, 126]), Err(Violation::ControlTooLong));
        assert_eq!(decode(&[0x81, 126, 0, 125]), Err(Violation::NonMinimalLength));
        assert_eq!(decode(&[0x81, 127, 0, 0, 0, 0, 0, 0, 255, 255]), Err(Violation::NonMinimalLength));
        assert_eq!(decode(&[0x81, 127, 128, 0, 0, 0, 0, 0, 0, 0]), Err(Violation::LengthOverflow));
    }

    #[test]
    fn frames_are_written_masked_with_the_shortest_length() {
        let encoded = |length: usize| {
            let mut out = Vec::new();
            encode(Opcode::Binary, false, &vec![0; length], [1, 2, 3, 4], &mut out);
            out
        };
        assert_eq!(encoded(5), [0x82, 0x85, 1, 2, 3, 4, 1, 2, 3, 4, 1]);
        assert_eq!(encoded(125)[..3], [0x82, 0xFD, 1]);
        assert_eq!(encoded(126)[..5], [0x82, 0xFE, 0, 126, 1]);
        assert_eq!(encoded(65535)[..5], [0x82, 0xFE, 255, 255, 1]);
        assert_eq!(encoded(65536)[..11], [0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0, 1]);
    }
}
