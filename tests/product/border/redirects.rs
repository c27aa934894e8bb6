//! No redirect is followed: whoever is named in one sees neither us nor what we carry.

use echo_server::Portal;
use native_api_host::Instance;

use super::peer::{Bytes, Peer};
use super::{BITRIX, WEBSOCKET, on_server, refused, with_expired_tokens_of, with_tokens};
use crate::common::{ROM, echo};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// Everything a handshake can carry.
fn laden(object: &Instance) {
    object.call("УстановитьТокен", ["SECRET-token"]).unwrap();
    object.call("УстановитьЗаголовок", ("X-Api-Key", "SECRET-header")).unwrap();
}

#[test]
fn a_handshake_is_not_redirected() {
    for status in STATUSES {
        let trap = Peer::trap();
        let peer = Peer::redirecting(status, trap.url("ws"));
        for class in [ROM, WEBSOCKET] {
            let object = on_server(class);
            if class == WEBSOCKET {
                laden(&object);
            }
            let text = refused(&object, &peer.url("ws").replace("ws://", "ws://user:SECRET-password@"));
            assert!(class == ROM || text.contains(&format!("HTTP {status}")), "{text}");
            object.done();
        }
        assert_eq!(peer.requests().len(), 2);
        assert!(trap.is_untouched(), "{status}");
    }
}

#[test]
fn a_proxy_leads_nowhere_else() {
    let target = echo();
    for status in STATUSES {
        let trap = Peer::trap();
        let peer = Peer::redirecting(status, trap.url("http"));
        let object = on_server(WEBSOCKET);
        laden(&object);
        object.set("Прокси", peer.url("http").replace("http://", "http://user:SECRET-proxy@")).unwrap();
        let text = refused(&object, &target.url());
        assert!(text.contains(&format!("отказ: {status}")), "{text}");
        object.done();
        // The way through the proxy is asked for, and nothing that is for the server is told.
        let asked = peer.requests().concat();
        assert!(asked.starts_with(&format!("CONNECT {} HTTP/1.1\r\n", target.address())), "{asked}");
        assert!(!asked.contains("SECRET"), "{asked}");
        assert!(trap.is_untouched(), "{status}");
    }
    assert_eq!(target.journal().totals().accepted, 0);
}

#[test]
fn a_call_of_rest_is_not_redirected() {
    for status in STATUSES {
        let trap = Peer::trap();
        let portal = Peer::redirecting(status, trap.url("http"));
        let object =
            with_tokens(["SECRET-access", "SECRET-refresh", "id", "SECRET-client"], &trap.url("http"));
        let text = refused(&object, &portal.url("http"));
        assert!(text.contains("перенаправляет"), "{text}");
        object.done();
        assert!(portal.requests().concat().contains("Bearer SECRET-access"));
        assert!(trap.is_untouched(), "{status}");
    }
}

#[test]
fn a_renewal_of_tokens_is_not_redirected() {
    for status in STATUSES {
        let (trap, portal) = (Peer::trap(), Portal::start(echo_server::PortalOptions::default()).unwrap());
        let server = Peer::redirecting(status, trap.url("http"));
        let object = with_expired_tokens_of(&portal, &server.url("http"));
        let kept = object.call("ПолучитьТокены", ()).unwrap();
        let text = refused(&object, portal.url());
        assert!(text.contains("Сервер авторизации"), "{text}");
        assert_eq!(object.call("ПолучитьТокены", ()).unwrap(), kept, "the pair is as it was");
        object.done();
        assert!(server.requests().concat().contains("grant_type=refresh_token"));
        assert!(trap.is_untouched(), "{status}");
    }
}

#[test]
fn a_poll_is_not_redirected() {
    for status in STATUSES {
        let trap = Peer::trap();
        let server = Peer::redirecting(status, trap.url("http"));
        let object = on_server(BITRIX);
        object.call("УстановитьТокены", ["SECRET-access"]).unwrap();
        refused(&object, &(server.url("http") + "/sub/?CHANNEL_ID=SECRET-channel"));
        object.done();
        let asked = server.requests().concat();
        assert!(asked.contains("CHANNEL_ID=SECRET-channel") && !asked.contains("SECRET-access"), "{asked}");
        assert!(trap.is_untouched(), "{status}");
    }
}

/// The portal names its push server, and may name anybody: who that is gets the channel, and never the tokens.
#[test]
fn the_push_server_of_a_portal_gets_no_tokens() {
    let push_server = Peer::trap();
    let place = push_server.url("http");
    let portal = Peer::start(move |_| configuration(&place));
    let object = with_tokens(["SECRET-access", "SECRET-refresh", "id", "SECRET-client"], &portal.url("http"));
    refused(&object, &portal.url("http"));
    object.done();
    let asked = push_server.requests().concat();
    assert!(asked.contains("CHANNEL_ID=channel") && !asked.contains("SECRET"), "{asked}");
}

fn configuration(push_server: &str) -> Bytes {
    let body = format!(
        r#"{{"result":{{"server":{{"version":4,"server_enabled":true,"long_polling":"{push_server}/sub/"}},
        "channels":{{"shared":{{"id":"channel"}}}},"clientId":"client"}},"time":{{}}}}"#
    );
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    format!("{head}{body}").into()
}
