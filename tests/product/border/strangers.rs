//! Who cannot prove to be the one we want learns nothing: neither servers nor proxies, neither of WebSocket nor of
//! REST.

use echo_server::{CertificateKind, Certificates, Options, Portal, PortalOptions, Proxy, ProxyOptions};
use native_api_host::Object;

use super::{BITRIX, WEBSOCKET, on_server, refused, with_expired_tokens_of, with_tokens};
use crate::common::{PATIENCE, ROM, echo, server};

const STRANGERS: [CertificateKind; 4] = [
    CertificateKind::Expired,
    CertificateKind::WrongName,
    CertificateKind::SelfSigned,
    CertificateKind::UnknownIssuer,
];

fn trusting(object: Object, certificates: &Certificates) -> Object {
    object.call("УстановитьДоверенныеСертификаты", [certificates.authority_pem().unwrap()]).unwrap();
    object
}

fn portal(certificates: &Certificates, kind: CertificateKind) -> Portal {
    let tls = Some(certificates.identity(kind).unwrap());
    Portal::start(PortalOptions { tls, ..PortalOptions::default() }).unwrap()
}

#[test]
fn a_server_that_is_none_of_ours_gets_no_request() {
    let certificates = Certificates::new().unwrap();
    for kind in STRANGERS {
        let server =
            server(Options { tls: Some(certificates.identity(kind).unwrap()), ..Options::default() });
        let uri = server.url().replace("wss://", "wss://user:SECRET-password@") + "?api_key=SECRET-key";
        refused(&on_server(ROM), &uri);
        let object = trusting(on_server(WEBSOCKET), &certificates);
        object.call("УстановитьТокен", ["SECRET-token"]).unwrap();
        refused(&object, &uri);
        assert!(server.wait_for(PATIENCE, |journal| journal.totals().ended == 2), "{kind:?}");
        assert_eq!(server.journal().totals().requests, 0, "{kind:?}");
    }
}

#[test]
fn a_proxy_that_is_none_of_ours_gets_no_password() {
    let (certificates, target) = (Certificates::new().unwrap(), echo());
    for kind in STRANGERS {
        let tls = Some(certificates.identity(kind).unwrap());
        let proxy = Proxy::start(ProxyOptions { tls, ..ProxyOptions::default() }).unwrap();
        let object = trusting(on_server(WEBSOCKET), &certificates);
        object.set("Прокси", proxy.url_as("user:SECRET-proxy")).unwrap();
        let text = refused(&object, &target.url());
        assert!(text.starts_with("Прокси"), "{text}");
        assert!(
            proxy.wait_for(PATIENCE, |journal| journal.accepted == 1 && journal.connections == 0),
            "{kind:?}"
        );
        assert_eq!(proxy.journal().requests, [], "{kind:?}");
    }
    assert_eq!(target.journal().totals().accepted, 0);
}

#[test]
fn a_portal_that_is_none_of_ours_gets_no_tokens() {
    let certificates = Certificates::new().unwrap();
    for kind in STRANGERS {
        let portal = portal(&certificates, kind);
        let tokens = ["SECRET-access", "SECRET-refresh", "id", "SECRET-client"];
        let object = trusting(with_tokens(tokens, portal.url()), &certificates);
        refused(&object, portal.url());
        let object = trusting(on_server(BITRIX), &certificates);
        refused(&object, &portal.push_url());
        assert!(portal.wait_for(PATIENCE, |journal| journal.accepted >= 2 && journal.connections == 0));
        assert_eq!(portal.journal().total, 0, "{kind:?}");
    }
}

#[test]
fn an_authorization_server_that_is_none_of_ours_gets_no_tokens() {
    let certificates = Certificates::new().unwrap();
    for kind in STRANGERS {
        let (own, stranger) = (Portal::start(PortalOptions::default()).unwrap(), portal(&certificates, kind));
        let object = trusting(with_expired_tokens_of(&own, stranger.url()), &certificates);
        let text = refused(&object, own.url());
        assert!(text.contains("Сервер авторизации"), "{text}");
        assert!(stranger.wait_for(PATIENCE, |journal| journal.accepted >= 1 && journal.connections == 0));
        assert_eq!(stranger.journal().total, 0, "{kind:?}");
    }
}

/// What is for the proxy stays with the proxy, and what is for the server with the server.
#[test]
fn a_proxy_and_a_server_do_not_learn_of_each_other() {
    let target = echo();
    let credentials = Some(("user".to_owned(), "SECRET-proxy".to_owned()));
    let proxy = Proxy::start(ProxyOptions { credentials, ..ProxyOptions::default() }).unwrap();
    let object = on_server(WEBSOCKET);
    object.set("Прокси", proxy.url_as("user:SECRET-proxy")).unwrap();
    object.call("УстановитьТокен", ["token-of-the-server"]).unwrap();
    assert_eq!(object.call("Подключиться", [target.url()]).unwrap(), true.into());
    let journal = target.journal();
    let request = journal.requests().next().unwrap();
    assert_eq!(request.header("Authorization"), Some("Bearer token-of-the-server"));
    assert_eq!(request.header("Proxy-Authorization"), None);
    assert!(
        request
            .headers
            .iter()
            .all(|(_, value)| !value.contains("SECRET") && !value.contains("dXNlcjpTRUNSRVQ"))
    );
}
