//! The way to a server: directly, or through a proxy that is named or that the system names.

mod connect;
pub mod request;
pub mod server;
mod socks;
pub mod system;
pub mod tunnel;

use std::fmt;

use native_api::Text;

use crate::message::Failure;
use crate::transport::address::Address;
use crate::transport::proxy::server::ProxyServer;

/// Which proxy leads to a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// None.
    #[default]
    None,
    /// The one that the environment names (`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`), or on Windows
    /// the settings of Internet Explorer and WinHTTP. Read anew at every attempt.
    System,
    /// This one.
    Server(ProxyServer),
}

impl Proxy {
    /// Reads the empty string, `system` (`системный`), and what [`ProxyServer::parse`] reads.
    ///
    /// # Errors
    /// What is wrong; never the text itself, which may hold secrets.
    pub fn parse(text: &str) -> Result<Self, Text> {
        match text.trim().to_lowercase().as_str() {
            "" => Ok(Self::None),
            "system" | "системный" => Ok(Self::System),
            _ => ProxyServer::parse(text).map(Self::Server),
        }
    }

    /// The proxy that leads to `address`, if any does.
    ///
    /// # Errors
    /// [`FailureKind::Proxy`](crate::message::FailureKind::Proxy): the system names one that cannot be used.
    pub fn server_for(&self, address: &Address) -> Result<Option<ProxyServer>, Failure> {
        match self {
            Self::None => Ok(None),
            Self::System => system::server_for(address),
            Self::Server(server) => Ok(Some(server.clone())),
        }
    }
}

/// As [`Proxy::parse`] reads it, but without user name and password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::System => f.write_str("system"),
            Self::Server(server) => write!(f, "{server}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_addresses_are_read() {
        let read = |text: &str| Proxy::parse(text).map(|proxy| proxy.to_string());
        assert_eq!(read("").as_deref(), Ok(""));
        assert_eq!(read("  "), read(""));
        for word in ["system", " SYSTEM", "Системный"] {
            assert_eq!(Proxy::parse(word), Ok(Proxy::System));
        }
        assert_eq!(read("system").as_deref(), Ok("system"));
        assert_eq!(read(" HTTP://a:b@Host:3128/ ").as_deref(), Ok("http://host:3128"));
        assert!(Proxy::parse("systematic").is_err());
    }
}
