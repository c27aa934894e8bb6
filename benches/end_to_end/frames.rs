//! What is sent: the messages of each kind of work, and the frames that the server has ready before it is asked.

use std::io;
use std::path::Path;

use flate2::{Compress, Compression, FlushCompress};

use crate::outcome::Outcome;

/// Frames of a stream are made until they fill so many bytes, and then repeated.
const REPEATED: usize = 256 << 10;
/// Most bytes of one write.
const WRITE: usize = 256 << 10;
/// Different messages of a compressed stream: with fewer the window would hold whole messages.
const COMPRESSED_MESSAGES: u32 = 30_000;

/// Kinds of messages that are received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 64 bytes of JSON.
    Text64,
    /// 1 KiB of JSON, half of it Cyrillic.
    Text1K,
    /// 1 MiB of the same.
    Text1M,
    /// 1 MiB.
    Binary1M,
    /// 1 KiB of JSON, each message different, compressed with context takeover.
    Deflate1K,
    /// What an exchange has sent.
    Exchange,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Text64, Self::Text1K, Self::Text1M, Self::Binary1M, Self::Deflate1K, Self::Exchange];

    /// As the path of a request names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text64 => "text-64",
            Self::Text1K => "text-1k",
            Self::Text1M => "text-1m",
            Self::Binary1M => "binary-1m",
            Self::Deflate1K => "deflate-1k",
            Self::Exchange => "exchange",
        }
    }

    /// Bytes of each message; an exchange's differ.
    pub(crate) fn size(self) -> Option<usize> {
        match self {
            Self::Text64 => Some(64),
            Self::Text1K | Self::Deflate1K => Some(1 << 10),
            Self::Text1M | Self::Binary1M => Some(1 << 20),
            Self::Exchange => None,
        }
    }

    /// The message that is sent again and again; `None` where messages differ.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Text64 | Self::Text1K | Self::Text1M => self.size().map(json),
            Self::Binary1M | Self::Deflate1K | Self::Exchange => None,
        }
    }
}

/// Frames, one after another, ready to be written.
pub(crate) struct Frames {
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Frames {
    pub(crate) fn of(kind: Kind) -> Outcome<Self> {
        let mut frames = Self { bytes: Vec::new(), ends: Vec::new() };
        match kind {
            Kind::Exchange => {
                let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/ari-queue20.tsv");
                for line in std::fs::read_to_string(recorded)?.lines() {
                    let (_, text) = line.split_once('\t').ok_or("no tab in a line of the record")?;
                    frames.push(TEXT, text.as_bytes());
                }
            }
            Kind::Deflate1K => frames.compress()?,
            Kind::Binary1M => frames.push(BINARY, &bytes(1 << 20)),
            Kind::Text64 | Kind::Text1K | Kind::Text1M => {
                let text = kind.text().unwrap_or_default();
                while frames.bytes.len() < REPEATED {
                    frames.push(TEXT, text.as_bytes());
                }
            }
        }
        Ok(frames)
    }

    /// How many bytes `count` of them take.
    pub(crate) fn length(&self, count: usize) -> usize {
        let (whole, rest) = (count / self.ends.len(), count % self.ends.len());
        whole * self.bytes.len() + self.end(rest)
    }

    /// Writes `count` of them, from the first again after the last.
    pub(crate) fn write(
        &self,
        count: usize,
        mut write: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        for _ in 0..count / self.ends.len() {
            self.bytes.chunks(WRITE).try_for_each(&mut write)?;
        }
        self.bytes[..self.end(count % self.ends.len())].chunks(WRITE).try_for_each(write)
    }

    fn end(&self, count: usize) -> usize {
        count.checked_sub(1).map_or(0, |last| self.ends[last])
    }

    fn push(&mut self, opcode: u8, payload: &[u8]) {
        head(&mut self.bytes, opcode, payload.len());
        self.bytes.extend_from_slice(payload);
        self.ends.push(self.bytes.len());
    }

    /// The first message refers to none before it, so the whole can be repeated on one connection.
    fn compress(&mut self) -> Outcome {
        let mut deflate = Compress::new(Compression::new(6), false);
        let mut random = fastrand::Rng::with_seed(42);
        for _ in 0..COMPRESSED_MESSAGES {
            let mut out = Vec::with_capacity(4 << 10);
            let text = varied(&mut random, 1 << 10);
            deflate.compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync)?;
            // RFC 7692, section 7.2.1.
            let payload = out.strip_suffix(&[0, 0, 0xFF, 0xFF]).ok_or("a flush ends with an empty block")?;
            self.push(COMPRESSED | TEXT, payload);
        }
        Ok(())
    }
}

pub(crate) const TEXT: u8 = 1;
const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;
/// RSV1 of RFC 7692.
const COMPRESSED: u8 = 0x40;
const FIN: u8 = 0x80;

/// Appends the head of a frame that is not masked (RFC 6455, section 5.2).
pub(crate) fn head(bytes: &mut Vec<u8>, opcode: u8, length: usize) {
    bytes.push(FIN | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..126), _) => bytes.push(short),
        (_, Ok(medium)) => {
            bytes.push(126);
            bytes.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            bytes.push(127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// A message of a client: masked with a key of zeros, which leaves the bytes as they are.
pub(crate) fn masked(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    head(&mut bytes, TEXT, text.len());
    bytes[1] |= 0x80;
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// JSON of exactly `size` bytes; from 256 on half of it is Cyrillic.
pub(crate) fn json(size: usize) -> String {
    let filler =
        if size < 256 { "shipped " } else { "Заказ отгружен со склада; order 000042, " };
    fill(r#"{"event":"order.update","n":17,"s":""#, size, || filler.to_owned())
}

/// The same, and no two alike.
fn varied(random: &mut fastrand::Rng, size: usize) -> String {
    let head = format!(r#"{{"event":"order.update","id":{},"rows":["#, random.u32(..));
    fill(&(head + "\""), size, || {
        let goods = ["Болт", "Гайка", "Шайба", "Труба", "Кабель", "Лампа", "Насос", "Клапан"];
        let name = goods[random.usize(..goods.len())];
        format!(r#"{name} {}; price {}.{:02}, "#, random.u16(..), random.u16(..), random.u8(..100))
    })
}

/// `head`, pieces as long as there is room for them, and the end of an object's last string.
fn fill(head: &str, size: usize, mut piece: impl FnMut() -> String) -> String {
    let end = if head.contains('[') { "\"]}" } else { "\"}" };
    let mut text = head.to_owned();
    loop {
        let piece = piece();
        if text.len() + piece.len() + end.len() > size {
            break;
        }
        text.push_str(&piece);
    }
    while text.len() + end.len() < size {
        text.push('.');
    }
    text + end
}

fn bytes(size: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(42);
    let mut bytes = vec![0; size];
    random.fill(&mut bytes);
    bytes
}
