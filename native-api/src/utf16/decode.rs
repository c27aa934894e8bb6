//! UTF-16 of the platform to UTF-8.
//!
//! What is ASCII is narrowed, many units at a time. Among characters of one and two bytes a branch for each would be
//! mispredicted at every other word: eight of them are widened to two bytes each, and what is too much is squeezed out.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u8x16, u16x8};

/// Units that are narrowed together.
const UNITS: usize = 16;
/// Units that are squeezed together.
const EIGHT: usize = 8;
/// Units that are checked and appended together.
const BLOCK: usize = 64;
/// The first unit whose character has three bytes.
const LONG: u16 = 0x800;

/// The text of `units`, which may lie at any address. A lone surrogate becomes U+FFFD.
pub(crate) fn decode(units: &[[u8; 2]]) -> String {
    let mut bytes = Vec::with_capacity(units.len());
    let (blocks, rest) = units.as_chunks();
    for block in blocks {
        let Some(narrowed) = narrow(block) else { break };
        bytes.extend(narrowed);
    }
    if bytes.len() + rest.len() == units.len() {
        let mut padded = [[0; 2]; UNITS];
        padded[..rest.len()].copy_from_slice(rest);
        bytes.extend(narrow(&padded).iter().flat_map(|bytes| &bytes[..rest.len()]));
    }
    let ascii = bytes.len();
    let mut text = String::from_utf8(bytes).expect("every byte is ASCII");
    if ascii < units.len() {
        dispatch!(Level::new(), simd => decode_any(simd, &units[ascii..], &mut text));
    }
    text
}

/// The bytes of units if all are ASCII.
#[inline(always)]
fn narrow(units: &[[u8; 2]; UNITS]) -> Option<[u8; UNITS]> {
    let units = units.map(u16::from_ne_bytes);
    let is_ascii = units.iter().fold(0, |all, unit| all | unit) < 0x80;
    is_ascii.then(|| units.map(|unit| unit.to_le_bytes()[0]))
}

/// Appends the text of `units`.
#[inline(always)]
fn decode_any<S: Simd>(simd: S, units: &[[u8; 2]], text: &mut String) {
    let mut read = 0;
    // The last character of a block may begin in it and end behind it.
    let mut block = [0; 3 * (BLOCK + EIGHT) + 2 * EIGHT];
    while read < units.len() {
        let end = units.len().min(read + BLOCK);
        let mut written = 0;
        while read < end {
            let eight = units[read..].first_chunk().zip(block[written..].first_chunk_mut());
            let bytes = eight.and_then(|(units, place)| join_eight(simd, units, place));
            let (taken, bytes) = match bytes {
                Some(bytes) => (EIGHT, bytes),
                None => join_any(&units[read..], &mut block[written..]),
            };
            read += taken;
            written += bytes;
        }
        text.push_str(str::from_utf8(&block[..written]).expect("whole characters in UTF-8"));
    }
}

/// Eight units of characters of one or two bytes; the number of bytes, or `None` if there are others.
#[inline(always)]
fn join_eight<S: Simd>(simd: S, units: &[[u8; 2]; EIGHT], place: &mut [u8; 2 * EIGHT]) -> Option<usize> {
    let units = u16x8::from_slice(simd, &units.map(u16::from_ne_bytes));
    if units.simd_ge(LONG).any_true() {
        return None;
    }
    let ascii = units.simd_lt(0x80);
    let of_two = units >> 6 | units << 8 & 0x3F00 | 0x80C0;
    let bytes = ascii.select(units, of_two).bitcast::<u8x16<S>>();
    let mask = usize::try_from(ascii.to_bitmask()).expect("eight bits");
    bytes.swizzle_dyn(JOINTS[mask]).store_slice(place);
    Some(2 * EIGHT - usize::try_from(mask.count_ones()).expect("no more than eight"))
}

/// At least eight units, or as many as there are, of any characters. How many, and the number of bytes.
fn join_any(units: &[[u8; 2]], place: &mut [u8]) -> (usize, usize) {
    let (mut taken, mut written) = (0, 0);
    for character in char::decode_utf16(units.iter().map(|unit| u16::from_ne_bytes(*unit))) {
        taken += character.as_ref().map_or(1, |character| character.len_utf16());
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        written += character.encode_utf8(&mut place[written..]).len();
        if taken >= EIGHT {
            break;
        }
    }
    (taken, written)
}

/// For every mask of eight characters in ASCII, the bytes of all eight: one of those, two of others.
static JOINTS: [[u8; 16]; 256] = {
    let mut joints = [[0; 16]; 256];
    let mut mask = 0;
    while mask < 256 {
        let (mut byte, mut kept) = (0, 0);
        while byte < 16 {
            if byte % 2 == 0 || mask >> (byte / 2) & 1 == 0 {
                joints[mask][kept] = byte;
                kept += 1;
            }
            byte += 1;
        }
        mask += 1;
    }
    joints
};

#[cfg(test)]
mod tests {
    use super::*;

    /// On every kind of processor that this one can stand for.
    fn assert_decoded(units: &[u16]) {
        let expected = String::from_utf16_lossy(units);
        let units = units.iter().copied().map(u16::to_ne_bytes).collect::<Vec<_>>();
        assert_eq!(decode(&units), expected);
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            let level = Level::new();
            let assert_same = |decode: &dyn Fn(&mut String)| {
                let mut text = String::from("before");
                decode(&mut text);
                assert_eq!(text.strip_prefix("before"), Some(&*expected));
            };
            level.as_sse2().inspect(|simd| assert_same(&|text| decode_any(*simd, &units, text)));
            level.as_sse4_2().inspect(|simd| assert_same(&|text| decode_any(*simd, &units, text)));
            level.as_avx2().inspect(|simd| assert_same(&|text| decode_any(*simd, &units, text)));
        }
    }

    #[test]
    fn every_length_and_every_mixture_is_decoded() {
        let samples: [&[u16]; 9] = [
            &[0x61],
            &[0x436],
            &[0x2116],
            &[0xD83D, 0xDE00],
            // Lone surrogates.
            &[0xD83D],
            &[0xDE00],
            &[0x80, 0x7F, 0x7FF, 0x800, 0xFFFF],
            &[0x414, 0x430],
            &[0],
        ];
        for left in samples {
            for right in samples {
                for count in (0..20).chain(60..70) {
                    assert_decoded(&[&left.repeat(count), right].concat());
                    assert_decoded(&[left, &right.repeat(count)].concat());
                    assert_decoded(&[left, right].concat().repeat(count));
                }
            }
        }
    }

    #[test]
    fn every_unit_is_decoded_among_others() {
        for start in (0..=u16::MAX).step_by(64) {
            let units = (start..=start + 63).collect::<Vec<_>>();
            assert_decoded(&units);
            for unit in units {
                assert_decoded(&[0x61, 0x436, 0x62, unit, 0x63, 0x436, 0x64, 0x65, 0x66]);
            }
        }
    }
}
