//! The bytes of the faults that strike by sending something.

use crate::{deflater, fault::Fault, frame};

/// How many fragments are made and written at a time; their digits end with a 9.
const BATCH: usize = 20_000;
/// The second of the three kinds of a deflate block does not exist (RFC 1951 §3.2.3).
const NO_DEFLATE: &[u8] = &[0x07, 0xFF, 0xFF, 0xFF];

/// Piece after piece, each made when it is asked for; `None` for a fault that sends nothing.
pub(crate) fn pieces(fault: &Fault) -> Option<Box<dyn Iterator<Item = Vec<u8>> + Send>> {
    let frame = match *fault {
        Fault::BadUtf8 => frame::bad_utf8(),
        Fault::MaskedFrame => frame::masked(),
        Fault::ReservedOpcode => frame::reserved_opcode(),
        Fault::ReservedBit(bit) => frame::reserved_bit(bit),
        Fault::BadDeflate => frame::compressed(frame::text(""), NO_DEFLATE.to_vec()),
        Fault::BigMessage(length) => frame::text(digits(length)),
        Fault::CompressionBomb(length) => frame::compressed(frame::text(""), deflater::zeros(length)),
        Fault::ByteFragments(count) => return Some(Box::new(byte_fragments(count))),
        _ => return None,
    };
    Some(Box::new(std::iter::once_with(|| frame::encode(frame))))
}

/// The digits 0 to 9, over and over.
fn digits(length: usize) -> Vec<u8> {
    let mut digits = b"0123456789".repeat(length.div_ceil(10));
    digits.truncate(length);
    digits
}

fn byte_fragments(count: usize) -> impl Iterator<Item = Vec<u8>> + Send {
    let batch: Vec<_> = digits(BATCH).into_iter().flat_map(|digit| [0x00, 1, digit]).collect();
    (0..count).step_by(BATCH).map(move |start| {
        let end = count.min(start + BATCH);
        let mut frames = batch[..3 * (end - start)].to_vec();
        if start == 0 {
            frames[0] |= 0x01; // a text, not a continuation
        }
        if end == count {
            let last = frames.len() - 3;
            frames[last] |= 0x80; // final
        }
        frames
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(fault: &Fault) -> Vec<u8> {
        pieces(fault).unwrap().flatten().collect()
    }

    #[test]
    fn fragments_of_one_byte_are_frames_of_three() {
        assert_eq!(all(&Fault::ByteFragments(3)), b"\x01\x010\x00\x011\x80\x012");
        assert_eq!(all(&Fault::ByteFragments(1)), b"\x81\x010");
        let many = all(&Fault::ByteFragments(BATCH + 2));
        assert_eq!(many.len(), 3 * (BATCH + 2));
        assert_eq!(many.chunks(3).filter(|frame| frame[0] != 0).count(), 2);
    }

    #[test]
    fn what_is_marked_as_compressed_has_its_bit() {
        assert_eq!(all(&Fault::BadDeflate), [0xC1, 4, 0x07, 0xFF, 0xFF, 0xFF]);
        assert_eq!(all(&Fault::CompressionBomb(1 << 20))[..2], [0xC1, 0x7E]);
    }

    #[test]
    fn others_send_nothing() {
        for fault in [Fault::None, Fault::Eof, Fault::PingFlood(5), Fault::StopReading] {
            assert!(pieces(&fault).is_none(), "{fault}");
        }
    }
}
