//! A proxy server: where it is, what it speaks, and who we are to it.

use std::fmt;

use native_api::Text;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::message::{Failure, FailureKind};
use crate::transport::host::{malformed, server_name};

/// Longest address of a proxy, in bytes.
const LONGEST_ADDRESS: usize = 4 << 10;
/// User names and passwords longer than this do not fit into SOCKS5 (RFC 1929).
const LONGEST_SOCKS_CREDENTIAL: usize = 255;

/// A proxy server.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyServer {
    protocol: ProxyProtocol,
    host: Host<String>,
    port: u16,
    credentials: Option<Credentials>,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// HTTP CONNECT.
    Http,
    /// HTTP CONNECT within TLS.
    Https,
    /// SOCKS5.
    Socks5,
}

/// User name and password, percent-decoded; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// User name.
    pub user: Vec<u8>,
    /// Password.
    pub password: Vec<u8>,
}

impl ProxyServer {
    /// Reads `http://[user:password@]host[:port]`, the same with `https` and with `socks5` or `socks5h`, which
    /// are one: names are always resolved by the proxy. Without a port it is 80, 443 and 1080.
    ///
    /// # Errors
    /// What is wrong; never the text itself, which may hold secrets.
    pub fn parse(text: &str) -> Result<Self, Text> {
        if text.len() > LONGEST_ADDRESS {
            return Err(Text::fixed("слишком длинный адрес", "an address that is too long"));
        }
        let url = Url::parse(text.trim()).map_err(malformed)?;
        let (protocol, default_port) = match url.scheme() {
            "http" => (ProxyProtocol::Http, 80),
            "https" => (ProxyProtocol::Https, 443),
            "socks5" | "socks5h" => (ProxyProtocol::Socks5, 1080),
            _ => return Err(Text::fixed("другая схема", "another scheme")),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            // A password with one of these characters, not encoded, ends up here as well.
            return Err(Text::fixed(
                "адрес с «/», «?» или «#» в конце",
                "an address with /, ? or # behind it",
            ));
        }
        let host = host(&url)?;
        let port = url.port().unwrap_or(default_port);
        let credentials = credentials(&url);
        if protocol == ProxyProtocol::Socks5 && credentials.as_ref().is_some_and(|who| !who.fit_socks()) {
            return Err(Text::fixed(
                "пустое имя пользователя, либо имя или пароль длиннее 255 байт",
                "an empty user name, or a user name or password of more than 255 bytes",
            ));
        }
        Ok(Self { protocol, host, port, credentials })
    }

    /// What it speaks.
    #[must_use]
    pub const fn protocol(&self) -> ProxyProtocol {
        self.protocol
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

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Who we are to it.
    #[must_use]
    pub const fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// The failure of this proxy that `text` words, with the HTTP status that it answered, if it did.
    #[must_use]
    pub fn failure(&self, status: Option<u16>, text: &Text) -> Failure {
        let (ru, en) = (format!("Прокси {self}: {}", text.ru), format!("Proxy {self}: {}", text.en));
        Failure { kind: FailureKind::Proxy, status, text: Text::made(ru, en) }
    }
}

impl Credentials {
    /// Whether SOCKS5 has room for them.
    fn fit_socks(&self) -> bool {
        (1..=LONGEST_SOCKS_CREDENTIAL).contains(&self.user.len())
            && self.password.len() <= LONGEST_SOCKS_CREDENTIAL
    }
}

/// Its address, without user name and password.
impl fmt::Display for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.protocol {
            ProxyProtocol::Http => "http",
            ProxyProtocol::Https => "https",
            ProxyProtocol::Socks5 => "socks5",
        };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

/// Without user name and password.
impl fmt::Debug for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyServer({self}, credentials: {})", self.credentials.is_some())
    }
}

/// The host as every scheme has it: of a scheme that it does not know, [`Url`] leaves it encoded.
fn host(url: &Url) -> Result<Host<String>, Text> {
    match url.host() {
        None => Err(Text::fixed("адрес без узла", "an address without a host")),
        Some(Host::Domain(name)) => Host::parse(name).map_err(malformed),
        Some(address) => Ok(address.to_owned()),
    }
}

fn credentials(url: &Url) -> Option<Credentials> {
    let decoded = |text: &str| percent_decode_str(text).collect();
    let absent = url.username().is_empty() && url.password().is_none();
    (!absent).then(|| Credentials {
        user: decoded(url.username()),
        password: decoded(url.password().unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ProxyServer {
        ProxyServer::parse(text).unwrap()
    }

    #[test]
    fn every_protocol_has_a_default_port() {
        for (text, shown) in [
            ("http://proxy", "http://proxy:80"),
            ("http://proxy:80", "http://proxy:80"),
            ("https://Proxy/", "https://proxy:443"),
            ("socks5://proxy", "socks5://proxy:1080"),
            ("SOCKS5H://Proxy:80", "socks5://proxy:80"),
            ("http://[::1]:3128", "http://[::1]:3128"),
            ("socks5://[::1]:3128", "socks5://[::1]:3128"),
            ("socks5://127.1:9050", "socks5://127.0.0.1:9050"),
            ("http://прокси.рф:3128", "http://xn--h1adldfi.xn--p1ai:3128"),
            ("socks5://прокси.рф", "socks5://xn--h1adldfi.xn--p1ai:1080"),
        ] {
            assert_eq!(parse(text).to_string(), shown);
        }
    }

    #[test]
    fn user_info_is_decoded_and_not_shown() {
        for scheme in ["http", "https", "socks5"] {
            let server = parse(&format!("{scheme}://%D0%BE%D0%BB%D1%8F:s%3Acret%40@proxy:1"));
            let who = server.credentials().unwrap();
            assert_eq!((&who.user[..], &who.password[..]), ("оля".as_bytes(), &b"s:cret@"[..]));
            let shown = format!("{server} {server:?} {:?}", server.failure(None, &Text::fixed("", "")));
            assert!(!shown.contains("cret") && !shown.contains("оля"), "{shown}");
        }
        assert_eq!(parse("http://user@proxy").credentials().unwrap().password, b"");
        assert!(parse("http://proxy").credentials().is_none());
    }

    #[test]
    fn what_is_no_proxy_is_told_without_secrets() {
        let long = format!("socks5://u:{}@proxy", "x".repeat(256));
        for (text, why) in [
            ("proxy", "an address without a scheme"),
            ("proxy:3128", "another scheme"),
            ("socks4://secret@proxy", "another scheme"),
            ("http://", "an address without a host"),
            ("socks5://", "an address without a host"),
            ("socks5:", "an address without a host"),
            ("http://u:secret@proxy:99999", "a malformed port"),
            ("http://u:sec#ret@proxy", "a malformed port"),
            ("http://secret@pro xy", "a malformed host"),
            ("socks5://secret@pro%0D%0Axy", "a malformed host"),
            ("http://proxy:1/path", "an address with /, ? or # behind it"),
            ("http://secret?@proxy", "an address with /, ? or # behind it"),
            (
                "socks5://:secret@proxy",
                "an empty user name, or a user name or password of more than 255 bytes",
            ),
            (&long, "an empty user name, or a user name or password of more than 255 bytes"),
            (&"x".repeat(LONGEST_ADDRESS + 1), "an address that is too long"),
        ] {
            assert_eq!(ProxyServer::parse(text).unwrap_err().en, why, "{text}");
        }
    }
}
