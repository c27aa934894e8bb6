//! The receiving side of `permessage-deflate` (RFC 7692 §7.2.2).

use std::io;

use flate2::{Decompress, FlushDecompress, Status};

use crate::compression::Compression;

/// What a message goes without, and inflating it needs.
const TAIL: [u8; 4] = [0, 0, 0xFF, 0xFF];
/// One piece may not inflate to more.
const LARGEST: usize = 1 << 30;
const SPACE: usize = 4 << 10;

pub(crate) struct Inflater {
    inflate: Decompress,
    context_takeover: bool,
}

impl Inflater {
    pub(crate) fn new(agreed: &Compression) -> Self {
        Self {
            inflate: Decompress::new_with_window_bits(false, agreed.client_window()),
            context_takeover: !agreed.client_no_context_takeover,
        }
    }

    /// Inflates a piece of a message.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`]: it cannot be inflated.
    pub(crate) fn piece(&mut self, mut compressed: &[u8]) -> io::Result<Vec<u8>> {
        let mut inflated = Vec::with_capacity(compressed.len().saturating_mul(4).max(SPACE));
        loop {
            let before = self.inflate.total_in();
            let status = self
                .inflate
                .decompress_vec(compressed, &mut inflated, FlushDecompress::Sync)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            let taken = usize::try_from(self.inflate.total_in() - before).expect("no more than the piece");
            compressed = &compressed[taken..];
            if status == Status::StreamEnd {
                // Its last block says so, which is allowed and ends nothing (RFC 7692 §7.2.3.4).
                self.inflate.reset(false);
            } else if inflated.len() < inflated.capacity() {
                return Ok(inflated);
            }
            if inflated.len() > LARGEST {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "it inflates to more than 1 GiB"));
            }
            inflated.reserve(inflated.len().max(SPACE));
        }
    }

    /// Inflates the end of a message.
    ///
    /// # Errors
    /// As for [`Self::piece`].
    pub(crate) fn last_piece(&mut self, compressed: &[u8]) -> io::Result<Vec<u8>> {
        let mut inflated = self.piece(compressed)?;
        inflated.append(&mut self.piece(&TAIL)?);
        if !self.context_takeover {
            self.inflate.reset(false);
        }
        Ok(inflated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inflater(settings: &str) -> Inflater {
        Inflater::new(&settings.parse().unwrap())
    }

    /// The examples of RFC 7692 §7.2.3: one block, two blocks, no compression, a last block, nothing.
    #[test]
    fn messages_are_inflated_as_the_standard_shows_them() {
        for compressed in [
            &[0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00][..],
            &[0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
            &[0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
            &[0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
        ] {
            assert_eq!(inflater("").last_piece(compressed).unwrap(), b"Hello");
        }
        assert_eq!(inflater("").last_piece(&[0]).unwrap(), b"");
    }

    #[test]
    fn the_context_is_kept_only_where_it_was_agreed_on() {
        let (first, second) = ([0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], [0xF2, 0x00, 0x11, 0x00, 0x00]);
        let mut keeps = inflater("");
        keeps.last_piece(&first).unwrap();
        assert_eq!(keeps.last_piece(&second).unwrap(), b"Hello");
        let mut forgets = inflater("client_no_context_takeover");
        forgets.last_piece(&first).unwrap();
        let error = forgets.last_piece(&second).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn what_is_no_deflate_is_rejected() {
        assert!(inflater("").last_piece(b"\xFF\xFF").is_err());
    }
}
