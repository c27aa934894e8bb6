//! `permessage-deflate` as a header names it (RFC 7692 §7.1).

/// The extension.
pub(crate) const NAME: &str = "permessage-deflate";

/// One element of `Sec-WebSocket-Extensions` that asks for `permessage-deflate`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Offer {
    pub(crate) server_no_context_takeover: bool,
    pub(crate) client_no_context_takeover: bool,
    pub(crate) server_max_window_bits: Option<u8>,
    /// The inner value is missing where the parameter has none.
    pub(crate) client_max_window_bits: Option<Option<u8>>,
}

impl Offer {
    /// `None` for another extension, and for parameters that are unknown, repeated or malformed: such an offer is
    /// declined (RFC 7692 §7).
    pub(crate) fn parse(element: &str) -> Option<Self> {
        let mut parts = element.split(';').map(str::trim);
        if parts.next() != Some(NAME) {
            return None;
        }
        Self::parse_parameters(parts)
    }

    /// The part behind the name.
    pub(crate) fn parse_parameters<'a>(parameters: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut offer = Self::default();
        for parameter in parameters {
            let (name, value) = match parameter.split_once('=') {
                Some((name, value)) => (name.trim_end(), Some(window_bits(value.trim_start())?)),
                None => (parameter, None),
            };
            let is_new = match (name, value) {
                ("server_no_context_takeover", None) => {
                    !std::mem::replace(&mut offer.server_no_context_takeover, true)
                }
                ("client_no_context_takeover", None) => {
                    !std::mem::replace(&mut offer.client_no_context_takeover, true)
                }
                ("server_max_window_bits", Some(bits)) => {
                    offer.server_max_window_bits.replace(bits).is_none()
                }
                ("client_max_window_bits", bits) => offer.client_max_window_bits.replace(bits).is_none(),
                _ => false,
            };
            if !is_new {
                return None;
            }
        }
        Some(offer)
    }
}

/// 8 to 15, quoted or not, without leading zeros (RFC 7692 §7.1.2).
fn window_bits(text: &str) -> Option<u8> {
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    ["8", "9", "10", "11", "12", "13", "14", "15"].contains(&bare).then(|| bare.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_read() {
        let expected = Offer {
            client_no_context_takeover: true,
            server_max_window_bits: Some(10),
            client_max_window_bits: Some(None),
            ..Offer::default()
        };
        let text = " permessage-deflate ;client_no_context_takeover; client_max_window_bits ; server_max_window_bits = \"10\"";
        assert_eq!(Offer::parse(text), Some(expected));
        assert_eq!(Offer::parse("permessage-deflate"), Some(Offer::default()));
    }

    #[test]
    fn what_cannot_be_understood_is_no_offer() {
        for parameters in [
            "server_max_window_bits",
            "server_max_window_bits=7",
            "server_max_window_bits=16",
            "server_max_window_bits=010",
            "client_max_window_bits=",
            "client_max_window_bits=\"9",
            "client_no_context_takeover=8",
            "client_max_window_bits; client_max_window_bits",
            "server_no_context_takeover; server_no_context_takeover",
            "more",
            "",
        ] {
            assert_eq!(Offer::parse(&format!("permessage-deflate; {parameters}")), None, "{parameters}");
        }
        assert_eq!(Offer::parse("permessage-bzip2"), None);
    }
}
