//! Several texts out of one input.

/// Stands between two texts: no UTF-8 has it, so a text may hold anything.
const BORDER: u8 = 0xFF;

/// The texts of `data`. There is always one more, even where `data` has ended: the empty one.
pub(crate) fn texts(data: &[u8]) -> impl Iterator<Item = String> {
    let given = data.split(|byte| *byte == BORDER).map(|text| String::from_utf8_lossy(text).into_owned());
    given.chain(std::iter::repeat_with(String::new))
}

/// How many texts `data` really has.
pub(crate) fn count(data: &[u8]) -> usize {
    data.iter().filter(|byte| **byte == BORDER).count() + 1
}

/// The first line, without its end, and what is behind it.
pub(crate) fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (line, rest) = data.split_at(end);
    (line, rest.get(1..).unwrap_or_default())
}
