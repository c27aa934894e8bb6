//! permessage-deflate with a server of flate2's own, in every combination of parameters.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use wire::{DeflateParameters, Limits, Receiver, Sender, Violation};

use crate::generator::Seed;
use crate::peer::{BINARY, Event, FIN, Outcome, PING, RSV1, TEXT, feed, frame, predictable, sent};

/// The compressing half of a server.
pub(crate) struct Server {
    stream: Compress,
    keep_context: bool,
}

impl Server {
    pub(crate) fn new(parameters: DeflateParameters) -> Self {
        let bits = parameters.server_max_window_bits.max(9);
        let stream = Compress::new_with_window_bits(Compression::default(), false, bits);
        Self { stream, keep_context: !parameters.server_no_context_takeover }
    }

    pub(crate) fn compress(&mut self, payload: &[u8]) -> Vec<u8> {
        if payload.is_empty() {
            // zlib does not flush twice in a row (RFC 7692, section 7.2.3.6).
            return vec![0];
        }
        let mut out = Vec::with_capacity(payload.len() * 2 + 100);
        self.stream.compress_vec(payload, &mut out, FlushCompress::Sync).unwrap();
        if !self.keep_context {
            self.stream.reset();
        }
        assert!(out.ends_with(&[0, 0, 0xFF, 0xFF]));
        out.truncate(out.len() - 4);
        out
    }
}

fn all_parameters() -> impl Iterator<Item = DeflateParameters> {
    (8..=15).flat_map(|bits| {
        [true, false].map(|server_no_context_takeover| DeflateParameters {
            server_no_context_takeover,
            server_max_window_bits: bits,
            client_max_window_bits: bits,
        })
    })
}

/// Texts that resemble each other, from empty to several windows.
fn texts() -> Vec<String> {
    let mut seed = Seed::new(1);
    let mut texts = vec![String::new()];
    for repeat in [1, 1, 2, 20, 300, 3000, 1] {
        let event = |seed: &mut Seed| format!(r#"{{"type":"ChannelVarset","имя":{}}}"#, seed.below(1000));
        texts.push((0..repeat).map(|_| event(&mut seed)).collect());
    }
    texts
}

fn receive(parameters: DeflateParameters, stream: &[u8], cut: usize) -> Outcome {
    feed(&mut Receiver::new(Some(parameters), Limits::default(), Vec::new()), stream, || cut)
}

fn events(texts: &[String]) -> Vec<Event> {
    texts.iter().cloned().map(Event::Text).collect()
}

#[test]
fn what_the_server_compresses_is_received() {
    for parameters in all_parameters() {
        let mut server = Server::new(parameters);
        let compressed = |text: &String| frame(TEXT | RSV1, &server.compress(text.as_bytes()));
        let stream = texts().iter().flat_map(compressed).collect::<Vec<_>>();
        for cut in [usize::MAX, 1, 1000] {
            let outcome = receive(parameters, &stream, cut);
            assert_eq!((outcome.events, outcome.violation), (events(&texts()), None), "{parameters:?}");
        }
    }
}

#[test]
fn what_the_client_compresses_the_server_can_read() {
    for parameters in all_parameters() {
        let mut sender = Sender::new(Some(parameters), predictable);
        sender.set_compression_threshold(0);
        let mut out = Vec::new();
        for text in texts() {
            sender.text(&text, &mut out).unwrap();
        }
        let frames = sent(&out);
        assert_eq!(frames.len(), texts().len());
        for ((first, payload), text) in frames.into_iter().zip(texts()) {
            if parameters.client_max_window_bits == 8 {
                // zlib cannot make such a window; a message may always go uncompressed.
                assert_eq!((first, payload), (TEXT, text.into_bytes()));
                continue;
            }
            assert_eq!(first, TEXT | RSV1);
            // A new stream for every message: the client refers to none before.
            let mut stream = Decompress::new_with_window_bits(false, parameters.client_max_window_bits);
            let mut inflated = Vec::with_capacity(text.len() + 1);
            let payload = [&payload[..], &[0, 0, 0xFF, 0xFF]].concat();
            stream.decompress_vec(&payload, &mut inflated, FlushDecompress::None).unwrap();
            assert_eq!(inflated, text.into_bytes(), "{parameters:?}");
        }
    }
}

#[test]
fn an_empty_message_is_one_byte() {
    let mut sender = Sender::new(Some(DeflateParameters::default()), predictable);
    sender.set_compression_threshold(0);
    let mut out = Vec::new();
    sender.text("", &mut out).unwrap();
    assert_eq!(sent(&out), [(TEXT | RSV1, vec![0])]);
}

#[test]
fn a_compressed_message_may_come_in_fragments_among_others() {
    let parameters = DeflateParameters::default();
    let text = &texts()[6];
    let mut server = Server::new(parameters);
    let compressed = server.compress(text.as_bytes());
    let (first, second) = compressed.split_at(compressed.len() / 3);
    let stream = [
        frame(TEXT, b"plain"),
        frame((TEXT | RSV1) & !FIN, first),
        frame(PING, b""),
        frame(0, second),
        frame(FIN, b""),
        frame(BINARY, b"plain too"),
        frame(TEXT | RSV1, &server.compress(b"last")),
    ]
    .concat();
    let text = |text: &str| Event::Text(text.to_owned());
    let expected = [
        text("plain"),
        Event::Ping(Vec::new()),
        text(&texts()[6]),
        Event::Binary(b"plain too".to_vec()),
        text("last"),
    ];
    for cut in [usize::MAX, 1, 7] {
        assert_eq!(receive(parameters, &stream, cut).events, expected);
    }
}

/// The examples of RFC 7692, section 7.2.3.
#[test]
fn the_examples_of_the_rfc_are_received() {
    let parameters = DeflateParameters::default();
    for payload in [
        &b"\xF2\x48\xCD\xC9\xC9\x07\x00"[..],
        // A block without compression.
        b"\x00\x05\x00\xFA\xFF\x48\x65\x6C\x6C\x6F\x00",
        // A block with BFINAL.
        b"\xF3\x48\xCD\xC9\xC9\x07\x00\x00",
        // Two blocks.
        b"\xF2\x48\x05\x00\x00\x00\xFF\xFF\xCA\xC9\xC9\x07\x00",
    ] {
        let twice = frame(TEXT | RSV1, payload).repeat(2);
        let hello = Event::Text("Hello".to_owned());
        for cut in [usize::MAX, 1] {
            assert_eq!(
                receive(parameters, &twice, cut).events,
                [hello.clone(), hello.clone()],
                "{payload:x?}"
            );
        }
    }
    // The second message refers to the first.
    let stream =
        [frame(0xC1, b"\xF2\x48\xCD\xC9\xC9\x07\x00"), frame(0xC1, b"\xF2\x00\x11\x00\x00")].concat();
    let hello = Event::Text("Hello".to_owned());
    assert_eq!(receive(parameters, &stream, 1).events, [hello.clone(), hello]);
    let no_context = DeflateParameters { server_no_context_takeover: true, ..parameters };
    assert_eq!(receive(no_context, &stream, 1).violation, Some(Violation::CorruptDeflate));
}

#[test]
fn a_message_that_ends_with_its_stream_is_received() {
    let final_block = frame(TEXT | RSV1, b"\xF3\x48\xCD\xC9\xC9\x07\x00");
    let outcome = receive(DeflateParameters::default(), &final_block.repeat(3), usize::MAX);
    assert_eq!((outcome.events.len(), outcome.violation), (3, None));
}

#[test]
fn what_cannot_be_inflated_is_refused() {
    let parameters = DeflateParameters::default();
    for payload in [
        &b"\xFF\xFF\xFF"[..],
        // A stored block whose lengths disagree.
        b"\x00\x05\x00\x00\x00Hello",
        // A stored block that is cut: the marker would become data.
        b"\x00\x05\x00\xFA\xFFHe",
        // A reference to before the beginning.
        b"\xF2\x00\x11\x00\x00",
    ] {
        let stream = frame(BINARY | RSV1, payload);
        for cut in [usize::MAX, 1] {
            let violation = receive(parameters, &stream, cut).violation;
            assert_eq!(violation, Some(Violation::CorruptDeflate), "{payload:x?}");
        }
    }
}

#[test]
fn a_server_may_look_farther_back_than_it_has_said() {
    let far_apart = [&Seed::new(7).noise(300)[..], &[b' '; 2000], &Seed::new(7).noise(300)].concat();
    let wide = DeflateParameters::default();
    let stream = frame(BINARY | RSV1, &Server::new(wide).compress(&far_apart));
    assert!(stream.len() < 400, "the second noise refers to the first");
    for cut in [usize::MAX, 1] {
        let narrow = DeflateParameters { server_max_window_bits: 9, ..wide };
        assert_eq!(receive(narrow, &stream, cut).events, [Event::Binary(far_apart.clone())]);
    }
}

#[test]
fn inflated_text_is_judged_as_it_comes() {
    let mut server = Server::new(DeflateParameters::default());
    let bad = server.compress(&[&[b'a'; 1000][..], b"\xFF"].concat());
    let unfinished = frame((TEXT | RSV1) & !FIN, &bad);
    let violation = receive(DeflateParameters::default(), &unfinished, usize::MAX).violation;
    assert_eq!(violation, Some(Violation::InvalidUtf8));
}

#[test]
fn the_limit_holds_for_what_is_inflated() {
    let limits = Limits { message_size: 100_000, ..Limits::default() };
    for (length, violation) in [(100_000, None), (100_001, Some(Violation::MessageTooLarge))] {
        let parameters = DeflateParameters::default();
        let stream = frame(BINARY | RSV1, &Server::new(parameters).compress(&vec![7; length]));
        let mut receiver = Receiver::new(Some(parameters), limits, Vec::new());
        assert_eq!(feed(&mut receiver, &stream, || usize::MAX).violation, violation, "{length}");
    }
}

/// Found by the fuzzer.
#[test]
fn what_is_too_large_before_it_is_corrupt_is_too_large_however_it_is_cut() {
    const STREAM: [u8; 33] = [
        0xC1, 0x1D, 0xAA, 0x56, 0x4A, 0x2D, 0x4B, 0xCD, 0x2B, 0x51, 0xB2, 0x52, 0x1F, 0x25, 0xCA, 0x42, 0x60,
        0x18, 0x05, 0x83, 0x49, 0x6E, 0x6E, 0x6E, 0x26, 0x01, 0x00, 0x01, 0x00, 0xFF, 0x49, 0x00, 0x0A,
    ];
    for piece in [1, usize::MAX] {
        let limits = Limits { message_size: 300, ..Limits::default() };
        let mut receiver = Receiver::new(Some(DeflateParameters::default()), limits, Vec::new());
        let outcome = feed(&mut receiver, &STREAM, || piece);
        assert_eq!(outcome.violation, Some(Violation::MessageTooLarge), "{piece}");
    }
}
