//! Faults in text form.

use std::{fmt, str::FromStr, time::Duration};

use super::{Fault, misfit, split};
use crate::error::InvalidValue;

const BIG_MESSAGE: usize = 16 << 20;
const LARGEST_MESSAGE: usize = 1 << 30;
const LATEST_SECONDS: f64 = 86_400.0;
const FRAGMENTS: usize = 3;
const MOST_FRAGMENTS: usize = 1 << 20;
const PINGS: u64 = 100_000;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::AcceptLate(delay) => write!(f, "accept-late={}", delay.as_secs_f64()),
            Self::NeverAccept => f.write_str("never-accept"),
            Self::HangUp => f.write_str("hang-up"),
            Self::Tls10 => f.write_str("tls-1.0"),
            Self::ClientCertificate => f.write_str("client-certificate"),
            Self::Refuse(status) => write!(f, "refuse={status}"),
            Self::Redirect(location) => write!(f, "redirect={location}"),
            Self::EndlessHead => f.write_str("endless-head"),
            Self::EndlessBody(status) => write!(f, "endless-body={status}"),
            Self::WrongAccept => f.write_str("wrong-accept"),
            Self::Subprotocol(name) => write!(f, "subprotocol={name}"),
            Self::Extension(text) => write!(f, "extension={text}"),
            Self::Close { code, reason } => write_close(f, "close", *code, reason),
            Self::CloseAndEnd { code, reason } => write_close(f, "close-and-end", *code, reason),
            Self::CloseAndStay { code, reason } => write_close(f, "close-and-stay", *code, reason),
            Self::Reset => f.write_str("reset"),
            Self::Eof => f.write_str("eof"),
            Self::HalfFrame => f.write_str("half-frame"),
            Self::CutFrame => f.write_str("cut-frame"),
            Self::BadUtf8 => f.write_str("bad-utf8"),
            Self::MaskedFrame => f.write_str("masked-frame"),
            Self::ReservedOpcode => f.write_str("reserved-opcode"),
            Self::ReservedBit(bit) => write!(f, "reserved-bit={bit}"),
            Self::BadDeflate => f.write_str("bad-deflate"),
            Self::BigMessage(bytes) => write!(f, "big-message={bytes}"),
            Self::ByteFragments(count) => write!(f, "byte-fragments={count}"),
            Self::CompressionBomb(bytes) => write!(f, "compression-bomb={bytes}"),
            Self::PingFlood(count) => write!(f, "ping-flood={count}"),
            Self::StopReading => f.write_str("stop-reading"),
            Self::FrameLimit(bytes) => write!(f, "frame-limit={bytes}"),
            Self::IgnorePing => f.write_str("ignore-ping"),
            Self::IgnoreClose => f.write_str("ignore-close"),
            Self::OneByte => f.write_str("one-byte"),
            Self::Dribble(pause) => write!(f, "dribble={}", pause.as_secs_f64()),
            Self::Fragmented { fragments, ping: false } => write!(f, "fragmented={fragments}"),
            Self::Fragmented { fragments, ping: true } => write!(f, "fragmented={fragments},ping"),
        }
    }
}

fn write_close(f: &mut fmt::Formatter<'_>, name: &str, code: Option<u16>, reason: &str) -> fmt::Result {
    match code {
        None => f.write_str(name),
        Some(code) if reason.is_empty() => write!(f, "{name}={code}"),
        Some(code) => write!(f, "{name}={code},{reason}"),
    }
}

impl FromStr for Fault {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let fault = match split(text) {
            (name, Some(parameter)) => with_parameter(name, parameter),
            (name, None) => without_parameter(name),
        };
        fault.ok_or_else(|| misfit(Self::ALL, text))
    }
}

fn without_parameter(name: &str) -> Option<Fault> {
    Some(match name {
        "none" => Fault::None,
        "never-accept" => Fault::NeverAccept,
        "hang-up" => Fault::HangUp,
        "tls-1.0" => Fault::Tls10,
        "client-certificate" => Fault::ClientCertificate,
        "endless-head" => Fault::EndlessHead,
        "wrong-accept" => Fault::WrongAccept,
        "close" => Fault::Close { code: None, reason: String::new() },
        "close-and-end" => Fault::CloseAndEnd { code: None, reason: String::new() },
        "close-and-stay" => Fault::CloseAndStay { code: None, reason: String::new() },
        "reset" => Fault::Reset,
        "eof" => Fault::Eof,
        "half-frame" => Fault::HalfFrame,
        "cut-frame" => Fault::CutFrame,
        "bad-utf8" => Fault::BadUtf8,
        "masked-frame" => Fault::MaskedFrame,
        "reserved-opcode" => Fault::ReservedOpcode,
        "bad-deflate" => Fault::BadDeflate,
        "big-message" => Fault::BigMessage(BIG_MESSAGE),
        "byte-fragments" => Fault::ByteFragments(BIG_MESSAGE),
        "compression-bomb" => Fault::CompressionBomb(LARGEST_MESSAGE),
        "ping-flood" => Fault::PingFlood(PINGS),
        "stop-reading" => Fault::StopReading,
        "ignore-ping" => Fault::IgnorePing,
        "ignore-close" => Fault::IgnoreClose,
        "one-byte" => Fault::OneByte,
        "fragmented" => Fault::Fragmented { fragments: FRAGMENTS, ping: false },
        _ => return None,
    })
}

fn with_parameter(name: &str, parameter: &str) -> Option<Fault> {
    Some(match name {
        "accept-late" => Fault::AcceptLate(seconds_of(parameter)?),
        "refuse" => Fault::Refuse(status_of(parameter)?),
        "redirect" => Fault::Redirect(header_of(parameter)?),
        "endless-body" => Fault::EndlessBody(status_of(parameter)?),
        "subprotocol" => Fault::Subprotocol(header_of(parameter)?),
        "extension" => Fault::Extension(header_of(parameter)?),
        "close" | "close-and-end" | "close-and-stay" => {
            let (code, reason) = parameter.split_once(',').unwrap_or((parameter, ""));
            let (code, reason) = (Some(code.parse().ok()?), reason.to_owned());
            match name {
                "close" => Fault::Close { code, reason },
                "close-and-end" => Fault::CloseAndEnd { code, reason },
                _ => Fault::CloseAndStay { code, reason },
            }
        }
        "reserved-bit" => Fault::ReservedBit(parameter.parse().ok().filter(|bit| (1..=3).contains(bit))?),
        "big-message" => Fault::BigMessage(count_of(parameter, 0, LARGEST_MESSAGE)?),
        "byte-fragments" => Fault::ByteFragments(count_of(parameter, 1, LARGEST_MESSAGE)?),
        "compression-bomb" => Fault::CompressionBomb(count_of(parameter, 1, LARGEST_MESSAGE)?),
        "ping-flood" => Fault::PingFlood(parameter.parse().ok()?),
        "frame-limit" => Fault::FrameLimit(count_of(parameter, 0, LARGEST_MESSAGE)?),
        "dribble" => Fault::Dribble(seconds_of(parameter)?),
        "fragmented" => {
            let (count, ping) = match parameter.strip_suffix(",ping") {
                Some(count) => (count, true),
                None => (parameter, false),
            };
            Fault::Fragmented { fragments: count_of(count, 1, MOST_FRAGMENTS)?, ping }
        }
        _ => return None,
    })
}

fn seconds_of(text: &str) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    (0.0..=LATEST_SECONDS).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

fn count_of(text: &str, least: usize, most: usize) -> Option<usize> {
    text.parse().ok().filter(|count| (least..=most).contains(count))
}

fn status_of(text: &str) -> Option<u16> {
    text.parse().ok().filter(|status| (400..600).contains(status))
}

/// What may stand in an HTTP header (RFC 9110 §5.5).
fn header_of(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    fits.then(|| text.to_owned())
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
        assert_eq!(parsed("close-and-stay"), "close-and-stay");
        assert_eq!(parsed("big-message"), "big-message=16777216");
        assert_eq!(parsed("byte-fragments"), "byte-fragments=16777216");
        assert_eq!(parsed("compression-bomb"), "compression-bomb=1073741824");
        assert_eq!(parsed("ping-flood"), "ping-flood=100000");
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
            ("redirect=", "redirect=LOCATION"),
            ("subprotocol=a\r\nb: c", "subprotocol=NAME"),
            ("close=70000", "close[=CODE[,REASON]]"),
            ("reserved-bit=4", "reserved-bit=BIT"),
            ("byte-fragments=0", "byte-fragments[=COUNT]"),
            ("fragmented=0", "fragmented[=COUNT[,ping]]"),
            ("reset=1", "reset"),
            ("explode", "one of none, accept-late"),
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}`: expected {expected}")), "{error}");
        }
    }
}
