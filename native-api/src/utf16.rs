//! UTF-8 to UTF-16, for the platform; the way back is in `decode`.
//!
//! Texts for 1C mix characters of one and two bytes, so that a branch for each of them would be mispredicted at every
//! other word. Here a unit is computed for every byte, many at a time, and those of bytes that begin no character are
//! then squeezed out.

mod decode;

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, i8x32, u8x16, u8x32, u16x8};

pub(crate) use self::decode::decode;

// A shuffled register is stored as it is: the processors that 1C runs on agree on the order of a unit's two bytes.
const _: () = assert!(cfg!(target_endian = "little"));

/// Bytes that are converted at a time.
const BLOCK: usize = 64;
/// A block and the bytes behind it that its last character may have.
const WINDOW: usize = BLOCK + 2;
/// The first byte of a character of at least so many bytes.
const TWO: u8 = 0xC0;
const THREE: u8 = 0xE0;
/// It lies outside the basic plane and takes two units.
const FOUR: u8 = 0xF0;
/// The last byte that begins no character, as a signed number; all that begin one are greater.
const LAST_CONTINUATION: i8 = -65;
/// Units in one register of a processor that can squeeze them itself.
const WIDEST: usize = 32;

/// Units of memory that [`encode`] needs for a text of so many bytes: more than the text can have.
#[must_use]
pub const fn room(bytes: usize) -> usize {
    bytes + BLOCK
}

/// Writes `text` in UTF-16 to the beginning of `units`, and returns how many it takes; some of those behind it are
/// overwritten too. Memory that is used for one text after another need not be cleared in between.
///
/// # Panics
/// When `units` has less than the [`room`] that is needed.
#[must_use]
pub fn encode(text: &str, units: &mut [u16]) -> usize {
    dispatch!(Level::new(), simd => convert(simd, text, units))
}

/// Appends `text` in UTF-16 to `units`.
pub fn append(text: &str, units: &mut Vec<u16>) {
    let start = units.len();
    units.resize(start + room(text.len()), 0);
    let count = encode(text, &mut units[start..]);
    units.truncate(start + count);
}

#[inline(always)]
fn convert<S: Simd>(simd: S, text: &str, units: &mut [u16]) -> usize {
    let bytes = text.as_bytes();
    let mut written = 0;
    for read in (0..bytes.len()).step_by(BLOCK) {
        let (rest, room) = (&bytes[read..], &mut units[written..]);
        if let Some(window) = rest.first_chunk() {
            written += convert_block(simd, text, read, window, room);
        } else {
            let mut window = [0; WINDOW];
            window[..rest.len()].copy_from_slice(rest);
            let padding = BLOCK.saturating_sub(rest.len());
            written += convert_block(simd, text, read, &window, room) - padding;
        }
    }
    written
}

/// Converts the characters that begin in the block at `read`. Returns the number of units.
#[inline(always)]
fn convert_block<S: Simd>(
    simd: S,
    text: &str,
    read: usize,
    window: &[u8; WINDOW],
    units: &mut [u16],
) -> usize {
    let block = units.first_chunk_mut().expect("the caller has made room");
    let quarter = |number: usize| u8x16::from_slice(simd, &window[16 * number..][..16]);
    let largest = quarter(0).max(quarter(1)).max(quarter(2).max(quarter(3)));
    if !largest.simd_ge(0x80).any_true() {
        widen(simd, window, block)
    } else if !largest.simd_ge(THREE).any_true() {
        squeeze::<S, false>(simd, window, block)
    } else if !largest.simd_ge(FOUR).any_true() {
        squeeze::<S, true>(simd, window, block)
    } else {
        convert_any(text, read, units)
    }
}

/// ASCII.
#[inline(always)]
fn widen<S: Simd>(simd: S, window: &[u8; WINDOW], units: &mut [u16; BLOCK]) -> usize {
    let ascii = window[..BLOCK].chunks_exact(S::u8s::LEN);
    for (bytes, units) in ascii.zip(units.chunks_exact_mut(S::u8s::LEN)) {
        let (low, high) = S::u8s::from_slice(simd, bytes).widen();
        let (left, right) = units.split_at_mut(S::u16s::LEN);
        low.store_slice(left);
        high.store_slice(right);
    }
    BLOCK
}

/// Characters of up to two bytes, or of up to three with `LONG`.
#[inline(always)]
fn squeeze<S: Simd, const LONG: bool>(simd: S, window: &[u8; WINDOW], units: &mut [u16; BLOCK]) -> usize {
    if S::u16s::LEN == WIDEST {
        squeeze_widest::<S, LONG>(simd, window, units)
    } else {
        squeeze_eights::<S, LONG>(simd, window, units)
    }
}

/// By the processor's own instruction.
#[inline(always)]
fn squeeze_widest<S: Simd, const LONG: bool>(
    simd: S,
    window: &[u8; WINDOW],
    units: &mut [u16; BLOCK],
) -> usize {
    let load = |at: usize| S::u8s::from_slice(simd, &window[at..at + BLOCK]).widen();
    let (first, second, third) = (load(0), load(1), load(2));
    let mut written = 0;
    for (first, second, third) in [(first.0, second.0, third.0), (first.1, second.1, third.1)] {
        let of_two = (first & 0x1F) << 6 | second & 0x3F;
        let mut candidates = first.simd_ge(u16::from(TWO)).select(of_two, first);
        if LONG {
            let of_three = first << 12 | (second & 0x3F) << 6 | third & 0x3F;
            candidates = first.simd_ge(u16::from(THREE)).select(of_three, candidates);
        }
        let begins = (first & 0xC0).simd_ne(0x80);
        candidates.compress(begins).store_slice(&mut units[written..written + WIDEST]);
        written += ones(begins.to_bitmask());
    }
    written
}

/// Eight units at a time, by a shuffle that their mask tells.
#[inline(always)]
fn squeeze_eights<S: Simd, const LONG: bool>(
    simd: S,
    window: &[u8; WINDOW],
    units: &mut [u16; BLOCK],
) -> usize {
    let load = |at: usize| u8x32::from_slice(simd, &window[at..at + 32]);
    let mut written = 0;
    for at in [0, 32] {
        let (first, second) = (load(at), load(at + 1));
        let two = first.simd_ge(TWO);
        let mut low = two.select(first << 6 | second & 0x3F, first);
        let mut high = two.select(first >> 2 & 0x07, u8x32::splat(simd, 0));
        if LONG {
            let three = first.simd_ge(THREE);
            low = three.select(second << 6 | load(at + 2) & 0x3F, low);
            high = three.select(first << 4 | second >> 2 & 0x0F, high);
        }
        let (low, high) = (low.split(), high.split());
        let eights =
            [low.0.zip_low(high.0), low.0.zip_high(high.0), low.1.zip_low(high.1), low.1.zip_high(high.1)];
        let begins = first.bitcast::<i8x32<S>>().simd_gt(LAST_CONTINUATION).to_bitmask();
        for (candidates, mask) in eights.into_iter().zip(begins.to_le_bytes()) {
            let squeezed = candidates.swizzle_dyn(SHUFFLES[usize::from(mask)]);
            squeezed.bitcast::<u16x8<S>>().store_slice(&mut units[written..written + 8]);
            written += ones(u64::from(mask));
        }
    }
    written
}

fn ones(mask: u64) -> usize {
    usize::try_from(mask.count_ones()).expect("no more than 64")
}

/// For every mask of eight units, the bytes of those that stay.
static SHUFFLES: [[u8; 16]; 256] = {
    let mut shuffles = [[0; 16]; 256];
    let mut mask = 0;
    while mask < 256 {
        let (mut byte, mut kept) = (0, 0);
        while byte < 16 {
            if mask >> (byte / 2) & 1 == 1 {
                shuffles[mask][kept] = byte;
                kept += 1;
            }
            byte += 1;
        }
        mask += 1;
    }
    shuffles
};

/// Any characters; the last may take two units, one of them beyond the block.
#[cold]
fn convert_any(text: &str, read: usize, units: &mut [u16]) -> usize {
    let end = text.len().min(read + BLOCK);
    let padding = read + BLOCK - end;
    let boundary = |from| (from..).find(|&at| text.is_char_boundary(at)).expect("a text ends at one");
    let characters = &text[boundary(read)..boundary(end)];
    characters.encode_utf16().zip(units).map(|(unit, place)| *place = unit).count() + padding
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On every kind of processor that this one can stand for.
    fn assert_encoded(text: &str) {
        let expected = text.encode_utf16().collect::<Vec<_>>();
        // What was there before does not matter.
        let before = vec![0xABCD; room(text.len())];
        let mut units = before.clone();
        let count = encode(text, &mut units);
        assert_eq!(units[..count], expected, "{text:?}");
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            let level = Level::new();
            let mut assert_same = |convert: &dyn Fn(&mut [u16]) -> usize| {
                units.clone_from(&before);
                let count = convert(&mut units);
                assert_eq!(units[..count], expected, "{text:?}");
            };
            level.as_sse2().inspect(|simd| assert_same(&|units| convert(*simd, text, units)));
            level.as_sse4_2().inspect(|simd| assert_same(&|units| convert(*simd, text, units)));
            level.as_avx2().inspect(|simd| assert_same(&|units| convert(*simd, text, units)));
        }
    }

    #[test]
    fn every_length_and_every_mixture_is_encoded() {
        let samples =
            ["a", "ж", "№", "😀", "ab", "Да", "a№", "x😀", "\0", "\u{FFFF}", "\u{10FFFF}", "\u{7FF}"];
        for left in samples {
            for right in samples {
                for count in 0..80 {
                    assert_encoded(&(left.repeat(count) + right));
                    assert_encoded(&(left.to_owned() + &right.repeat(count)));
                    assert_encoded(&[left, right].concat().repeat(count));
                }
            }
        }
    }

    #[test]
    fn every_character_is_encoded() {
        for start in (0..=u32::from(char::MAX)).step_by(100) {
            assert_encoded(&(start..start + 100).filter_map(char::from_u32).collect::<String>());
        }
    }

    #[test]
    fn texts_are_appended() {
        let mut units = Vec::new();
        for text in ["", "имя", "=", "😀", "", "x"] {
            append(text, &mut units);
        }
        assert!(units.iter().copied().eq("имя=😀x".encode_utf16()));
    }

    #[test]
    #[should_panic(expected = "room")]
    fn too_little_room_is_noticed() {
        let _ = encode("1234", &mut [0; 60]);
    }
}
