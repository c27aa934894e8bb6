//! The sending side of `permessage-deflate` (RFC 7692 §7.2.1).

use flate2::{Compress, Compression as Level, FlushCompress};

use crate::compression::Compression;

/// What the flush at the end of a message leaves, and the message goes without.
const TAIL: [u8; 4] = [0, 0, 0xFF, 0xFF];
/// More than the marker of a flush, so that zlib never writes it twice.
const SPACE: usize = 1 << 10;

pub(crate) struct Deflater {
    deflate: Compress,
    context_takeover: bool,
}

impl Deflater {
    pub(crate) fn new(agreed: &Compression) -> Self {
        Self {
            deflate: Compress::new_with_window_bits(Level::default(), false, agreed.server_window()),
            context_takeover: !agreed.server_no_context_takeover,
        }
    }

    /// The compressed payload of a message.
    pub(crate) fn message(&mut self, payload: &[u8]) -> Vec<u8> {
        if payload.is_empty() {
            // zlib would write nothing (RFC 7692 §7.2.3.6).
            return vec![0];
        }
        let mut compressed = block(&mut self.deflate, payload, FlushCompress::Sync);
        compressed.truncate(compressed.len() - TAIL.len());
        if !self.context_takeover {
            self.forget();
        }
        compressed
    }

    /// The next message refers to none before it.
    pub(crate) fn forget(&mut self) {
        self.deflate.reset();
    }
}

/// The compressed payload of a message of so many times the letter `0`.
pub(crate) fn zeros(length: usize) -> Vec<u8> {
    const BLOCK: usize = 1 << 20;
    let zeros = vec![b'0'; BLOCK.min(length)];
    // After a full flush nothing refers to what was before, so that one block can be repeated.
    let mut deflate = Compress::new(Level::best(), false);
    let mut compressed = block(&mut deflate, &zeros, FlushCompress::Full).repeat(length / zeros.len());
    let rest = length % zeros.len();
    if rest > 0 {
        compressed.extend(block(&mut deflate, &zeros[..rest], FlushCompress::Full));
    }
    compressed.truncate(compressed.len() - TAIL.len());
    compressed
}

/// Compresses all of `payload`, and flushes.
fn block(deflate: &mut Compress, mut payload: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut compressed = Vec::with_capacity(payload.len() / 4 + SPACE);
    loop {
        let before = deflate.total_in();
        deflate.compress_vec(payload, &mut compressed, flush).expect("any bytes can be compressed");
        let taken = usize::try_from(deflate.total_in() - before).expect("no more than the payload");
        payload = &payload[taken..];
        if compressed.len() < compressed.capacity() {
            debug_assert!(payload.is_empty() && compressed.ends_with(&TAIL));
            return compressed;
        }
        compressed.reserve(compressed.len().max(SPACE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deflater(settings: &str) -> Deflater {
        Deflater::new(&settings.parse().unwrap())
    }

    /// The examples of RFC 7692 §7.2.3.2, with and without what went before.
    #[test]
    fn messages_are_compressed_as_the_standard_shows_them() {
        let mut deflater = deflater("");
        assert_eq!(deflater.message(b"Hello"), [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]);
        assert_eq!(deflater.message(b"Hello"), [0xF2, 0x00, 0x11, 0x00, 0x00]);
        assert_eq!(deflater.message(b""), [0x00]);
    }

    #[test]
    fn without_context_takeover_every_message_is_the_first() {
        let mut deflater = deflater("server_no_context_takeover");
        assert_eq!(deflater.message(b"Hello"), deflater.message(b"Hello"));
    }

    #[test]
    fn a_message_that_does_not_shrink_is_whole() {
        let noise: Vec<_> =
            (0..1_u32 << 18).flat_map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
        let compressed = deflater("server_max_window_bits=9").message(&noise);
        let mut inflated = Vec::with_capacity(noise.len() + 1);
        flate2::Decompress::new_with_window_bits(false, 9)
            .decompress_vec(&compressed, &mut inflated, flate2::FlushDecompress::Sync)
            .unwrap();
        assert!(inflated == noise);
    }

    #[test]
    fn zeros_inflate_to_their_number() {
        for length in [1, 1 << 20, (2 << 20) + 5] {
            let mut inflated = Vec::with_capacity(length + 1);
            flate2::Decompress::new(false)
                .decompress_vec(&zeros(length), &mut inflated, flate2::FlushDecompress::Sync)
                .unwrap();
            assert_eq!(inflated.len(), length);
            assert!(inflated.iter().all(|&byte| byte == b'0'));
        }
        assert!((900 << 10..1200 << 10).contains(&zeros(1 << 30).len()));
    }
}
