//! What a proxy is started with.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
};

use crate::{certificate::Identity, proxy::fault::ProxyFault};

/// What a proxy is started with: by default HTTP CONNECT without credentials or faults, over plain TCP, on a free port
/// of 127.0.0.1.
#[derive(Clone, Debug)]
pub struct ProxyOptions {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What it speaks.
    pub protocol: ProxyProtocol,
    /// What to show to clients over TLS; `None` for plain TCP.
    pub tls: Option<Identity>,
    /// User name and password to ask for; `None` asks nobody.
    pub credentials: Option<(String, String)>,
    /// Names that only this proxy knows: they lead to 127.0.0.1.
    pub names: Vec<String>,
    /// What to do wrong.
    pub fault: ProxyFault,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ProxyProtocol {
    /// HTTP CONNECT, with Basic authorization (RFC 9110 §9.3.6, RFC 7617).
    #[default]
    Http,
    /// SOCKS5, with user name and password (RFC 1928, RFC 1929).
    Socks5,
}

impl Default for ProxyOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            protocol: ProxyProtocol::default(),
            tls: None,
            credentials: None,
            names: Vec::new(),
            fault: ProxyFault::default(),
        }
    }
}

impl fmt::Display for ProxyProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP CONNECT",
            Self::Socks5 => "SOCKS5",
        })
    }
}
