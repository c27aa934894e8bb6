//! A WebSocket URI (RFC 6455, section 3), taken apart.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use native_api::Text;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::transport::host::{malformed, server_name};

/// Longest URI, in bytes.
pub const LONGEST_URI: usize = 64 << 10;

/// Where to connect to, and what to ask for there.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Path and query.
    target: String,
    /// `Authorization` header made of the user-info.
    authorization: Option<String>,
    host: Host<String>,
    port: u16,
    secure: bool,
}

impl Address {
    /// Reads `ws://` and `wss://` URIs. User-info becomes Basic authorization (RFC 7617, in UTF-8).
    ///
    /// # Errors
    /// What is wrong; never the URI itself, which may hold secrets.
    pub fn parse(uri: &str) -> Result<Self, Text> {
        Self::of_schemes(uri, ["ws", "wss"])
    }

    /// Reads `http://` and `https://` URIs, as [`parse`](Self::parse) does.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse).
    pub fn parse_http(uri: &str) -> Result<Self, Text> {
        Self::of_schemes(uri, ["http", "https"])
    }

    fn of_schemes(uri: &str, [plain, secure]: [&str; 2]) -> Result<Self, Text> {
        if uri.len() > LONGEST_URI {
            return Err(Text::fixed("слишком длинный адрес", "an address that is too long"));
        }
        let url = Url::parse(uri.trim()).map_err(malformed)?;
        if url.scheme() != plain && url.scheme() != secure {
            return Err(Text::fixed("другая схема", "another scheme"));
        }
        let secure = url.scheme() == secure;
        if url.fragment().is_some() {
            return Err(Text::fixed("адрес с фрагментом (#)", "an address with a fragment (#)"));
        }
        let no_host = || Text::fixed("адрес без узла", "an address without a host");
        let host = url.host().map(|host| host.to_owned()).ok_or_else(no_host)?;
        let port = url.port_or_known_default().ok_or_else(no_host)?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("{}{query}", url.path());
        Ok(Self { target, authorization: authorization(&url), host, port, secure })
    }

    /// Path and query: what the handshake asks for.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Value of the `Authorization` header, if the URI has user-info.
    #[must_use]
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// The host to look up.
    #[must_use]
    pub const fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The host as certificates name it.
    #[must_use]
    pub fn server_name(&self) -> String {
        server_name(&self.host)
    }

    /// The port, 80 or 443 when the URI names none.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as the `Host` header names them: without the port that the scheme has anyway.
    #[must_use]
    pub fn authority(&self) -> String {
        match (self.secure, self.port) {
            (true, 443) | (false, 80) => self.host.to_string(),
            (_, port) => format!("{}:{port}", self.host),
        }
    }

    /// Whether TLS is wanted.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }
}

/// Without the query and the user-info, where keys and passwords are.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}, port {}, secure: {})", self.server_name(), self.port, self.secure)
    }
}

fn authorization(url: &Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut credentials = percent_decode_str(url.username()).collect::<Vec<u8>>();
    credentials.push(b':');
    credentials.extend(percent_decode_str(url.password().unwrap_or_default()));
    Some(format!("Basic {}", STANDARD.encode(credentials)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(uri: &str) -> Address {
        Address::parse(uri).unwrap()
    }

    #[test]
    fn ports_have_defaults() {
        assert_eq!((parse("ws://host/").port(), parse("ws://host/").is_secure()), (80, false));
        assert_eq!((parse("WSS://host").port(), parse("WSS://host").is_secure()), (443, true));
        assert_eq!(parse("ws://[::1]:8088/ari").server_name(), "::1");
    }

    #[test]
    fn http_has_schemes_of_its_own() {
        let address = Address::parse_http("https://my.bitrix24.ru/rest/profile.json?a=1").unwrap();
        assert_eq!(
            (address.port(), address.is_secure(), address.target()),
            (443, true, "/rest/profile.json?a=1")
        );
        assert!(Address::parse_http("ws://host/").is_err() && Address::parse("http://host/").is_err());
    }

    #[test]
    fn user_info_becomes_basic_authorization_and_leaves_the_uri() {
        let address = parse("ws://%D0%BE%D0%BB%D1%8F:p%3Ass@host:8088/ari/events?app=crm");
        assert_eq!(address.target(), "/ari/events?app=crm");
        assert_eq!(address.authorization(), Some("Basic 0L7Qu9GPOnA6c3M="));
        assert_eq!(parse("ws://host/").authorization(), None);
    }

    #[test]
    fn cyrillic_is_encoded() {
        let address = parse("ws://пример.рф/имя?я=Ё");
        assert_eq!(address.server_name(), "xn--e1afmkfd.xn--p1ai");
        assert_eq!(address.target(), "/%D0%B8%D0%BC%D1%8F?%D1%8F=%D0%81");
    }

    #[test]
    fn what_is_no_websocket_uri_is_refused() {
        for uri in ["", "host", "http://host/", "ws://", "ws://host:99999/", "ws://host/#part"] {
            assert!(Address::parse(uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", parse("ws://user:password@host/?api_key=secret"));
        assert!(!shown.contains("password") && !shown.contains("secret"), "{shown}");
        let why = Address::parse("ws://user:password@ho st/?api_key=secret").unwrap_err();
        assert!(!why.en.contains("password") && !why.en.contains("secret"));
    }
}
