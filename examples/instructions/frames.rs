//! Messages and their frames, the same every time.

use std::fmt;

use fastrand::Rng;
use flate2::{Compress, Compression, FlushCompress};

/// Different messages of a kind. A server that has sent them may send them again.
pub(crate) const MESSAGES: usize = 1000;

/// The first bytes of frames that are whole messages (RFC 6455, section 5.2).
pub(crate) const TEXT: u8 = 0x81;
/// RFC 7692, section 6.
const COMPRESSED: u8 = 0x40;

/// Kinds of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 64 bytes of JSON.
    Text64,
    /// 1 KiB of JSON, half of it Cyrillic.
    Text1K,
    /// The same, compressed.
    Deflate1K,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text64 => "64",
            Self::Text1K => "1k",
            Self::Deflate1K => "1k-deflate",
        })
    }
}

impl Kind {
    /// Messages of this kind, each different.
    pub(crate) fn texts(self) -> impl Iterator<Item = String> {
        let mut random = Rng::with_seed(42);
        (0..MESSAGES).map(move |_| match self {
            Self::Text64 => format!(r#"{{"type":"ChannelStateChange","number":{:025}}}"#, random.u64(..)),
            Self::Text1K | Self::Deflate1K => json(&mut random, 1 << 10),
        })
    }

    /// Their frames.
    pub(crate) fn frames(self) -> Vec<u8> {
        let mut deflate = Compress::new(Compression::default(), false);
        let frames = self.texts().flat_map(|text| match self {
            Self::Text64 | Self::Text1K => frame(TEXT, text.as_bytes()),
            Self::Deflate1K => {
                let mut out = Vec::with_capacity(2 * text.len());
                let flushed = deflate.compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync);
                flushed.expect("the stream is never finished");
                // Without the end of an empty block (RFC 7692, section 7.2.1).
                frame(TEXT | COMPRESSED, &out[..out.len() - 4])
            }
        });
        frames.collect()
    }
}

/// A frame of a server.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..126), _) => frame.push(length),
        (_, Ok(length)) => {
            frame.push(126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend(u64::try_from(payload.len()).expect("a usize has at most 64 bits").to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

const WORDS: [&str; 12] = [
    "звонок",
    "входящий",
    "абонент",
    "очередь",
    "ответил",
    "Иванов",
    "разговор",
    "завершён",
    "перевод",
    "менеджер",
    "да",
    "№ 17",
];
const VALUES: [&str; 6] =
    ["PJSIP/100-00000a3f", "ANSWERED", "true", "2026-11-22T10:15:33.512+0300", "1695", "queue-support"];
const KEYS: [&str; 6] = ["type", "channel", "caller", "state", "application", "timestamp"];

/// A text of exactly `size` bytes.
fn json(random: &mut Rng, size: usize) -> String {
    let mut text = String::from("{");
    while text.len() < size - 80 {
        text += &format!(r#""{}{}":""#, KEYS[random.usize(..KEYS.len())], random.u16(..));
        for _ in 0..random.usize(1..4) {
            text += if random.u8(..10) < 6 {
                WORDS[random.usize(..WORDS.len())]
            } else {
                VALUES[random.usize(..VALUES.len())]
            };
            text.push(' ');
        }
        text += r#"","#;
    }
    text += &format!(r#""end":"{}"}}"#, "x".repeat(size.saturating_sub(text.len() + 9)));
    text
}
