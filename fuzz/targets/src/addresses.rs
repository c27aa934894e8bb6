//! Addresses that 1C gives: what is taken can be asked for as it is, and what is shown of it holds no password.

use url::Url;
use vestnik::bitrix::address::{self as bitrix, check_method};
use vestnik::transport::address::Address;
use wire::Request;

/// A password of fewer bytes may stand in an address by chance.
const SHORTEST_SECRET: usize = 12;

/// An address, or the name of a REST method.
pub fn target(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for address in [Address::parse(&text), Address::parse_http(&text)].into_iter().flatten() {
        check(&text, &address);
    }
    if let Ok(address) = bitrix::Address::parse(&text) {
        check_portal(&text, &address);
    }
    if let Ok(server) = bitrix::auth_server(&text) {
        assert!(server.query().is_none() && server.username().is_empty() && server.password().is_none());
        assert!(bitrix::auth_server(server.as_str()).is_ok() && Address::parse_http(server.as_str()).is_ok());
    }
}

fn check(text: &str, address: &Address) {
    // As the handshake asks for it.
    let request = Request::new(address.is_secure(), &address.server_name(), address.port(), address.target());
    assert!(request.is_ok(), "{text:?} was taken, and makes no request");
    let is_one_line = |text: &str| text.bytes().all(|byte| (b' '..0x7F).contains(&byte));
    assert!(is_one_line(&address.authority()) && address.authorization().is_none_or(is_one_line));
    let shown = format!("{address:?}");
    let secret = Url::parse(text.trim()).ok().and_then(|url| Some(url.password()?.to_owned()));
    if let Some(secret) = secret.filter(|secret| secret.len() >= SHORTEST_SECRET) {
        assert!(address.server_name().contains(&secret) || !shown.contains(&secret), "{shown}");
    }
}

fn check_portal(method: &str, address: &bitrix::Address) {
    assert!(!address.server().is_empty());
    let bitrix::Address::Portal(portal) = address else { return };
    assert_eq!(bitrix::Address::parse(&address.server()).as_ref(), Ok(address));
    for method in [method, "crm.deal.get"] {
        match portal.method_url(method) {
            Ok(url) => {
                assert_eq!(url.path(), format!("/rest/{method}"));
                assert!(Address::parse_http(url.as_str()).is_ok(), "{url}");
            }
            Err(why) => assert_eq!(check_method(method), Err(why)),
        }
    }
}
