//! What is counted.

use std::fmt;
use std::str::FromStr;

use crate::frames::Kind;

/// What is done for each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Bytes to a text of the caller's own, and that to UTF-16.
    CodecReceive(Kind),
    /// A text to bytes.
    CodecSend,
    /// A text of 1 KiB to UTF-16.
    CodecEncode,
    /// The socket to `ВнешнееСобытие`.
    LibraryReceive(Kind),
    /// `Отправить` to the socket.
    LibrarySend,
}

impl Work {
    pub(crate) const ALL: [Self; 9] = [
        Self::CodecReceive(Kind::Text64),
        Self::CodecReceive(Kind::Text1K),
        Self::CodecReceive(Kind::Deflate1K),
        Self::CodecSend,
        Self::CodecEncode,
        Self::LibraryReceive(Kind::Text64),
        Self::LibraryReceive(Kind::Text1K),
        Self::LibraryReceive(Kind::Deflate1K),
        Self::LibrarySend,
    ];

    /// As many as are a second or so of work under callgrind; thousands.
    pub(crate) const fn messages(self) -> usize {
        match self {
            Self::CodecReceive(Kind::Deflate1K) | Self::LibraryReceive(Kind::Deflate1K) => 2_000,
            Self::CodecReceive(Kind::Text64) | Self::CodecSend | Self::LibrarySend => 20_000,
            Self::LibraryReceive(Kind::Text64) => 20_000,
            Self::CodecReceive(Kind::Text1K) | Self::CodecEncode | Self::LibraryReceive(Kind::Text1K) => {
                10_000
            }
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CodecReceive(kind) => write!(f, "codec-receive-{kind}"),
            Self::CodecSend => f.write_str("codec-send-64"),
            Self::CodecEncode => f.write_str("codec-utf16-1k"),
            Self::LibraryReceive(kind) => write!(f, "library-receive-{kind}"),
            Self::LibrarySend => f.write_str("library-send-64"),
        }
    }
}

impl FromStr for Work {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|work| work.to_string() == name);
        known.ok_or_else(|| format!("нет такой работы: {name}"))
    }
}
