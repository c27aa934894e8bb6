//! What a hostile server may cost. Memory is measured: these tests have a process to themselves, and run one at
//! a time.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests too")]

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::BufMut;
use flate2::{Compress, Compression, FlushCompress};
use peak_alloc::PeakAlloc;
use wire::{DeflateParameters, Limits, Received, Receiver, Violation};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
/// What a stream is read in, and the test's own.
const SLACK: usize = 128 * KIB;

/// To be held throughout a test.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A receiver under measurement. Whatever it is fed with must have been made before.
struct Victim {
    receiver: Receiver,
    before: usize,
}

impl Victim {
    fn new(deflate: Option<DeflateParameters>, limits: Limits) -> Self {
        MEMORY.reset_peak_usage();
        let before = MEMORY.current_usage();
        Self { receiver: Receiver::new(deflate, limits, Vec::new()), before }
    }

    /// Takes `stream` up to a message or a violation; tells how many bytes were read by then, and the length
    /// of the message.
    fn take(&mut self, stream: &[u8]) -> (usize, Result<Option<usize>, Violation>) {
        let mut rest = stream;
        while !rest.is_empty() {
            let mut space = self.receiver.space();
            let (piece, others) = rest.split_at(rest.len().min(space.remaining_mut()));
            space.put_slice(piece);
            drop(space);
            rest = others;
            match self.message() {
                Ok(None) => {}
                end => return (stream.len() - rest.len(), end),
            }
        }
        (stream.len(), Ok(None))
    }

    fn message(&mut self) -> Result<Option<usize>, Violation> {
        while let Some(received) = self.receiver.receive()? {
            match received {
                Received::Text(text) => return Ok(Some(text.as_str().len())),
                Received::Binary(payload) => return Ok(Some(payload.as_slice().len())),
                _ => {}
            }
        }
        Ok(None)
    }

    fn assert_peak_below(&self, limit: usize) {
        let peak = MEMORY.peak_usage().saturating_sub(self.before);
        assert!(peak < limit, "{peak} bytes at once, where {limit} are too many");
    }

    fn assert_kept_below(&self, limit: usize) {
        let kept = MEMORY.current_usage().saturating_sub(self.before);
        assert!(kept < limit, "{kept} bytes are kept, where {limit} are too many");
    }
}

/// A frame of at least 64 KiB.
fn frame(first: u8, length: usize, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first, 127];
    frame.extend(u64::try_from(length).unwrap().to_be_bytes());
    frame.extend(payload);
    frame
}

/// 1 GiB of zeros, compressed to 1 MB: every MiB after the first looks the same.
fn bomb() -> Vec<u8> {
    let mut stream = Compress::new(Compression::best(), false);
    let [mut first, other] = [(); 2].map(|()| {
        let mut out = Vec::with_capacity(MIB);
        stream.compress_vec(&vec![0; MIB], &mut out, FlushCompress::Sync).unwrap();
        out
    });
    first.extend(other.repeat(1023));
    first
}

#[test]
fn a_compression_bomb_ends_at_the_limit() {
    let _turn = turn();
    let bomb = bomb();
    assert!((MIB / 2..2 * MIB).contains(&bomb.len()), "{} bytes", bomb.len());
    for kind in [0xC1, 0xC2] {
        let stream = frame(kind, bomb.len(), &bomb);
        let limits = Limits { message_size: 16 * MIB, ..Limits::default() };
        let mut victim = Victim::new(Some(DeflateParameters::default()), limits);
        let (read, end) = victim.take(&stream);
        assert_eq!(end, Err(Violation::MessageTooLarge));
        assert!(read < bomb.len() / 1024 * 17 + SLACK, "{read} bytes were read");
        // The message, for a moment also the smaller one that it grew from, and the inflater.
        victim.assert_peak_below(32 * MIB + 2 * SLACK);
    }
}

#[test]
fn inflating_is_done_in_slices() {
    let _turn = turn();
    let stream = frame(0xC2, 70_000, &bomb()[..1200]);
    let mut victim = Victim::new(Some(DeflateParameters::default()), Limits::default());
    victim.receiver.space().put_slice(&stream);
    let mut slices = 0;
    while let Some(Received::Unfinished) = victim.receiver.receive().unwrap() {
        slices += 1;
    }
    assert!((6..=10).contains(&slices), "{slices} slices of 128 KiB make a MiB and some");
}

#[test]
fn a_length_alone_takes_no_memory() {
    let _turn = turn();
    let stream = frame(0x82, 64 * MIB, &[0; 100]);
    let mut victim = Victim::new(None, Limits::default());
    assert_eq!(victim.take(&stream).1, Ok(None));
    let _ = victim.receiver.space();
    victim.assert_peak_below(MIB + SLACK);
}

#[test]
fn the_memory_of_a_large_message_is_given_back() {
    let _turn = turn();
    let stream = frame(0x82, 64 * MIB, &vec![7; 64 * MIB]);
    let mut victim = Victim::new(None, Limits::default());
    assert_eq!(victim.take(&stream).1, Ok(Some(64 * MIB)));
    victim.assert_peak_below(128 * MIB + SLACK);
    let _ = victim.receiver.space();
    victim.assert_kept_below(17 * KIB);
}

#[test]
fn a_large_message_is_handed_over_without_a_copy() {
    let _turn = turn();
    for kind in [0x81, 0x82] {
        let stream = frame(kind, 16 * MIB, &vec![b'a'; 16 * MIB]);
        let mut receiver = Receiver::new(None, Limits::default(), Vec::new());
        let mut rest = &stream[..];
        let length = loop {
            let mut space = receiver.space();
            let (piece, others) = rest.split_at(rest.len().min(space.remaining_mut()));
            space.put_slice(piece);
            drop(space);
            rest = others;
            MEMORY.reset_peak_usage();
            match receiver.receive().unwrap() {
                Some(Received::Text(text)) => break text.into_string().len(),
                Some(Received::Binary(payload)) => break payload.into_vec().len(),
                _ => assert!(!rest.is_empty(), "the message is whole"),
            }
        };
        assert_eq!(length, 16 * MIB);
        let copied = MEMORY.peak_usage() - stream.len() - length;
        assert!(copied < SLACK, "{copied} bytes were copied");
    }
}

/// A text of `count` fragments of one byte.
fn fragments(count: usize) -> Vec<u8> {
    [&[0x01, 1, b'a'], &[0x00, 1, b'a'].repeat(count - 2)[..], &[0x80, 1, b'a']].concat()
}

#[test]
fn fragments_of_one_byte_are_limited_in_number() {
    let _turn = turn();
    let (most, more) = (fragments(100_000), fragments(100_001));
    let mut victim = Victim::new(None, Limits::default());
    assert_eq!(victim.take(&most).1, Ok(Some(100_000)));
    assert_eq!(victim.take(&more).1, Err(Violation::TooManyFragments));
    victim.assert_peak_below(MIB);
}

#[test]
fn sixteen_mebibytes_in_fragments_of_one_byte() {
    let _turn = turn();
    let stream = fragments(16 * MIB);
    let limits = Limits { fragments: usize::MAX, ..Limits::default() };
    let mut victim = Victim::new(None, limits);
    assert_eq!(victim.take(&stream).1, Ok(Some(16 * MIB)));
    victim.assert_peak_below(32 * MIB + SLACK);
    drop(victim);

    let mut victim = Victim::new(None, Limits { message_size: 8 * MIB, ..limits });
    let (read, end) = victim.take(&stream);
    assert_eq!(end, Err(Violation::MessageTooLarge));
    assert!(read < 3 * 8 * MIB + SLACK, "{read} bytes were read");
    victim.assert_peak_below(16 * MIB + SLACK);
}

#[test]
fn empty_frames_cost_nothing() {
    let _turn = turn();
    let stream = [0x89, 0].repeat(100_000);
    let mut victim = Victim::new(Some(DeflateParameters::default()), Limits::default());
    assert_eq!(victim.take(&stream).1, Ok(None));
    victim.assert_peak_below(SLACK);
}

/// DEFLATE streams of two bytes that end at once: no output, and a new stream each time.
#[test]
fn compressed_nothing_is_limited_too() {
    let _turn = turn();
    let first = frame(0x42, MIB, &[3, 0].repeat(MIB / 2));
    let second = frame(0x00, MIB, &[]);
    let limits = Limits { message_size: MIB, ..Limits::default() };
    let mut victim = Victim::new(Some(DeflateParameters::default()), limits);
    assert_eq!(victim.take(&first).1, Ok(None));
    assert_eq!(victim.take(&second).1, Err(Violation::MessageTooLarge));
    victim.assert_peak_below(5 * SLACK);
}
