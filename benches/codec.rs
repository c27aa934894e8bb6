//! Parts of the codec, in memory, a thousand different messages in turn: `cargo bench --bench codec`.

#[path = "../examples/instructions/frames.rs"]
mod frames;

use std::hint::black_box;

use bytes::BufMut;
use criterion::{Criterion, Throughput};
use native_api::utf16;
use wire::{DeflateParameters, Limits, Received, Receiver, Sender, SystemRandom};

use self::frames::{Kind, MESSAGES, TEXT, frame};

const BINARY: u8 = 0x82;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    receive(&mut criterion);
    send(&mut criterion);
    encode(&mut criterion);
    criterion.final_summary();
}

/// A text of a million bytes, half of it Cyrillic.
fn large() -> String {
    Kind::Text1K.texts().collect()
}

fn receive(criterion: &mut Criterion) {
    let large = large();
    let works = [
        ("64 B text", Kind::Text64.frames(), MESSAGES),
        ("1 KiB text", Kind::Text1K.frames(), MESSAGES),
        ("1 KiB text, compressed", Kind::Deflate1K.frames(), MESSAGES),
        ("1 MB text", frame(TEXT, large.as_bytes()), 1),
        ("64 B binary", frame(BINARY, &[7; 64]).repeat(MESSAGES), MESSAGES),
        ("1 KiB binary", frame(BINARY, &[7; 1 << 10]).repeat(MESSAGES), MESSAGES),
        ("1 MB binary", frame(BINARY, large.as_bytes()), 1),
    ];
    let mut group = criterion.benchmark_group("receive");
    for (name, stream, messages) in works {
        group.throughput(elements(messages));
        group.bench_function(name, |bencher| bencher.iter(|| assert_eq!(received(&stream), messages)));
    }
    group.finish();
}

/// Takes all messages over; how many.
fn received(mut stream: &[u8]) -> usize {
    let mut receiver = Receiver::new(Some(DeflateParameters::default()), Limits::default(), Vec::new());
    let mut messages = 0;
    while !stream.is_empty() {
        let mut space = receiver.space();
        let (now, later) = stream.split_at(stream.len().min(space.remaining_mut()));
        space.put_slice(now);
        drop(space);
        stream = later;
        while let Some(received) = receiver.receive().expect("the server is right") {
            match received {
                Received::Text(text) => drop(black_box(text.into_string())),
                Received::Binary(binary) => drop(black_box(binary.into_vec())),
                _ => continue,
            }
            messages += 1;
        }
    }
    messages
}

fn send(criterion: &mut Criterion) {
    let works = [
        ("64 B text", Kind::Text64.texts().collect::<Vec<_>>(), None),
        ("1 KiB text", Kind::Text1K.texts().collect(), None),
        ("1 KiB text, compressed", Kind::Text1K.texts().collect(), Some(DeflateParameters::default())),
        // Of so large a message nothing counts but its mask.
        ("1 MB text", vec![large()], None),
    ];
    let mut group = criterion.benchmark_group("send");
    for (name, texts, deflate) in works {
        let mut sender = Sender::new(deflate, SystemRandom::new().expect("a random source"));
        let mut out = Vec::new();
        group.throughput(elements(texts.len()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                out.clear();
                for text in &texts {
                    sender.text(text, &mut out).expect("nothing was closed");
                }
                black_box(&out);
            });
        });
    }
    group.finish();
}

fn encode(criterion: &mut Criterion) {
    let works = [
        ("64 B ASCII", Kind::Text64.texts().collect::<Vec<_>>()),
        ("1 KiB, half Cyrillic", Kind::Text1K.texts().collect()),
        ("1 MB, half Cyrillic", vec![large()]),
        ("1 MB ASCII", vec!["{\"type\":\"event\"}".repeat(1 << 16)]),
    ];
    let mut group = criterion.benchmark_group("UTF-16");
    for (name, texts) in works {
        let longest = texts.iter().map(String::len).max().unwrap_or_default();
        let mut units = vec![0; utf16::room(longest)];
        group.throughput(elements(texts.len()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for text in &texts {
                    black_box(utf16::encode(text, &mut units));
                }
            });
        });
    }
    group.finish();
}

fn elements(count: usize) -> Throughput {
    Throughput::Elements(u64::try_from(count).expect("few"))
}
