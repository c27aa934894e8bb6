//! What holds for every stream: proptest looks for one for which it does not.

use proptest::collection::vec;
use proptest::prelude::*;
use wire::{DeflateParameters, Limits, Receiver, Sender};

use crate::compression::Server;
use crate::generator::{Seed, script};
use crate::peer::{BINARY, Event, FIN, Outcome, RSV1, TEXT, feed, frame, predictable, sent};

const LIMITS: Limits = Limits { message_size: 70_000, fragments: 20, read_buffer: 1000 };

/// The outcome when the stream is cut into pieces of these lengths, over and over.
fn outcome(deflate: Option<DeflateParameters>, stream: &[u8], cuts: &[usize]) -> Outcome {
    let mut cuts = cuts.iter().copied().cycle();
    feed(&mut Receiver::new(deflate, LIMITS, Vec::new()), stream, || cuts.next().unwrap())
}

fn parameters() -> impl Strategy<Value = DeflateParameters> {
    (any::<bool>(), 8..=15_u8, 8..=15_u8).prop_map(|(server_no_context_takeover, server, client)| {
        DeflateParameters {
            server_no_context_takeover,
            server_max_window_bits: server,
            client_max_window_bits: client,
        }
    })
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    vec(1..3000_usize, 1..10)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn it_does_not_matter_where_a_stream_is_cut(seed: u64, flips in vec(any::<(usize, u8)>(), 0..3), cuts in cuts()) {
        let mut stream = script(&mut Seed::new(seed)).bytes;
        for (at, flip) in flips {
            let length = stream.len();
            if let Some(byte) = stream.get_mut(at % length.max(1)) {
                *byte ^= flip;
            }
        }
        let whole = outcome(None, &stream, &[usize::MAX]);
        prop_assert_eq!(&whole, &outcome(None, &stream, &cuts));
        if stream.len() < 5000 {
            prop_assert_eq!(&whole, &outcome(None, &stream, &[1]));
        }
    }

    #[test]
    fn no_bytes_do_harm(stream in vec(any::<u8>(), 0..2000), parameters in proptest::option::of(parameters()), cuts in cuts()) {
        outcome(parameters, &stream, &cuts);
    }

    #[test]
    fn no_compressed_bytes_do_harm(payloads in vec((any::<bool>(), vec(any::<u8>(), 0..300)), 1..5), parameters in parameters(), cuts in cuts()) {
        let stream = payloads.iter().flat_map(|(text, payload)| {
            frame(if *text { TEXT } else { BINARY } | RSV1, payload)
        }).collect::<Vec<_>>();
        prop_assert_eq!(outcome(Some(parameters), &stream, &cuts), outcome(Some(parameters), &stream, &[1]));
    }

    #[test]
    fn compressed_fragments_make_the_message(
        messages in vec(vec(0..4_u8, 0..2000), 1..5), parameters in parameters(), ends in vec(0..1000_usize, 1..5), cuts in cuts()
    ) {
        let mut server = Server::new(parameters);
        let mut stream = Vec::new();
        for message in &messages {
            let compressed = server.compress(message);
            let (mut first, mut rest) = (BINARY | RSV1, &compressed[..]);
            for end in &ends {
                let (piece, others) = rest.split_at(*end.min(&rest.len()));
                stream.extend(frame(first & !FIN, piece));
                (first, rest) = (0, others);
            }
            stream.extend(frame(FIN, rest));
        }
        let expected = messages.into_iter().map(Event::Binary).collect::<Vec<_>>();
        prop_assert_eq!(outcome(Some(parameters), &stream, &cuts).events, expected);
    }

    #[test]
    fn what_is_sent_says_what_was_meant(
        messages in vec((any::<bool>(), ".{0,400}"), 1..10), threshold in 0..600_usize, parameters in proptest::option::of(parameters())
    ) {
        let mut sender = Sender::new(parameters, predictable);
        sender.set_compression_threshold(threshold);
        let mut out = Vec::new();
        for (text, message) in &messages {
            if *text {
                sender.text(message, &mut out).unwrap();
            } else {
                sender.binary(message.as_bytes(), &mut out).unwrap();
            }
        }
        // Without masks these are a server's frames; the roles of the parameters are exchanged.
        let stream = sent(&out).iter().flat_map(|(first, payload)| frame(*first, payload)).collect::<Vec<_>>();
        let exchanged = parameters.map(|parameters| DeflateParameters {
            server_no_context_takeover: true,
            server_max_window_bits: parameters.client_max_window_bits,
            client_max_window_bits: parameters.server_max_window_bits,
        });
        let expected = messages.into_iter().map(|(text, message)| match text {
            true => Event::Text(message),
            false => Event::Binary(message.into_bytes()),
        }).collect::<Vec<_>>();
        prop_assert_eq!(outcome(exchanged, &stream, &[usize::MAX]).events, expected);
    }
}
