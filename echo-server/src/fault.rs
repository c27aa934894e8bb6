//! Everything the server can do wrong on purpose, by name.

use std::{fmt, str::FromStr, time::Duration};

use crate::error::InvalidValue;

/// One thing the server does wrong.
///
/// Its text form (`FromStr`, `Display`) is `name` or `name=parameter`, as in [`Fault::ALL`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Fault {
    /// Nothing is wrong.
    #[default]
    None,
    /// The answer to the handshake comes this late.
    AcceptLate(Duration),
    /// TCP is accepted, and nothing is ever answered, not even to a TLS greeting.
    NeverAccept,
    /// TCP is accepted and ended at once, with zero bytes.
    HangUp,
    /// The handshake is refused with this HTTP status (400 to 599) and a body.
    Refuse(u16),
    /// The server closes with this code, any number, legal or not; `None` sends a close frame without a code.
    Close {
        /// The status code of the close frame.
        code: Option<u16>,
        /// The reason of the close frame; sent only with a code. More than 123 bytes make an illegal frame.
        reason: String,
    },
    /// TCP is reset.
    Reset,
    /// The first half of a text frame, then silence for good.
    HalfFrame,
    /// The first half of a text frame, then the end of the stream.
    CutFrame,
    /// A text message that is not UTF-8.
    BadUtf8,
    /// A text frame that is masked, as only a client's may be.
    MaskedFrame,
    /// A frame with the reserved opcode 3.
    ReservedOpcode,
    /// A text message of this many bytes in one frame: the digits 0 to 9, over and over.
    BigMessage(usize),
    /// The server reads nothing more.
    StopReading,
    /// No ping is answered.
    IgnorePing,
    /// No close is answered; the server waits until the client ends the stream.
    IgnoreClose,
    /// Every byte is written and flushed alone, the answer to the handshake too.
    OneByte,
    /// Every message is split into fragments.
    Fragmented {
        /// How many fragments, at least 1; those that a short message cannot fill are empty.
        fragments: usize,
        /// Whether a ping is sent after each fragment but the last.
        ping: bool,
    },
}

/// A row of [`Fault::ALL`].
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The form to write, such as `refuse=STATUS`; what is in brackets may be left out.
    pub form: &'static str,
    /// A text that parses.
    pub example: &'static str,
    /// What the server does, in one line.
    pub text: &'static str,
}

const fn row(form: &'static str, example: &'static str, text: &'static str) -> Description {
    Description { form, example, text }
}

const BIG_MESSAGE: usize = 16 << 20;
const LARGEST_MESSAGE: usize = 1 << 30;
const LATEST_SECONDS: f64 = 86_400.0;
const FRAGMENTS: usize = 3;
const MOST_FRAGMENTS: usize = 1 << 20;

impl Fault {
    /// Every fault there is, each with its form and a line about it.
    pub const ALL: &'static [Description] = &[
        row("none", "none", "nothing is wrong"),
        row("accept-late=SECONDS", "accept-late=2.5", "answers the handshake late"),
        row("never-accept", "never-accept", "accepts TCP and never answers, not even to TLS"),
        row("hang-up", "hang-up", "accepts TCP and ends it with zero bytes"),
        row("refuse=STATUS", "refuse=401", "refuses the handshake with an HTTP status from 400 to 599"),
        row("close[=CODE[,REASON]]", "close=1011,out of order", "closes with a code and a reason"),
        row("reset", "reset", "resets TCP"),
        row("half-frame", "half-frame", "sends half a frame, then nothing more"),
        row("cut-frame", "cut-frame", "sends half a frame, then ends the stream"),
        row("bad-utf8", "bad-utf8", "sends a text that is not UTF-8"),
        row("masked-frame", "masked-frame", "sends a masked frame"),
        row("reserved-opcode", "reserved-opcode", "sends a frame with opcode 3"),
        row("big-message[=BYTES]", "big-message=16777216", "sends one large message, 16 MiB if not told"),
        row("stop-reading", "stop-reading", "reads nothing more"),
        row("ignore-ping", "ignore-ping", "never answers a ping"),
        row("ignore-close", "ignore-close", "never answers a close"),
        row("one-byte", "one-byte", "writes every byte alone"),
        row("fragmented[=COUNT[,ping]]", "fragmented=4,ping", "splits messages, with pings between if told"),
    ];

    /// Whether the fault strikes an open connection once, after as many messages as
    /// [`Options::fault_after`](crate::Options::fault_after) says; the others hold from the start.
    #[must_use]
    pub fn strikes(&self) -> bool {
        match self {
            Self::Close { .. }
            | Self::Reset
            | Self::HalfFrame
            | Self::CutFrame
            | Self::BadUtf8
            | Self::MaskedFrame
            | Self::ReservedOpcode
            | Self::BigMessage(_)
            | Self::StopReading => true,
            Self::None
            | Self::AcceptLate(_)
            | Self::NeverAccept
            | Self::HangUp
            | Self::Refuse(_)
            | Self::IgnorePing
            | Self::IgnoreClose
            | Self::OneByte
            | Self::Fragmented { .. } => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::AcceptLate(delay) => write!(f, "accept-late={}", delay.as_secs_f64()),
            Self::NeverAccept => f.write_str("never-accept"),
            Self::HangUp => f.write_str("hang-up"),
            Self::Refuse(status) => write!(f, "refuse={status}"),
            Self::Close { code: None, .. } => f.write_str("close"),
            Self::Close { code: Some(code), reason } if reason.is_empty() => write!(f, "close={code}"),
            Self::Close { code: Some(code), reason } => write!(f, "close={code},{reason}"),
            Self::Reset => f.write_str("reset"),
            Self::HalfFrame => f.write_str("half-frame"),
            Self::CutFrame => f.write_str("cut-frame"),
            Self::BadUtf8 => f.write_str("bad-utf8"),
            Self::MaskedFrame => f.write_str("masked-frame"),
            Self::ReservedOpcode => f.write_str("reserved-opcode"),
            Self::BigMessage(bytes) => write!(f, "big-message={bytes}"),
            Self::StopReading => f.write_str("stop-reading"),
            Self::IgnorePing => f.write_str("ignore-ping"),
            Self::IgnoreClose => f.write_str("ignore-close"),
            Self::OneByte => f.write_str("one-byte"),
            Self::Fragmented { fragments, ping: false } => write!(f, "fragmented={fragments}"),
            Self::Fragmented { fragments, ping: true } => write!(f, "fragmented={fragments},ping"),
        }
    }
}

impl FromStr for Fault {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (name, parameter) = match text.split_once('=') {
            Some((name, parameter)) => (name, Some(parameter)),
            None => (text, None),
        };
        let fault = match (name, parameter) {
            ("none", None) => Some(Self::None),
            ("accept-late", Some(seconds)) => seconds_of(seconds).map(Self::AcceptLate),
            ("never-accept", None) => Some(Self::NeverAccept),
            ("hang-up", None) => Some(Self::HangUp),
            ("refuse", Some(status)) => {
                status.parse().ok().filter(|status| (400..600).contains(status)).map(Self::Refuse)
            }
            ("close", None) => Some(Self::Close { code: None, reason: String::new() }),
            ("close", Some(parameter)) => {
                let (code, reason) = parameter.split_once(',').unwrap_or((parameter, ""));
                code.parse().ok().map(|code| Self::Close { code: Some(code), reason: reason.to_owned() })
            }
            ("reset", None) => Some(Self::Reset),
            ("half-frame", None) => Some(Self::HalfFrame),
            ("cut-frame", None) => Some(Self::CutFrame),
            ("bad-utf8", None) => Some(Self::BadUtf8),
            ("masked-frame", None) => Some(Self::MaskedFrame),
            ("reserved-opcode", None) => Some(Self::ReservedOpcode),
            ("big-message", None) => Some(Self::BigMessage(BIG_MESSAGE)),
            ("big-message", Some(bytes)) => count_of(bytes, 0, LARGEST_MESSAGE).map(Self::BigMessage),
            ("stop-reading", None) => Some(Self::StopReading),
            ("ignore-ping", None) => Some(Self::IgnorePing),
            ("ignore-close", None) => Some(Self::IgnoreClose),
            ("one-byte", None) => Some(Self::OneByte),
            ("fragmented", None) => Some(Self::Fragmented { fragments: FRAGMENTS, ping: false }),
            ("fragmented", Some(parameter)) => {
                let (count, ping) = match parameter.strip_suffix(",ping") {
                    Some(count) => (count, true),
                    None => (parameter, false),
                };
                count_of(count, 1, MOST_FRAGMENTS).map(|fragments| Self::Fragmented { fragments, ping })
            }
            _ => None,
        };
        fault.ok_or_else(|| match Self::ALL.iter().find(|row| row.name() == name) {
            Some(row) => InvalidValue::new(text, row.form),
            None => InvalidValue::new(
                text,
                format_args!(
                    "one of {}",
                    Self::ALL.iter().map(Description::name).collect::<Vec<_>>().join(", ")
                ),
            ),
        })
    }
}

impl Description {
    /// The part of the form before any parameter.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.form.split(['=', '[']).next().unwrap_or(self.form)
    }
}

fn seconds_of(text: &str) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    (0.0..=LATEST_SECONDS).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

fn count_of(text: &str, least: usize, most: usize) -> Option<usize> {
    text.parse().ok().filter(|count| (least..=most).contains(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_an_example_that_parses_and_reads_back() {
        for row in Fault::ALL {
            let fault: Fault = row.example.parse().unwrap();
            assert_eq!(fault.to_string(), row.example);
            assert!(row.example.starts_with(row.name()), "{row:?}");
        }
    }

    #[test]
    fn optional_parameters_have_defaults() {
        let parsed = |text: &str| text.parse::<Fault>().unwrap().to_string();
        assert_eq!(parsed("close"), "close");
        assert_eq!(parsed("close=4000"), "close=4000");
        assert_eq!(parsed("big-message"), "big-message=16777216");
        assert_eq!(parsed("fragmented"), "fragmented=3");
    }

    #[test]
    fn a_reason_may_hold_any_character() {
        let fault = "close=1000,a,b=c".parse::<Fault>().unwrap();
        assert_eq!(fault, Fault::Close { code: Some(1000), reason: "a,b=c".to_owned() });
    }

    #[test]
    fn what_does_not_fit_is_told_with_the_form_expected() {
        for (text, expected) in [
            ("accept-late", "accept-late=SECONDS"),
            ("accept-late=-1", "accept-late=SECONDS"),
            ("accept-late=NaN", "accept-late=SECONDS"),
            ("refuse=200", "refuse=STATUS"),
            ("close=70000", "close[=CODE[,REASON]]"),
            ("fragmented=0", "fragmented[=COUNT[,ping]]"),
            ("reset=1", "reset"),
            ("explode", "one of none, accept-late"),
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}`: expected {expected}")), "{error}");
        }
    }
}
