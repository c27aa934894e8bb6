//! Masking of what a client sends (RFC 6455, section 5.3).

/// Masks `payload`, or unmasks it.
pub(crate) fn apply(payload: &mut [u8], key: [u8; 4]) {
    let [a, b, c, d] = key;
    let wide = [a, b, c, d, a, b, c, d];
    // Eight bytes at a time; the compiler makes wider registers of it.
    let (words, rest) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ u64::from_ne_bytes(wide)).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(wide) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_masked_byte_by_byte() {
        let key = [0x12, 0x34, 0x56, 0x78];
        for length in 0..100_u8 {
            let plain = (0..length).collect::<Vec<_>>();
            let expected = plain.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key);
            let mut masked = plain.clone();
            apply(&mut masked, key);
            assert!(masked.iter().copied().eq(expected), "{length} bytes");
            apply(&mut masked, key);
            assert_eq!(masked, plain);
        }
    }
}
