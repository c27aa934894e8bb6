//! What the system says about proxies, wherever it says so.

use native_api::Text;

use crate::message::{Failure, FailureKind};
use crate::transport::address::Address;
use crate::transport::proxy::server::ProxyServer;
use crate::transport::proxy::system::bypass::Bypass;

/// What the system says about proxies.
#[derive(Default)]
pub(super) struct SystemProxies {
    /// For `ws`.
    pub(super) plain: Option<Named>,
    /// For `wss`.
    pub(super) secure: Option<Named>,
    /// For neither.
    pub(super) bypass: Bypass,
}

/// A proxy as the system names it, and where it does so.
#[derive(Clone)]
pub(super) struct Named {
    /// For the user.
    pub(super) place: Text,
    /// A URL; without a scheme it is HTTP.
    pub(super) url: String,
}

impl SystemProxies {
    /// The proxy that leads to `address`, if any does.
    ///
    /// # Errors
    /// [`FailureKind::Proxy`]: it cannot be used.
    pub(super) fn server_for(self, address: &Address) -> Result<Option<ProxyServer>, Failure> {
        let named = if address.is_secure() { self.secure } else { self.plain };
        match named {
            Some(named) if !self.bypass.contains(address.host()) => named.read().map(Some),
            _ => Ok(None),
        }
    }
}

impl Named {
    fn read(&self) -> Result<ProxyServer, Failure> {
        let has_scheme = self.url.contains("://");
        let url = if has_scheme { self.url.clone() } else { format!("http://{}", self.url) };
        ProxyServer::parse(&url).map_err(|what| {
            let ru = format!("Неверный адрес прокси ({}): {}", self.place.ru, what.ru);
            let en = format!("Malformed address of a proxy ({}): {}", self.place.en, what.en);
            Failure::new(FailureKind::Proxy, Text::made(ru, en))
        })
    }
}
