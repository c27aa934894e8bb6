//! gzip (RFC 1952), as it comes.

use std::io::{self, Write};
use std::mem;

use flate2::write::MultiGzDecoder;

/// Most compressed bytes that are taken at once: they inflate to 1 MiB or so, however they are made.
pub(super) const SLICE: usize = 1 << 10;

/// Inflates a body slice by slice. Whatever a slice completes comes out at once.
pub(super) struct Inflater {
    decoder: MultiGzDecoder<Vec<u8>>,
    has_begun: bool,
}

impl Inflater {
    pub(super) fn new() -> Self {
        Self { decoder: MultiGzDecoder::new(Vec::new()), has_begun: false }
    }

    /// Inflates the next slice, of [`SLICE`] bytes at most.
    pub(super) fn inflate(&mut self, slice: &[u8]) -> io::Result<Vec<u8>> {
        self.has_begun |= !slice.is_empty();
        self.decoder.write_all(slice)?;
        self.decoder.flush()?;
        Ok(mem::take(self.decoder.get_mut()))
    }

    /// Whether the body may end here. Nothing at all is an empty body.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if self.has_begun { self.decoder.try_finish() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn inflate(compressed: &[u8], slice: usize) -> (Vec<u8>, bool) {
        let mut inflater = Inflater::new();
        let inflated = compressed.chunks(slice).flat_map(|slice| inflater.inflate(slice).unwrap()).collect();
        (inflated, inflater.finish().is_ok())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn members_come_out_whole_however_they_are_cut(
            members in vec(vec(0_u8..4, 0..3000), 0..4),
            slice in 1..SLICE,
            end in any::<prop::sample::Index>(),
        ) {
            let body = members.concat();
            let compressed = members.iter().flat_map(|member| gzip(member)).collect::<Vec<_>>();
            prop_assert_eq!(inflate(&compressed, slice), (body.clone(), true));
            let (begun, _) = inflate(&compressed[..end.index(compressed.len() + 1)], slice);
            prop_assert!(body.starts_with(&begun));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..100), gzipped in any::<bool>()) {
            let head = if gzipped { [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0].as_slice() } else { &[] };
            let bytes = [head, bytes.as_slice()].concat();
            let mut inflater = Inflater::new();
            let _ = (inflater.inflate(&bytes).is_ok(), inflater.finish().is_ok());
        }
    }

    #[test]
    fn what_was_flushed_comes_out_at_once_and_half_a_member_is_not_complete() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"now").unwrap();
        encoder.flush().unwrap();
        let compressed = encoder.get_ref().clone();
        assert_eq!(inflate(&compressed, SLICE), (b"now".to_vec(), false));
    }

    #[test]
    fn no_slice_inflates_without_bound() {
        let bomb = gzip(&vec![0; 64 << 20]);
        let mut inflater = Inflater::new();
        let largest = bomb.chunks(SLICE).map(|slice| inflater.inflate(slice).unwrap().len()).max();
        assert!(largest.unwrap() < 2 << 20, "{largest:?}");
        assert!(inflater.finish().is_ok());
    }
}
