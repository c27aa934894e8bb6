//! ASN.1 (X.690): as much as certificates, keys and PFX are made of.

/// `SEQUENCE`.
pub(super) const SEQUENCE: u8 = 0x30;
/// `SET`.
pub(super) const SET: u8 = 0x31;
/// `INTEGER`.
pub(super) const INTEGER: u8 = 0x02;
/// `BIT STRING`.
pub(super) const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`.
pub(super) const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`.
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
/// `BOOLEAN`.
pub(super) const BOOLEAN: u8 = 0x01;

/// Deepest nesting; a PFX has about 12 levels.
const DEEPEST: usize = 32;

/// The constructed form of a primitive type.
const CONSTRUCTED: u8 = 0x20;

/// The context's own type number `number`, constructed.
pub(super) const fn context(number: u8) -> u8 {
    0xA0 | number
}

/// One element.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    /// What it is.
    pub(super) tag: u8,
    /// Its contents.
    pub(super) value: &'a [u8],
    /// All of it.
    pub(super) whole: &'a [u8],
}

/// Elements one after the other, in DER.
#[derive(Clone, Copy)]
pub(super) struct Elements<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    /// `None` at the end, and where there is no complete element.
    fn next(&mut self) -> Option<Element<'a>> {
        let (tag, length, rest) = header(self.0)?;
        let value = rest.get(..length?)?;
        let whole = &self.0[..self.0.len() - rest.len() + value.len()];
        self.0 = &rest[value.len()..];
        Some(Element { tag, value, whole })
    }
}

impl<'a> Elements<'a> {
    /// The contents of the next element if it is a `tag`; otherwise it stays.
    pub(super) fn element(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let element = ahead.next().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element.value)
    }

    /// What the next element consists of, if it is a sequence; otherwise it stays.
    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.element(SEQUENCE).map(Self)
    }

    /// The next element if it is a number of at most 32 bits and not negative; otherwise it stays.
    pub(super) fn number(&mut self) -> Option<u32> {
        let mut ahead = *self;
        let bytes = ahead.element(INTEGER)?;
        let significant = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
        let significant = &bytes[significant..];
        if bytes.first().is_none_or(|first| *first > 0x7f) || significant.len() > 4 {
            return None;
        }
        *self = ahead;
        Some(significant.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }
}

/// Type, length if it is definite, and what follows; `None`: cut, or of a form that nobody here uses.
fn header(bytes: &[u8]) -> Option<(u8, Option<usize>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    match length {
        0x80 => Some((tag, None, rest)),
        0..0x80 => Some((tag, Some(length.into()), rest)),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked((length & 0x7f).into())?;
            let length = length.iter().fold(0_u64, |length, byte| length << 8 | u64::from(*byte));
            Some((tag, Some(usize::try_from(length).ok()?), rest))
        }
        _ => None,
    }
}

/// `bytes` with definite lengths and octet strings in one piece, as DER has them (X.690, section 10): some makers
/// of PFX write BER. What octet strings contain is left as it is. `None`: incomplete, or nested too deep.
pub(super) fn definite(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut output = Vec::with_capacity(bytes.len());
    let rest = copy(bytes, &mut output, DEEPEST)?;
    rest.is_empty().then_some(output)
}

/// Copies the first element; what follows it.
fn copy<'a>(bytes: &'a [u8], output: &mut Vec<u8>, depth: usize) -> Option<&'a [u8]> {
    let (tag, length, after) = header(bytes)?;
    if tag & CONSTRUCTED == 0 {
        let (value, rest) = after.split_at_checked(length?)?;
        write(tag, value, output);
        return Some(rest);
    }
    let depth = depth.checked_sub(1)?;
    let mut contents = Vec::new();
    let rest = if let Some(length) = length {
        let (mut inner, rest) = after.split_at_checked(length)?;
        while !inner.is_empty() {
            inner = copy(inner, &mut contents, depth)?;
        }
        rest
    } else {
        let mut inner = after;
        loop {
            if let Some(rest) = inner.strip_prefix(&[0, 0]) {
                break rest;
            }
            inner = copy(inner, &mut contents, depth)?;
        }
    };
    if tag == OCTET_STRING | CONSTRUCTED {
        write(OCTET_STRING, &joined(&contents)?, output);
    } else {
        write(tag, &contents, output);
    }
    Some(rest)
}

/// The octet strings in `pieces` as one; `None`: there is something else.
pub(super) fn joined(pieces: &[u8]) -> Option<Vec<u8>> {
    let mut pieces = Elements(pieces);
    let mut whole = Vec::new();
    while let Some(piece) = pieces.element(OCTET_STRING) {
        whole.extend_from_slice(piece);
    }
    pieces.0.is_empty().then_some(whole)
}

/// An element.
pub(super) fn written(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut output = Vec::new();
    write(tag, value, &mut output);
    output
}

/// Appends an element.
fn write(tag: u8, value: &[u8], output: &mut Vec<u8>) {
    output.push(tag);
    let length = value.len().to_be_bytes();
    let length = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
    match length {
        [short @ 0..0x80] => output.push(*short),
        long => {
            output.push(0x80 | u8::try_from(long.len()).expect("no more bytes than a usize has"));
            output.extend_from_slice(long);
        }
    }
    output.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_one_after_the_other() {
        let bytes = [&[0x30, 3, 2, 1, 5, 0x04, 0x81, 200][..], &[7; 200], &[0x30, 9, 1]].concat();
        let mut elements = Elements(&bytes);
        assert_eq!(elements.element(OCTET_STRING), None, "a sequence comes first");
        assert_eq!(elements.sequence().unwrap().number(), Some(5));
        assert_eq!(elements.element(OCTET_STRING), Some(&[7; 200][..]));
        assert!(elements.next().is_none() && elements.0 == [0x30, 9, 1], "it is cut");
    }

    #[test]
    fn numbers_have_32_bits_and_no_sign() {
        let number = |bytes: &[u8]| Elements(bytes).number();
        assert_eq!(number(&[2, 1, 0]), Some(0));
        assert_eq!(number(&[2, 5, 0, 0xff, 0xff, 0xff, 0xff]), Some(u32::MAX));
        for wrong in [&[2, 5, 1, 0, 0, 0, 0][..], &[2, 1, 0x80], &[2, 0], &[4, 1, 1], &[2, 2, 1]] {
            assert_eq!(number(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn lengths_become_definite() {
        // A sequence of a number and an octet string in two pieces, one of which is in two pieces.
        let ber = [0x30, 0x80, 2, 1, 5, 0x24, 0x80, 4, 1, 8, 0x24, 0x80, 4, 1, 9, 4, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(definite(&ber).unwrap(), [0x30, 7, 2, 1, 5, 4, 2, 8, 9]);
        for end in 0..ber.len() {
            assert_eq!(definite(&ber[..end]), None, "{end}");
        }
        let long = [&[4, 0x82, 1, 0][..], &[1; 256]].concat();
        assert_eq!(definite(&long).unwrap(), long);
        assert_eq!(definite(&[0x30, 0x80].repeat(DEEPEST + 1)), None);
        assert_eq!(definite(&[0x24, 3, 2, 1, 5]), None, "a number is no piece of a string");
    }
}
