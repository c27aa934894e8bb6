//! Everything a proxy can do wrong on purpose, by name.

use std::{fmt, str::FromStr};

use crate::{
    error::InvalidValue,
    fault::{Description, misfit, split},
    proxy::options::ProxyProtocol::{self, Http, Socks5},
};

/// One thing the proxy does wrong.
///
/// Its text form (`FromStr`, `Display`) is `name` or `name=parameter`, as in [`ProxyFault::ALL`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum ProxyFault {
    /// Nothing is wrong.
    #[default]
    None,
    /// TCP is accepted and ended at once, with zero bytes.
    HangUp,
    /// The request is read, and nothing is ever answered.
    NeverAnswer,
    /// The first half of the answer, then the end of the stream.
    CutAnswer,
    /// Every byte of the answer is written and flushed alone.
    OneByte,
    /// An answer of no protocol, then the end of the stream.
    Garbage,
    /// HTTP: an answer whose head never ends.
    EndlessHead,
    /// These bytes follow the answer at once, as if the other end of the tunnel had sent them.
    Early(String),
    /// HTTP: the request is answered with this status (300 to 599) and no tunnel is opened.
    Status(u16),
    /// SOCKS5: none of the client's methods is acceptable.
    RefuseMethods,
    /// SOCKS5: user name and password are asked for, and refused.
    RefuseCredentials,
    /// SOCKS5: the request is answered with this reply code.
    Reply(u8),
    /// SOCKS5: the answer holds a name of 255 bytes where the address is that the proxy connected from.
    NamedReply,
}

const fn row(form: &'static str, example: &'static str, text: &'static str) -> Description {
    Description { form, example, text }
}

impl ProxyFault {
    /// Every fault there is, each with its form and a line about it.
    pub const ALL: &'static [Description] = &[
        row("none", "none", "nothing is wrong"),
        row("hang-up", "hang-up", "accepts TCP and ends it with zero bytes"),
        row("never-answer", "never-answer", "reads the request and never answers"),
        row("cut-answer", "cut-answer", "sends half of its answer, then ends the stream"),
        row("one-byte", "one-byte", "writes every byte of its answer alone"),
        row("garbage", "garbage", "answers with what is no answer"),
        row("endless-head", "endless-head", "HTTP: never ends the head of its answer"),
        row("early=TEXT", "early=hello", "sends a text right behind its answer"),
        row("status=STATUS", "status=407", "HTTP: answers with a status from 300 to 599"),
        row("refuse-methods", "refuse-methods", "SOCKS5: accepts no method"),
        row("refuse-credentials", "refuse-credentials", "SOCKS5: asks for credentials and refuses them"),
        row("reply=CODE", "reply=5", "SOCKS5: answers with a reply code from 1 to 255"),
        row("named-reply", "named-reply", "SOCKS5: answers with a name where an address is usual"),
    ];

    /// Whether a proxy of this protocol can do that.
    #[must_use]
    pub fn fits(&self, protocol: ProxyProtocol) -> bool {
        match self {
            Self::EndlessHead | Self::Status(_) => protocol == Http,
            Self::RefuseMethods | Self::RefuseCredentials | Self::Reply(_) | Self::NamedReply => {
                protocol == Socks5
            }
            Self::None
            | Self::HangUp
            | Self::NeverAnswer
            | Self::CutAnswer
            | Self::OneByte
            | Self::Garbage
            | Self::Early(_) => true,
        }
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::HangUp => f.write_str("hang-up"),
            Self::NeverAnswer => f.write_str("never-answer"),
            Self::CutAnswer => f.write_str("cut-answer"),
            Self::OneByte => f.write_str("one-byte"),
            Self::Garbage => f.write_str("garbage"),
            Self::EndlessHead => f.write_str("endless-head"),
            Self::Early(text) => write!(f, "early={text}"),
            Self::Status(status) => write!(f, "status={status}"),
            Self::RefuseMethods => f.write_str("refuse-methods"),
            Self::RefuseCredentials => f.write_str("refuse-credentials"),
            Self::Reply(code) => write!(f, "reply={code}"),
            Self::NamedReply => f.write_str("named-reply"),
        }
    }
}

impl FromStr for ProxyFault {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (name, parameter) = split(text);
        let fault = match (name, parameter) {
            ("none", None) => Some(Self::None),
            ("hang-up", None) => Some(Self::HangUp),
            ("never-answer", None) => Some(Self::NeverAnswer),
            ("cut-answer", None) => Some(Self::CutAnswer),
            ("one-byte", None) => Some(Self::OneByte),
            ("garbage", None) => Some(Self::Garbage),
            ("endless-head", None) => Some(Self::EndlessHead),
            ("early", Some(text)) => Some(Self::Early(text.to_owned())),
            ("status", Some(status)) => {
                status.parse().ok().filter(|status| (300..600).contains(status)).map(Self::Status)
            }
            ("refuse-methods", None) => Some(Self::RefuseMethods),
            ("refuse-credentials", None) => Some(Self::RefuseCredentials),
            ("reply", Some(code)) => code.parse().ok().filter(|code| *code > 0).map(Self::Reply),
            ("named-reply", None) => Some(Self::NamedReply),
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
        for row in ProxyFault::ALL {
            let fault: ProxyFault = row.example.parse().unwrap();
            assert_eq!(fault.to_string(), row.example);
            assert!(row.example.starts_with(row.name()), "{row:?}");
            assert!(fault.fits(Http) || fault.fits(Socks5), "{row:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_the_form_expected() {
        for (text, expected) in [
            ("status", "status=STATUS"),
            ("status=299", "status=STATUS"),
            ("status=600", "status=STATUS"),
            ("reply=0", "reply=CODE"),
            ("reply=256", "reply=CODE"),
            ("hang-up=1", "hang-up"),
            ("explode", "one of none, hang-up"),
        ] {
            let error = text.parse::<ProxyFault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}`: expected {expected}")), "{error}");
        }
    }
}
