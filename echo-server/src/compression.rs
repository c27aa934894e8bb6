//! `permessage-deflate` as the server wants it, and what it agrees on with a client (RFC 7692).

use std::{fmt, str::FromStr};

use crate::{
    error::InvalidValue,
    offer::{NAME, Offer},
};

/// The narrowest window that zlib has for raw deflate.
const NARROWEST_WINDOW: u8 = 9;
const WIDEST_WINDOW: u8 = 15;

/// How a server compresses; by default as well as it can, and as the client asks.
///
/// Its text form (`FromStr`, `Display`) is that of the parameters in the header, such as
/// `server_no_context_takeover; server_max_window_bits=10`; empty by default.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Compression {
    /// Every message of the server stands for itself, whether the client asks for it or not.
    pub server_no_context_takeover: bool,
    /// Every message of the client must stand for itself, whether the client offers it or not.
    pub client_no_context_takeover: bool,
    /// The server's window, 8 to 15, or what the client asks for if that is narrower. An offer that ends with 8 is
    /// declined: zlib cannot do it.
    pub server_max_window_bits: Option<u8>,
    /// The client's window, 8 to 15, or what it offers if that is narrower; told only to a client that offers it.
    pub client_max_window_bits: Option<u8>,
}

impl Compression {
    /// What the first acceptable offer leads to; the values are those of `Sec-WebSocket-Extensions` headers.
    pub(crate) fn agree<'a>(&self, headers: impl Iterator<Item = &'a str>) -> Option<Self> {
        headers
            .flat_map(|header| header.split(','))
            .filter_map(Offer::parse)
            .find_map(|offer| self.accept(&offer))
    }

    fn accept(&self, offer: &Offer) -> Option<Self> {
        let server_max_window_bits = narrower(self.server_max_window_bits, offer.server_max_window_bits);
        if server_max_window_bits.is_some_and(|bits| bits < NARROWEST_WINDOW) {
            return None;
        }
        let client_max_window_bits = match offer.client_max_window_bits {
            Some(offered) => {
                self.client_max_window_bits.map(|bits| bits.min(offered.unwrap_or(WIDEST_WINDOW)))
            }
            None => None,
        };
        Some(Self {
            server_no_context_takeover: self.server_no_context_takeover || offer.server_no_context_takeover,
            client_no_context_takeover: self.client_no_context_takeover || offer.client_no_context_takeover,
            server_max_window_bits,
            client_max_window_bits,
        })
    }

    /// The value of `Sec-WebSocket-Extensions` that tells the client.
    pub(crate) fn to_header(self) -> String {
        match self.to_string() {
            parameters if parameters.is_empty() => NAME.to_owned(),
            parameters => format!("{NAME}; {parameters}"),
        }
    }

    /// The window that zlib is to compress with.
    pub(crate) fn server_window(&self) -> u8 {
        window(self.server_max_window_bits)
    }

    /// The window that zlib is to inflate with.
    pub(crate) fn client_window(&self) -> u8 {
        window(self.client_max_window_bits)
    }
}

fn narrower(one: Option<u8>, other: Option<u8>) -> Option<u8> {
    one.into_iter().chain(other).min()
}

fn window(bits: Option<u8>) -> u8 {
    bits.unwrap_or(WIDEST_WINDOW).clamp(NARROWEST_WINDOW, WIDEST_WINDOW)
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = |set: bool, name: &str| set.then(|| name.to_owned());
        let value = |bits: Option<u8>, name: &str| bits.map(|bits| format!("{name}={bits}"));
        let parameters = [
            flag(self.server_no_context_takeover, "server_no_context_takeover"),
            flag(self.client_no_context_takeover, "client_no_context_takeover"),
            value(self.server_max_window_bits, "server_max_window_bits"),
            value(self.client_max_window_bits, "client_max_window_bits"),
        ];
        f.write_str(&parameters.into_iter().flatten().collect::<Vec<_>>().join("; "))
    }
}

impl FromStr for Compression {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        const EXPECTED: &str = "parameters of permessage-deflate, such as `server_max_window_bits=10`";
        let parameters = text.split(';').map(str::trim).filter(|_| !text.trim().is_empty());
        match Offer::parse_parameters(parameters) {
            Some(Offer { client_max_window_bits: Some(None), .. }) | None => {
                Err(InvalidValue::new(text, EXPECTED))
            }
            Some(offer) => Ok(Self {
                server_no_context_takeover: offer.server_no_context_takeover,
                client_no_context_takeover: offer.client_no_context_takeover,
                server_max_window_bits: offer.server_max_window_bits,
                client_max_window_bits: offer.client_max_window_bits.flatten(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is answered, without the name of the extension.
    fn answer(settings: &str, header: &str) -> Option<String> {
        let settings: Compression = settings.parse().unwrap();
        settings.agree(std::iter::once(header)).map(|agreed| agreed.to_string())
    }

    #[test]
    fn the_text_form_reads_back() {
        for text in ["", "server_no_context_takeover; client_no_context_takeover", "client_max_window_bits=9"]
        {
            assert_eq!(text.parse::<Compression>().unwrap().to_string(), text);
        }
        for text in ["client_max_window_bits", "level=9", "server_max_window_bits=7"] {
            assert!(text.parse::<Compression>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_the_client_asks_for_is_granted_and_no_more() {
        let expected = [
            ("permessage-deflate", Some("")),
            ("permessage-deflate; client_max_window_bits", Some("")),
            ("permessage-deflate; server_no_context_takeover", Some("server_no_context_takeover")),
            ("permessage-deflate; client_no_context_takeover", Some("client_no_context_takeover")),
            ("permessage-deflate; server_max_window_bits=12", Some("server_max_window_bits=12")),
            ("x-webkit-deflate-frame", None),
            ("", None),
        ];
        for (header, parameters) in expected {
            assert_eq!(answer("", header).as_deref(), parameters, "{header}");
        }
    }

    #[test]
    fn what_the_server_wants_is_told_where_it_may_be() {
        let settings = "server_no_context_takeover; server_max_window_bits=11; client_max_window_bits=10";
        let short = "server_no_context_takeover; server_max_window_bits=11";
        assert_eq!(answer(settings, "permessage-deflate").as_deref(), Some(short));
        let offer = "permessage-deflate; client_max_window_bits=9; server_max_window_bits=12";
        let expected = format!("{short}; client_max_window_bits=9");
        assert_eq!(answer(settings, offer), Some(expected));
    }

    #[test]
    fn the_first_offer_that_is_possible_is_taken() {
        let header =
            "permessage-deflate; server_max_window_bits=8, permessage-deflate; more, permessage-deflate";
        assert_eq!(answer("", header).as_deref(), Some(""));
        assert_eq!(answer("", "permessage-deflate; server_max_window_bits=8"), None);
    }
}
