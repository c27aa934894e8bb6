//! Everything the push server can do wrong on purpose with a poll, by name.

use std::{fmt, str::FromStr};

use crate::{
    error::InvalidValue,
    fault::{Description, misfit, split},
};

/// The largest message of a push server of version 4 is 1 MiB; bodies of 900 kB were seen.
const LARGE_MESSAGE: usize = 900_000;
const LARGEST_MESSAGE: usize = 16 << 20;

/// One thing the push server does wrong with a poll, or with a WebSocket in its place, to which `stale`, `byte-chunks`
/// and `large` are `none`.
///
/// Its text form (`FromStr`, `Display`) is `name` or `name=parameter`, as in [`PollFault::ALL`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum PollFault {
    /// Nothing is wrong.
    #[default]
    None,
    /// Nothing is ever answered.
    Stall,
    /// TCP is reset before any answer.
    Reset,
    /// The stream ends cleanly, without an answer.
    HangUp,
    /// The answer is given in part and TCP is reset: after so many bytes of its body as it travels, chunk sizes
    /// included; in the middle of its last frame if not told. Of a WebSocket, this is its first message.
    Cut(Option<usize>),
    /// The answer is good and promises to keep the connection, which is closed without an answer when the next request
    /// has come on it.
    Stale,
    /// Every byte of the body is a chunk of its own, so that characters are cut in two.
    ByteChunks,
    /// A message of so many bytes is published on the shared channel as soon as the poll waits.
    Large(usize),
    /// The last message stored is given at once, whatever the `mid`: live messages are not filtered by it.
    Repeat,
    /// This status (200 to 599) with a page of HTML; 400 is that of a wrong channel, in plain text.
    Status(u16),
    /// A WebSocket is closed with this code as soon as it is open; to a poll, this is `none`.
    Close(u16),
}

const fn row(form: &'static str, example: &'static str, text: &'static str) -> Description {
    Description { form, example, text }
}

impl PollFault {
    /// Every fault there is, each with its form and a line about it.
    pub const ALL: &'static [Description] = &[
        row("none", "none", "nothing is wrong"),
        row("stall", "stall", "never answers"),
        row("reset", "reset", "resets TCP before any answer"),
        row("hang-up", "hang-up", "ends the stream without an answer"),
        row(
            "cut[=BYTES]",
            "cut=100",
            "resets TCP after part of the body, half of the last frame if not told",
        ),
        row("stale", "stale", "closes the kept connection when the next request has come"),
        row("byte-chunks", "byte-chunks", "sends every byte of the body as a chunk"),
        row("large[=BYTES]", "large=900000", "publishes a large message, 900,000 bytes if not told"),
        row("repeat", "repeat", "gives the last message again, whatever the mid"),
        row("status=STATUS", "status=502", "answers with a status from 200 to 599 and HTML; 400 is in text"),
        row("close=CODE", "close=4010", "closes a WebSocket with a code from 3000 to 4999"),
    ];
}

impl fmt::Display for PollFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Stall => f.write_str("stall"),
            Self::Reset => f.write_str("reset"),
            Self::HangUp => f.write_str("hang-up"),
            Self::Cut(None) => f.write_str("cut"),
            Self::Cut(Some(bytes)) => write!(f, "cut={bytes}"),
            Self::Stale => f.write_str("stale"),
            Self::ByteChunks => f.write_str("byte-chunks"),
            Self::Large(bytes) => write!(f, "large={bytes}"),
            Self::Repeat => f.write_str("repeat"),
            Self::Status(status) => write!(f, "status={status}"),
            Self::Close(code) => write!(f, "close={code}"),
        }
    }
}

impl FromStr for PollFault {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (name, parameter) = split(text);
        let fault = match (name, parameter) {
            ("none", None) => Some(Self::None),
            ("stall", None) => Some(Self::Stall),
            ("reset", None) => Some(Self::Reset),
            ("hang-up", None) => Some(Self::HangUp),
            ("cut", None) => Some(Self::Cut(None)),
            ("cut", Some(bytes)) => bytes.parse().ok().map(|bytes| Self::Cut(Some(bytes))),
            ("stale", None) => Some(Self::Stale),
            ("byte-chunks", None) => Some(Self::ByteChunks),
            ("large", None) => Some(Self::Large(LARGE_MESSAGE)),
            ("large", Some(bytes)) => {
                bytes.parse().ok().filter(|bytes| *bytes <= LARGEST_MESSAGE).map(Self::Large)
            }
            ("repeat", None) => Some(Self::Repeat),
            ("status", Some(status)) => {
                status.parse().ok().filter(|status| (200..600).contains(status)).map(Self::Status)
            }
            ("close", Some(code)) => {
                code.parse().ok().filter(|code| (3000..5000).contains(code)).map(Self::Close)
            }
            _ => None,
        };
        fault.ok_or_else(|| misfit(Self::ALL, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_an_example_that_parses_and_reads_back() {
        for row in PollFault::ALL {
            let fault: PollFault = row.example.parse().unwrap();
            assert_eq!(fault.to_string(), row.example);
            assert!(row.example.starts_with(row.name()), "{row:?}");
        }
        assert_eq!("cut".parse(), Ok(PollFault::Cut(None)));
        assert_eq!("large".parse(), Ok(PollFault::Large(900_000)));
    }

    #[test]
    fn what_does_not_fit_is_told_with_the_form_expected() {
        for (text, expected) in [
            ("status=199", "status=STATUS"),
            ("cut=x", "cut[=BYTES]"),
            ("close=1000", "close=CODE"),
            ("large=16777217", "large[=BYTES]"),
            ("stall=1", "stall"),
            ("explode", "one of none, stall"),
        ] {
            let error = text.parse::<PollFault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}`: expected {expected}")), "{error}");
        }
    }
}
