//! The proxy that the system names: the environment, and on Windows the settings of the system where the
//! environment names none.

mod bypass;
mod environment;
mod proxies;
#[cfg(any(windows, test))]
mod windows;

use std::env;

use url::Host;

use crate::message::Failure;
use crate::transport::address::Address;
use crate::transport::proxy::server::ProxyServer;
#[cfg(windows)]
use crate::transport::proxy::system::proxies::SystemProxies;

/// The proxy that leads to `address`, if any does. This machine is always reached directly.
///
/// # Errors
/// [`FailureKind::Proxy`](crate::message::FailureKind::Proxy): the system names one that cannot be used.
pub(super) fn server_for(address: &Address) -> Result<Option<ProxyServer>, Failure> {
    server_in(address, |name| Some(env::var_os(name)?.to_string_lossy().into_owned()))
}

/// The same in an environment with these variables.
///
/// # Errors
/// [`FailureKind::Proxy`](crate::message::FailureKind::Proxy): the system names one that cannot be used.
pub fn server_in(
    address: &Address,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<ProxyServer>, Failure> {
    if is_this_machine(address.host()) {
        return Ok(None);
    }
    let proxies = environment::proxies(variable);
    #[cfg(windows)]
    let proxies = match proxies {
        SystemProxies { plain: None, secure: None, .. } => windows::proxies().unwrap_or_default(),
        proxies => proxies,
    };
    proxies.server_for(address)
}

fn is_this_machine(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.to_canonical().is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_recognised() {
        for (host, expected) in [
            ("localhost", true),
            ("localhost.", true),
            ("a.localhost", true),
            ("127.8.8.8", true),
            ("[::1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("notlocalhost", false),
            ("128.0.0.1", false),
            ("[::2]", false),
        ] {
            assert_eq!(is_this_machine(&Host::parse(host).unwrap()), expected, "{host}");
        }
    }
}
