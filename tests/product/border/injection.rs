//! Line breaks in names, values, addresses and tokens: refused, or encoded. No line of a request is anybody's but ours.

use native_api::Value;
use native_api_host::{Argument, Object};

use super::peer::Peer;
use super::{BITRIX, WEBSOCKET, on_server, refused, with_tokens};
use crate::common::ROM;

/// What would begin a line of its own, or a request.
const BREAKS: [&str; 6] = [
    "\r\nX-Injected: 1",
    "\nX-Injected: 1",
    "\rX-Injected: 1",
    "\0\r\nX-Injected: 1",
    "\r\n\r\nGET /X-Injected HTTP/1.1\r\nHost: x\r\n\r\n",
    "%0D%0AX-Injected:%201",
];

/// One that refuses whatever it is asked.
fn deaf() -> Peer {
    Peer::start(|_| "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n".to_owned().into())
}

/// Each connection brought one request, and no line of it is foreign.
#[track_caller]
fn assert_intact(peer: &Peer) {
    for request in peer.requests() {
        let (head, _) = request.split_once("\r\n\r\n").unwrap();
        let foreign = head.split(['\r', '\n']).find(|line| line.starts_with("X-Injected"));
        assert_eq!(foreign, None, "{request}");
        assert_eq!(head.lines().filter(|line| line.ends_with(" HTTP/1.1")).count(), 1, "{request}");
        assert!(!head.contains('\0'), "{request}");
    }
}

#[track_caller]
fn misuse(object: &Object, method: &str, arguments: &[String]) {
    let values = arguments.iter().map(|text| Argument::Value(text.as_str().into())).collect::<Vec<_>>();
    let thrown = object.call(method, values).unwrap_err().text.unwrap();
    assert!(!thrown.contains("X-Injected"), "{thrown}");
}

/// A text with a break in it, which an address may have if it is encoded.
fn is_encoded(with_break: &str) -> bool {
    with_break.starts_with('%')
}

#[test]
fn headers_tokens_and_subprotocols_with_breaks_are_misuse() {
    let object = on_server(WEBSOCKET);
    for with_break in BREAKS.into_iter().filter(|text| !is_encoded(text)) {
        misuse(&object, "УстановитьЗаголовок", &["X-Shop".to_owned(), format!("a{with_break}")]);
        misuse(&object, "УстановитьЗаголовок", &[format!("X-Shop{with_break}"), "a".to_owned()]);
        misuse(&object, "УстановитьТокен", &[format!("a{with_break}")]);
        object.set("Подпротоколы", format!("chat{with_break}")).unwrap_err();
        object.set("Прокси", format!("http://proxy{with_break}:1/x")).unwrap_err();
    }
    for reserved in
        ["Host", "Content-Length", "transfer-encoding", "Sec-WebSocket-Key", "Connection", "a b", ""]
    {
        misuse(&object, "УстановитьЗаголовок", &[reserved.to_owned(), "1".to_owned()]);
    }
    let peer = deaf();
    refused(&object, &peer.url("ws"));
    assert_intact(&peer);
    assert!(!peer.requests().concat().contains("X-Shop"), "nothing of it was kept");
}

#[test]
fn credentials_with_breaks_are_encoded() {
    let (server, proxy) = (deaf(), deaf());
    for with_break in BREAKS {
        let object = on_server(WEBSOCKET);
        object
            .call("УстановитьАвторизацию", (format!("user{with_break}").replace(':', ""), with_break))
            .unwrap();
        refused(&object, &server.url("ws"));
        let encoded =
            with_break.replace('\r', "%0D").replace('\n', "%0A").replace('\0', "%00").replace(' ', "%20");
        let encoded = encoded.replace('/', "%2F");
        object.set("Прокси", proxy.url("http").replace("//", &format!("//user:{encoded}@"))).unwrap();
        refused(&object, "ws://host.invalid/");
        let rom = on_server(ROM);
        refused(&rom, &server.url("ws").replace("//", &format!("//user:{encoded}@")));
    }
    assert_eq!((server.requests().len(), proxy.requests().len()), (2 * BREAKS.len(), BREAKS.len()));
    assert_intact(&server);
    assert_intact(&proxy);
    for request in [server.requests(), proxy.requests()].concat() {
        assert_eq!(request.to_lowercase().matches("authorization: basic ").count(), 1, "{request}");
    }
}

#[test]
fn addresses_with_breaks_are_encoded_or_refused() {
    let peer = deaf();
    for with_break in BREAKS {
        for place in ["/¤", "/a?b=¤", "/a?b=c&¤=d", "/a#¤"] {
            let uri = peer.url("ws") + &place.replace('¤', with_break);
            for class in [ROM, WEBSOCKET] {
                // Either is right: what matters is what the peer gets.
                let _ = on_server(class).call("Подключиться", [uri.as_str()]);
            }
            let _ = on_server(BITRIX).call("Подключиться", [uri.replace("ws://", "http://")]);
        }
        for uri in [format!("ws://host.invalid{with_break}/"), format!("ws://127.0.0.1:1{with_break}/")] {
            let _ = on_server(WEBSOCKET).call("Подключиться", [uri]);
        }
        let channel = format!("{}/sub/?CHANNEL_ID=a{with_break}&clientId=b{with_break}", peer.url("http"));
        refused(&on_server(BITRIX), &channel);
    }
    assert!(peer.requests().len() >= BREAKS.len(), "{}", peer.requests().len());
    assert_intact(&peer);
}

#[test]
fn nothing_that_is_told_to_a_portal_breaks_out() {
    let peer = deaf();
    let tokens = ["access", "refresh", "client", "secret"];
    let object = with_tokens(tokens, &peer.url("http"));
    refused(&object, &peer.url("http"));
    for with_break in BREAKS.into_iter().filter(|text| !is_encoded(text)) {
        for place in 0..tokens.len() {
            let mut broken = tokens.map(str::to_owned);
            broken[place] += with_break;
            misuse(&object, "УстановитьТокены", &broken);
        }
        misuse(&object, "ВызватьМетод", &[format!("event.get{with_break}")]);
        object.set("Позиция", format!("0{with_break}")).unwrap_err();
        object.set("Коннектор", with_break).unwrap();
        // Whatever else there is goes into a body of JSON.
        object.call("ПодписатьсяНаСобытие", [format!("ONCRMDEALUPDATE{with_break}")]).unwrap();
        object.call("ПолучитьОфлайнСобытия", ()).unwrap();
        object.call("ПодтвердитьОфлайнСобытия", [with_break]).unwrap();
    }
    // A server's address loses its breaks, as the standard of URLs has it, or is refused.
    for with_break in BREAKS {
        let _ = object.set("СерверАвторизации", format!("{}/{with_break}", peer.url("http")));
        let expired = "HTTP/1.1 401 No\r\nContent-Length: 25\r\n\r\n{\"error\":\"expired_token\"}";
        let portal = Peer::start(move |_| expired.to_owned().into());
        refused(&object, &portal.url("http"));
        assert_intact(&portal);
    }
    assert_eq!(object.get("Подключено").unwrap(), Value::from(false));
    assert!(peer.requests().iter().any(|request| request.contains("grant_type=refresh_token")));
    assert_intact(&peer);
}

/// What a portal and its push server tell is said again to the push server: addresses, channels, tokens, positions.
#[test]
fn what_a_portal_tells_does_not_break_out_either() {
    for with_break in BREAKS {
        let text = serde_json::Value::from(with_break).to_string();
        let text = text.trim_matches('"').to_owned();
        let push_server = Peer::start(|_| {
            let position = "Last-Modified: Sat, 21 Nov 2026 05:00:00 GMT\r\nEtag: \"0\"\r\n";
            format!("HTTP/1.1 304 Not Modified\r\n{position}\r\n").into()
        });
        let place = push_server.url("http");
        for (identity, path) in [("jwt", "sub/"), ("none", "sub/¤"), ("none", "sub/?a=¤")] {
            let (place, text) = (format!("{place}/{}", path.replace('¤', &text)), text.clone());
            let portal = Peer::start(move |_| {
                let body = format!(
                    r#"{{"result":{{"server":{{"version":4,"server_enabled":true,"long_polling":"{place}"}},
                    "{identity}":"token{text}","clientId":"client{text}",
                    "channels":{{"shared":{{"id":"channel{text}"}}}}}},"time":{{}}}}"#
                );
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into()
            });
            let object = with_tokens(["access", "refresh", "client", "secret"], &portal.url("http"));
            object.call("Подключиться", [portal.url("http")]).unwrap();
            object.done();
        }
        assert!(!push_server.requests().is_empty(), "{with_break:?}");
        assert_intact(&push_server);
    }
}
