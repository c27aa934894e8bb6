//! Proxies that 1C or the system names: no credentials are shown, what is shown means the same server, and a host that
//! `no_proxy` names is reached directly.

use url::{Host, Url};
use vestnik::transport::address::Address;
use vestnik::transport::proxy::server::ProxyServer;
use vestnik::transport::proxy::{Proxy, system};

use crate::fields;

/// A credential of fewer bytes may stand in an address by chance.
const SHORTEST_SECRET: usize = 12;

/// A proxy, the value of `no_proxy`, and the address of a server.
pub fn target(data: &[u8]) {
    let mut texts = fields::texts(data);
    let mut next = || texts.next().unwrap_or_default();
    let [proxy, bypass, server] = [next(), next(), next()];
    if let Ok(parsed) = Proxy::parse(&proxy) {
        assert!(matches!(parsed, Proxy::Server(_)) || Proxy::parse(&parsed.to_string()) == Ok(parsed));
    }
    if let Ok(parsed) = ProxyServer::parse(&proxy) {
        check(&proxy, &parsed);
    }
    let Ok(address) = Address::parse(&server) else { return };
    let named = |bypass: &str| {
        let (proxy, bypass) = (proxy.clone(), bypass.to_owned());
        system::server_in(&address, move |name| match name {
            "all_proxy" => Some(proxy.clone()),
            "no_proxy" => Some(bypass.clone()),
            _ => None,
        })
    };
    if let Ok(Some(found)) = named(&bypass) {
        let with_scheme =
            if proxy.contains("://") { proxy.trim().to_owned() } else { format!("http://{}", proxy.trim()) };
        assert_eq!(ProxyServer::parse(&with_scheme), Ok(found));
    }
    assert_eq!(named(&format!("{bypass},*")), Ok(None));
    let host = address.server_name();
    let is_plain = host.starts_with(|char: char| char.is_ascii_alphanumeric())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte));
    if is_plain {
        assert_eq!(named(&format!("{bypass},{host}")), Ok(None), "{host}");
    }
}

fn check(text: &str, server: &ProxyServer) {
    let shown = server.to_string();
    let again = ProxyServer::parse(&shown).expect("what is shown is an address");
    assert_eq!(
        (again.protocol(), again.host(), again.port()),
        (server.protocol(), server.host(), server.port()),
        "{shown}"
    );
    assert!(again.credentials().is_none() && !server.server_name().is_empty());
    let url = Url::parse(text.trim()).expect("it was read");
    let secrets = [url.username(), url.password().unwrap_or_default()];
    for secret in secrets.into_iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
        let by_chance = matches!(server.host(), Host::Domain(name) if name.contains(secret));
        assert!(by_chance || !format!("{shown} {server:?}").contains(secret), "{shown}");
    }
}
