//! Negotiation of permessage-deflate (RFC 6455, section 9; RFC 7692, section 7.1).

use std::error::Error;
use std::fmt;

use super::headers::{Headers, is_token};

pub(crate) const HEADER: &str = "Sec-WebSocket-Extensions";
/// The hints say: this client never refers back to an earlier message, and can use a smaller window.
pub(crate) const OFFER: &str = "permessage-deflate; client_no_context_takeover; client_max_window_bits";

const NAME: &str = "permessage-deflate";
const LARGEST_WINDOW: u8 = 15;

/// What was agreed on compression.
///
/// The client's side takes no context over in any case: the offer has said so, and the server may rely on it
/// even when its answer does not repeat it (RFC 7692, section 7.1.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeflateParameters {
    /// The server's messages do not refer back to earlier ones.
    pub server_no_context_takeover: bool,
    /// Base-2 logarithm of the window of what the server sends: 8-15.
    pub server_max_window_bits: u8,
    /// Base-2 logarithm of the window of what the client sends: 8-15.
    pub client_max_window_bits: u8,
}

impl Default for DeflateParameters {
    /// What a server agrees to that answers `permessage-deflate` and no more.
    fn default() -> Self {
        Self {
            server_no_context_takeover: false,
            server_max_window_bits: LARGEST_WINDOW,
            client_max_window_bits: LARGEST_WINDOW,
        }
    }
}

/// What is wrong with the server's choice of extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionError {
    /// The header cannot be read.
    Malformed,
    /// An extension that was not offered.
    NotOffered,
    /// An extension, or a parameter of it, twice.
    Duplicate,
    /// A parameter that permessage-deflate does not have.
    UnknownParameter,
    /// A value that the parameter cannot have.
    InvalidValue,
}

impl fmt::Display for ExtensionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the list of extensions is malformed",
            Self::NotOffered => "an extension was not offered",
            Self::Duplicate => "an extension or a parameter is there twice",
            Self::UnknownParameter => "permessage-deflate has no such parameter",
            Self::InvalidValue => "a parameter of permessage-deflate has an invalid value",
        })
    }
}

impl Error for ExtensionError {}

/// Reads what the server has chosen.
pub(crate) fn negotiate(
    headers: &Headers,
    offered: bool,
) -> Result<Option<DeflateParameters>, ExtensionError> {
    let mut agreed = None;
    for extension in headers.list(HEADER) {
        let mut parts = extension.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        if !is_token(name) {
            return Err(ExtensionError::Malformed);
        }
        if !offered || name != NAME {
            return Err(ExtensionError::NotOffered);
        }
        if agreed.replace(parameters(parts)?).is_some() {
            return Err(ExtensionError::Duplicate);
        }
    }
    Ok(agreed)
}

fn parameters<'a>(parts: impl Iterator<Item = &'a str>) -> Result<DeflateParameters, ExtensionError> {
    let mut agreed = DeflateParameters::default();
    let mut seen = Vec::new();
    for part in parts {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), Some(unquoted(value.trim())?)),
            None => (part, None),
        };
        if !is_token(name) {
            return Err(ExtensionError::Malformed);
        }
        if seen.contains(&name) {
            return Err(ExtensionError::Duplicate);
        }
        seen.push(name);
        match (name, value) {
            ("server_no_context_takeover", None) => agreed.server_no_context_takeover = true,
            ("client_no_context_takeover", None) => {}
            ("server_max_window_bits", Some(bits)) => agreed.server_max_window_bits = window_bits(bits)?,
            ("client_max_window_bits", Some(bits)) => agreed.client_max_window_bits = window_bits(bits)?,
            (
                "server_no_context_takeover"
                | "client_no_context_takeover"
                | "server_max_window_bits"
                | "client_max_window_bits",
                _,
            ) => return Err(ExtensionError::InvalidValue),
            _ => return Err(ExtensionError::UnknownParameter),
        }
    }
    Ok(agreed)
}

/// A value may stand in quotation marks; what is between them must be a token all the same (RFC 6455,
/// section 9.1), so no comma or semicolon hides there.
fn unquoted(value: &str) -> Result<&str, ExtensionError> {
    let inside = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Some(inside.unwrap_or(value)).filter(|value| is_token(value)).ok_or(ExtensionError::Malformed)
}

/// 8-15, without leading zeros (RFC 7692, section 7.1.2).
fn window_bits(value: &str) -> Result<u8, ExtensionError> {
    (8..=LARGEST_WINDOW).find(|bits| bits.to_string() == value).ok_or(ExtensionError::InvalidValue)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(value: &str) -> Result<Option<DeflateParameters>, ExtensionError> {
        let header = httparse::Header { name: "sec-websocket-extensions", value: value.as_bytes() };
        negotiate(&Headers::read(&[header]), true)
    }

    #[test]
    fn no_answer_means_no_compression() {
        assert_eq!(negotiate(&Headers::default(), true), Ok(None));
        assert_eq!(answer(""), Ok(None));
    }

    #[test]
    fn parameters_are_read_in_any_order_quoted_or_not() {
        assert_eq!(answer("permessage-deflate"), Ok(Some(DeflateParameters::default())));
        assert_eq!(
            answer(
                "permessage-deflate ; client_max_window_bits=\"9\";server_no_context_takeover; client_no_context_takeover;server_max_window_bits = 10"
            ),
            Ok(Some(DeflateParameters {
                server_no_context_takeover: true,
                server_max_window_bits: 10,
                client_max_window_bits: 9,
            }))
        );
    }

    #[test]
    fn anything_else_fails_the_handshake() {
        for (value, error) in [
            ("x-webkit-deflate-frame", ExtensionError::NotOffered),
            ("permessage-deflate, permessage-bzip2", ExtensionError::NotOffered),
            ("permessage-deflate, permessage-deflate", ExtensionError::Duplicate),
            (
                "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
                ExtensionError::Duplicate,
            ),
            ("permessage-deflate; mode=fast", ExtensionError::UnknownParameter),
            ("permessage-deflate; server_max_window_bits", ExtensionError::InvalidValue),
            ("permessage-deflate; client_max_window_bits", ExtensionError::InvalidValue),
            ("permessage-deflate; server_max_window_bits=7", ExtensionError::InvalidValue),
            ("permessage-deflate; server_max_window_bits=16", ExtensionError::InvalidValue),
            ("permessage-deflate; server_max_window_bits=08", ExtensionError::InvalidValue),
            ("permessage-deflate; server_max_window_bits=+9", ExtensionError::InvalidValue),
            ("permessage-deflate; server_no_context_takeover=1", ExtensionError::InvalidValue),
            ("permessage-deflate; server_max_window_bits=", ExtensionError::Malformed),
            ("permessage-deflate; server_max_window_bits=\"9", ExtensionError::Malformed),
            ("permessage-deflate;", ExtensionError::Malformed),
            ("; server_max_window_bits=9", ExtensionError::Malformed),
        ] {
            assert_eq!(answer(value), Err(error), "{value}");
        }
        let header = httparse::Header { name: HEADER, value: NAME.as_bytes() };
        assert_eq!(negotiate(&Headers::read(&[header]), false), Err(ExtensionError::NotOffered));
    }
}
