//! The parser of what a push server sends: bytes, cut anywhere, to frames.
//!
//! Three shapes are read, told apart by the first character that is not blank: frames between markers, glued
//! in any number; a JSON array; JSON objects. A marker may stand inside a JSON string, so the markers are not
//! searched for: behind a start marker a JSON value is read, and behind that the end marker is required.
//! What does not fit is skipped up to the next start marker, and counted.

use crate::bitrix::frame::Frame;
use crate::bitrix::json::{Scan, Scanner};

/// Longest frame, in bytes. The push server of Bitrix24 refuses messages longer than 1 MiB.
pub const LONGEST_FRAME: usize = 4 << 20;

const START: &[u8] = b"#!NGINXNMS!#";
const END: &[u8] = b"#!NGINXNME!#";
const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Takes bodies of answers, or messages of a WebSocket, apart. Work and memory are linear in the input.
#[derive(Debug, Default)]
pub struct FrameParser {
    /// What was received and not yet dealt with.
    buffer: Vec<u8>,
    /// Where in the buffer the part that is being read begins.
    at: usize,
    state: State,
    skipped: u64,
}

/// What is being read.
#[derive(Clone, Debug, Default)]
enum State {
    /// The first character, which tells the shape.
    #[default]
    Shape,
    /// A start marker.
    Gap,
    /// The value behind a start marker; this many bytes of it were scanned.
    Framed { scanner: Scanner, scanned: usize },
    /// The end marker behind a value of this length.
    Closing { length: usize },
    /// What stands between objects without markers.
    Between,
    /// An object without markers; this many bytes of it were scanned.
    Bare { scanner: Scanner, scanned: usize },
}

impl FrameParser {
    /// Takes the next piece; the frames that are complete with it.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<Frame> {
        self.buffer.extend_from_slice(piece);
        let mut frames = Vec::new();
        self.advance(&mut frames);
        frames
    }

    /// The body is complete, and the next piece begins another one. What began and did not end is skipped, and
    /// looked through for frames that it swallowed.
    pub fn finish(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while !self.rest().is_empty() {
            match self.state {
                State::Framed { .. } | State::Closing { .. } => self.resume_behind_marker(),
                State::Bare { .. } => self.resume_behind(1),
                State::Shape | State::Gap | State::Between => {
                    let garbage = self.rest().len();
                    self.skip(garbage);
                }
            }
            self.advance(&mut frames);
        }
        self.abandon();
        frames
    }

    /// The body was cut: the next piece begins another one. What is incomplete will come again.
    pub fn abandon(&mut self) {
        self.buffer.clear();
        self.at = 0;
        self.state = State::Shape;
    }

    /// Bytes that were skipped because they were part of no frame; blanks do not count.
    #[must_use]
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    fn advance(&mut self, frames: &mut Vec<Frame>) {
        while self.step(frames) {}
        self.buffer.drain(..self.at);
        self.at = 0;
    }

    /// One step; false when more bytes are needed for the next.
    fn step(&mut self, frames: &mut Vec<Frame>) -> bool {
        match std::mem::take(&mut self.state) {
            State::Shape => self.tell_shape(),
            State::Gap => self.seek_start(),
            State::Framed { scanner, scanned } => self.scan_framed(scanner, scanned),
            State::Closing { length } => self.close(length, frames),
            State::Between => self.seek_object(),
            State::Bare { scanner, scanned } => self.scan_bare(scanner, scanned, frames),
        }
    }

    fn tell_shape(&mut self) -> bool {
        self.pass(|byte| byte.is_ascii_whitespace() || BYTE_ORDER_MARK.contains(&byte));
        self.state = match self.rest().first() {
            None => return false,
            Some(b'{') => State::Between,
            Some(b'[') => {
                self.at += 1;
                State::Between
            }
            Some(_) => State::Gap,
        };
        true
    }

    fn seek_start(&mut self) -> bool {
        let rest = self.rest();
        if let Some(found) = find(rest, START) {
            self.skip(found);
            self.state = State::Framed { scanner: Scanner::default(), scanned: 0 };
            return true;
        }
        let partial = (0..START.len()).rev().find(|&length| rest.ends_with(&START[..length]));
        let garbage = rest.len() - partial.unwrap_or(0);
        self.skip(garbage);
        self.state = State::Gap;
        false
    }

    fn scan_framed(&mut self, mut scanner: Scanner, scanned: usize) -> bool {
        let value = &self.rest()[START.len()..];
        match scan_on(&mut scanner, value, scanned) {
            Scan::Unfinished => {
                self.state = State::Framed { scanner, scanned: value.len() };
                return false;
            }
            Scan::End(length) => self.state = State::Closing { length },
            Scan::Broken => self.resume_behind_marker(),
        }
        true
    }

    fn close(&mut self, length: usize, frames: &mut Vec<Frame>) -> bool {
        let (value, behind) = self.rest()[START.len()..].split_at(length);
        if behind.len() < END.len() {
            self.state = State::Closing { length };
            return false;
        }
        match Frame::parse(&String::from_utf8_lossy(value)) {
            Some(frame) if behind.starts_with(END) => {
                frames.push(frame);
                self.at += START.len() + length + END.len();
                self.state = State::Gap;
            }
            _ => self.resume_behind_marker(),
        }
        true
    }

    fn seek_object(&mut self) -> bool {
        self.pass(|byte| byte.is_ascii_whitespace() || byte == b',');
        self.state = match self.rest().first() {
            None => {
                self.state = State::Between;
                return false;
            }
            Some(b'{') => State::Bare { scanner: Scanner::default(), scanned: 0 },
            Some(b']') => {
                self.at += 1;
                State::Gap
            }
            Some(_) => State::Gap,
        };
        true
    }

    fn scan_bare(&mut self, mut scanner: Scanner, scanned: usize, frames: &mut Vec<Frame>) -> bool {
        let value = self.rest();
        match scan_on(&mut scanner, value, scanned) {
            Scan::Unfinished => {
                self.state = State::Bare { scanner, scanned: value.len() };
                return false;
            }
            Scan::End(length) => {
                match Frame::parse(&String::from_utf8_lossy(&value[..length])) {
                    Some(frame) => {
                        frames.push(frame);
                        self.at += length;
                    }
                    None => self.skip(length),
                }
                self.state = State::Between;
            }
            Scan::Broken => self.resume_behind(1),
        }
        true
    }

    /// What is behind this marker is no frame: another one may begin inside of it, even with the marker's own last
    /// character.
    fn resume_behind_marker(&mut self) {
        self.resume_behind(START.len() - 1);
    }

    fn resume_behind(&mut self, bytes: usize) {
        self.skip(bytes);
        self.state = State::Gap;
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    fn skip(&mut self, bytes: usize) {
        let skipped = self.rest()[..bytes].iter().filter(|byte| !byte.is_ascii_whitespace()).count();
        self.skipped += u64::try_from(skipped).expect("a count of bytes fits");
        self.at += bytes;
    }

    fn pass(&mut self, is_passed: impl Fn(u8) -> bool) {
        self.at += self.rest().iter().take_while(|byte| is_passed(**byte)).count();
    }
}

/// Scans `value` from where the scanner stands, within the bound of a frame.
fn scan_on(scanner: &mut Scanner, value: &[u8], scanned: usize) -> Scan {
    let end = value.len().min(LONGEST_FRAME);
    match scanner.scan(&value[scanned..end]) {
        Scan::End(more) => Scan::End(scanned + more),
        Scan::Unfinished if value.len() > LONGEST_FRAME => Scan::Broken,
        other => other,
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests;
