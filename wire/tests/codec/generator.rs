//! Streams of frames made from a seed, valid or with one fault, and a socket in memory to read them from.

use std::io::{self, Read, Write};

use crate::peer::{BINARY, CLOSE, FIN, PING, PONG, RSV1, TEXT, close, frame};

/// One seed, one sequence (xorshift64).
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap();
        usize::try_from((self.next() >> 16) % end).unwrap()
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Bytes that cannot be compressed.
    pub(crate) fn noise(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[3]).collect()
    }

    /// Lengths around the borders of the three forms, small ones more often.
    fn length(&mut self) -> usize {
        match self.below(10) {
            0 => 0,
            1 => self.one_of(&[124, 125, 126, 127, 128]),
            2 => self.one_of(&[65_534, 65_535, 65_536, 65_537]),
            3 => self.below(20_000),
            _ => self.below(300),
        }
    }

    fn text(&mut self, length: usize) -> String {
        let mut text = String::new();
        while text.len() < length {
            text.push_str(self.one_of(&["a", "{\"", "заказ", " ", "№", "😀", "\u{7FF}", "\u{FFFF}", "\0"]));
        }
        text
    }
}

/// The largest message that both implementations are to take.
pub(crate) const LARGEST: usize = 100_000;

/// What is wrong with a stream, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    ReservedBit,
    ReservedOpcode,
    MaskedFrame,
    NonMinimalLength,
    LengthOverflow,
    FragmentedControl,
    ControlTooLong,
    UnexpectedContinuation,
    ExpectedContinuation,
    TruncatedCloseCode,
    InvalidCloseCode,
    InvalidReason,
    InvalidText,
    MessageTooLarge,
    FragmentsTooLarge,
}

const FAULTS: [Fault; 15] = [
    Fault::ReservedBit,
    Fault::ReservedOpcode,
    Fault::MaskedFrame,
    Fault::NonMinimalLength,
    Fault::LengthOverflow,
    Fault::FragmentedControl,
    Fault::ControlTooLong,
    Fault::UnexpectedContinuation,
    Fault::ExpectedContinuation,
    Fault::TruncatedCloseCode,
    Fault::InvalidCloseCode,
    Fault::InvalidReason,
    Fault::InvalidText,
    Fault::MessageTooLarge,
    Fault::FragmentsTooLarge,
];

pub(crate) struct Script {
    pub(crate) bytes: Vec<u8>,
    pub(crate) fault: Option<Fault>,
    /// Whether the stream ends in the middle of a frame.
    pub(crate) cut: bool,
}

/// Messages, in fragments or not, with control frames among them; perhaps a fault; perhaps a close; perhaps
/// cut off.
pub(crate) fn script(seed: &mut Seed) -> Script {
    let mut bytes = Vec::new();
    for _ in 0..seed.below(8) {
        bytes.extend(message(seed));
        bytes.extend(control(seed));
    }
    let fault = seed.one_in(2).then(|| seed.one_of(&FAULTS));
    if let Some(fault) = fault {
        bytes.extend(broken(seed, fault));
    }
    if seed.one_in(3) {
        bytes.extend(last(seed));
    }
    let cut = seed.one_in(5) && !bytes.is_empty();
    if cut {
        bytes.truncate(seed.below(bytes.len()));
    }
    Script { bytes, fault, cut }
}

fn message(seed: &mut Seed) -> Vec<u8> {
    let length = seed.length();
    let (first, payload) = match seed.one_in(3) {
        true => (BINARY, seed.noise(length)),
        false => (TEXT, seed.text(length).into_bytes()),
    };
    if seed.one_in(2) { frame(first, &payload) } else { fragments(seed, first, &payload) }
}

/// The payload cut anywhere, with control frames in between.
fn fragments(seed: &mut Seed, first: u8, payload: &[u8]) -> Vec<u8> {
    let (mut bytes, mut first, mut rest) = (Vec::new(), first & !FIN, payload);
    for _ in 0..seed.below(5) {
        let (piece, others) = rest.split_at(seed.below(rest.len() + 1));
        bytes.extend(frame(first, piece));
        bytes.extend(control(seed));
        (first, rest) = (0, others);
    }
    bytes.extend(frame(first | FIN, rest));
    bytes
}

fn control(seed: &mut Seed) -> Vec<u8> {
    let length = seed.below(126);
    match seed.below(4) {
        0 => frame(PING, &seed.noise(length)),
        1 => frame(PONG, &seed.noise(length)),
        _ => Vec::new(),
    }
}

fn last(seed: &mut Seed) -> Vec<u8> {
    match seed.below(3) {
        0 => frame(CLOSE, &[]),
        _ => {
            let length = seed.below(100);
            close(seed.one_of(&[1000, 1001, 1011, 1013, 3000, 4999]), &seed.text(length))
        }
    }
}

fn broken(seed: &mut Seed, fault: Fault) -> Vec<u8> {
    let length = seed.length();
    let payload = seed.text(length).into_bytes();
    match fault {
        Fault::ReservedBit => {
            let bit = seed.one_of(&[0x10, 0x20, RSV1]);
            let first = seed.one_of(&[TEXT, BINARY]) | bit;
            if seed.one_in(2) { frame(first, &payload) } else { frame(PING | bit, &[]) }
        }
        Fault::ReservedOpcode => {
            let opcode = seed.one_of(&[3, 4, 5, 6, 7, 11, 12, 13, 14, 15]);
            frame(FIN | opcode, &payload[..payload.len().min(125)])
        }
        Fault::MaskedFrame => vec![TEXT, 0x81, 0, 0, 0, 0, b'a'],
        Fault::NonMinimalLength => match seed.one_in(2) {
            true => vec![TEXT, 126, 0, 3, b'a', b'b', b'c'],
            false => vec![TEXT, 127, 0, 0, 0, 0, 0, 0, 0, 3, b'a', b'b', b'c'],
        },
        Fault::LengthOverflow => vec![TEXT, 127, 0x80, 0, 0, 0, 0, 0, 0, 1, b'a'],
        Fault::FragmentedControl => frame(seed.one_of(&[PING, PONG, CLOSE]) & !FIN, &[]),
        Fault::ControlTooLong => frame(seed.one_of(&[PING, PONG, CLOSE]), &[b'a'; 126]),
        Fault::UnexpectedContinuation => frame(seed.one_of(&[0, FIN]), &payload),
        Fault::ExpectedContinuation => {
            let mut bytes = frame(TEXT & !FIN, &payload);
            bytes.extend(control(seed));
            bytes.extend(frame(seed.one_of(&[TEXT, BINARY, TEXT & !FIN]), b"another"));
            bytes
        }
        Fault::TruncatedCloseCode => frame(CLOSE, &[3]),
        Fault::InvalidCloseCode => {
            close(seed.one_of(&[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000]), "")
        }
        Fault::InvalidReason => frame(CLOSE, &[3, 0xE8, 0xFF]),
        Fault::InvalidText => {
            let bad: &[u8] =
                seed.one_of(&[b"\xFF", b"\xC0\xAF", b"\xED\xA0\x80", b"\xF4\x90\x80\x80", b"\xD0"]);
            let payload = [&payload[..], bad].concat();
            if seed.one_in(2) { frame(TEXT, &payload) } else { fragments(seed, TEXT, &payload) }
        }
        Fault::MessageTooLarge => frame(BINARY, &vec![7; LARGEST + 1]),
        Fault::FragmentsTooLarge => {
            let mut bytes = frame(BINARY & !FIN, &vec![7; LARGEST - 1]);
            bytes.extend(frame(FIN, &[7; 2]));
            bytes
        }
    }
}

/// A socket that gives pieces of at most so many bytes, and keeps what is written.
pub(crate) struct Stream {
    incoming: Vec<u8>,
    read: usize,
    piece: usize,
    pub(crate) written: Vec<u8>,
}

impl Stream {
    pub(crate) const fn new(incoming: Vec<u8>, piece: usize) -> Self {
        Self { incoming, read: 0, piece, written: Vec::new() }
    }

    /// More that has come.
    pub(crate) fn give(&mut self, bytes: Vec<u8>) {
        self.incoming.extend(bytes);
    }
}

impl Read for Stream {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let count = space.len().min(self.piece).min(self.incoming.len() - self.read);
        space[..count].copy_from_slice(&self.incoming[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
