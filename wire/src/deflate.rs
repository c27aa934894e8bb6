//! Compressing of what the client sends (RFC 7692, section 7.2.1).

use std::fmt;

use flate2::{Compress, Compression, FlushCompress};

use crate::handshake::extensions::DeflateParameters;
use crate::inflate::TAIL;

/// The fastest: a message shares no context with others, so that more work gains little.
const LEVEL: u32 = 1;
/// The sync marker and some: with less room, zlib would write the marker twice.
const ROOM_FOR_MARKER: usize = 64;

pub(crate) struct Deflater {
    /// Some 300 KiB: made for the first message.
    stream: Option<Compress>,
    window_bits: u8,
}

impl Deflater {
    /// `None` when the server wants a window that zlib cannot make.
    pub(crate) fn new(parameters: DeflateParameters) -> Option<Self> {
        let window_bits = parameters.client_max_window_bits;
        (window_bits > 8).then(|| Self { stream: None, window_bits })
    }

    /// Compresses one message. No message refers back to another: the offer has said so.
    pub(crate) fn deflate(&mut self, message: &[u8]) -> Vec<u8> {
        let level = Compression::new(LEVEL);
        let stream =
            self.stream.get_or_insert_with(|| Compress::new_with_window_bits(level, false, self.window_bits));
        stream.reset();
        let (mut out, mut rest) = (Vec::new(), message);
        loop {
            out.reserve(rest.len() / 2 + ROOM_FOR_MARKER);
            let before = stream.total_in();
            stream.compress_vec(rest, &mut out, FlushCompress::Sync).expect("the stream is never finished");
            let used = usize::try_from(stream.total_in() - before).expect("no more than was given");
            rest = &rest[used..];
            if rest.is_empty() && out.len() < out.capacity() {
                break;
            }
        }
        debug_assert!(out.ends_with(&TAIL), "a sync flush ends with its marker");
        out.truncate(out.len() - TAIL.len());
        out
    }
}

impl fmt::Debug for Deflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deflater").field("window_bits", &self.window_bits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Decompress, FlushDecompress};

    use super::*;

    #[test]
    fn messages_of_every_size_end_with_the_marker_whatever_they_hold() {
        let mut deflater = Deflater::new(DeflateParameters::default()).expect("a window of 15 bits");
        let noise = |length: u32| {
            (0..length).map(|n| n.wrapping_mul(n | 1).wrapping_mul(0x9E37_79B9).to_be_bytes()[0])
        };
        for length in (0..300).chain([1_000, 16_383, 16_384, 65_535, 65_536, 200_000]) {
            for message in [noise(length).collect::<Vec<_>>(), noise(length).map(|byte| byte & 1).collect()] {
                let mut compressed = deflater.deflate(&message);
                compressed.extend(TAIL);
                let mut inflated = Vec::with_capacity(message.len() + 1);
                let mut stream = Decompress::new(false);
                stream.decompress_vec(&compressed, &mut inflated, FlushDecompress::None).unwrap();
                assert_eq!(inflated, message, "{length} bytes");
            }
        }
    }

    #[test]
    fn there_is_none_for_a_window_that_zlib_cannot_make() {
        let window =
            |bits| DeflateParameters { client_max_window_bits: bits, ..DeflateParameters::default() };
        assert!(Deflater::new(window(8)).is_none());
        assert!(Deflater::new(window(9)).is_some());
    }
}
