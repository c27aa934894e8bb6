//! Secrets that come back: a server may repeat what it was sent, in whatever form, and 1C, its events and the log
//! show nothing of it.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use echo_server::{CertificateKind, Certificates, KeyKind};
use native_api_host::Object;

use super::peer::{Bytes, Peer};
use super::{WEBSOCKET, on_client};
use crate::common::{echo, faulty, folder, text};

/// Every kind of secret that the class takes.
const SECRETS: [&str; 7] = [
    "SECRET-password",
    "SECRET-key",
    "SECRET-token",
    "SECRET-header",
    "SECRET-proxy",
    "SECRET-passphrase",
    "SECRET-greeting",
];

fn laden(certificates: &Certificates, log: &str) -> Object {
    let object = on_client(WEBSOCKET);
    object.set("ФайлЖурнала", log).unwrap();
    object.set("УровеньЖурнала", "trace").unwrap();
    object.call("УстановитьЗаголовок", ("X-Api-Key", "SECRET-header")).unwrap();
    object.call("УстановитьПриветствие", [r#"["{\"token\":\"SECRET-greeting\"}"]"#]).unwrap();
    let client = certificates.client_identity(CertificateKind::Good, KeyKind::Ec).unwrap();
    let pem = client.certificate_pem().unwrap();
    let key = client.encrypted_key_pem("SECRET-passphrase").unwrap();
    object.call("УстановитьСертификатКлиента", (pem, "SECRET-passphrase", key)).unwrap();
    object
}

fn uri(url: &str) -> String {
    let url = url.trim_end_matches('/').replace("://", "://user:SECRET-password@");
    format!("{url}/?api_key=SECRET-key&app=panel")
}

/// Refuses with all that it was sent, in the reason, in headers and in the body.
fn echoing(status: u16) -> Peer {
    Peer::start(move |request| {
        let line = request.trim().replace("\r\n", "; ").replace('"', "'");
        format!(
            "HTTP/1.1 {status} Refused {line}\r\nWWW-Authenticate: Basic realm=\"{line}\"\r\n\
             Location: ws://user:SECRET-password@127.0.0.1:1/?api_key=SECRET-key\r\n\
             Content-Length: {}\r\n\r\n{request}",
            request.len()
        )
        .into()
    })
}

/// Refuses with the bare secrets, as `token SECRET-token is unknown`.
fn telling(body: &'static str) -> Peer {
    Peer::start(move |_| {
        Bytes::from(format!("HTTP/1.1 401 No\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    })
}

#[test]
fn what_was_sent_does_not_come_back() {
    let certificates = Certificates::new().unwrap();
    let log = folder().join("border-secrets.log");
    let _ = fs::remove_file(&log);
    let object = laden(&certificates, log.to_str().unwrap());
    let (open, closing, garbage) = (echo(), faulty("close=1011,token=SECRET-token"), faulty("wrong-accept"));
    let (refusing, lost) = (echoing(401), echoing(503));
    let bare = telling("user SECRET-password, key SECRET-key, header SECRET-header, SECRET-token");
    let mut told = Vec::new();
    for by_token in [false, true] {
        if by_token {
            object.call("УстановитьТокен", ["SECRET-token"]).unwrap();
        }
        // What it was never told it cannot repeat.
        let telling = if by_token { &bare } else { &refusing };
        for peer in [&refusing, &lost, telling] {
            assert_eq!(object.call("Подключиться", [uri(&peer.url("ws"))]).unwrap(), false.into());
            told.push(text(&object, "ПоследняяОшибка"));
        }
        for url in
            [open.url(), closing.url(), garbage.url(), "ws://127.0.0.1:1".into(), "ws://host.invalid".into()]
        {
            object.call("Подключиться", [uri(&url)]).unwrap();
            object.call("Отправить", [r#"{"password":"SECRET-password"}"#]).unwrap();
            told.push(text(&object, "ПоследняяОшибка"));
        }
    }
    for proxy in [refusing.url("http"), "http://127.0.0.1:1".to_owned(), "socks5://127.0.0.1:1".to_owned()] {
        object.set("Прокси", proxy.replace("//", "//user:SECRET-proxy@")).unwrap();
        assert_eq!(object.call("Подключиться", [uri(&open.url())]).unwrap(), false.into());
        told.extend([text(&object, "ПоследняяОшибка"), text(&object, "Прокси")]);
    }
    // What is read back is what 1C has set; nothing else shows it.
    told.retain(|text| !text.starts_with("http://user:") && !text.starts_with("socks5://user:"));
    object.set("Прокси", "ftp://user:SECRET-proxy@host").unwrap_err();
    object.call("Подключиться", ["http://user:SECRET-password@host/?api_key=SECRET-key"]).unwrap_err();
    object
        .call("УстановитьСертификатКлиента", ("SECRET-key", "SECRET-passphrase", "SECRET-key"))
        .unwrap_err();
    told.push(text(&object, "ПоследняяОшибка"));
    object.done();
    told.extend(
        object
            .events(std::time::Duration::ZERO)
            .filter(|event| {
                // An echo of what 1C itself has sent is a message, which carries what it carries.
                !event.event.starts_with("{\"Event\": \"Message\"")
            })
            .map(|event| format!("{} {}", event.event, event.data)),
    );
    told.extend(object.errors().into_iter().map(|error| error.description));
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.lines().count() > 20, "{log}");
    told.push(log);
    let encoded = ["user:SECRET-password", "user:SECRET-proxy"].map(|text| STANDARD.encode(text));
    for text in told {
        for secret in SECRETS.into_iter().chain(encoded.iter().map(String::as_str)) {
            assert!(!text.contains(secret), "{secret} in: {text}");
        }
    }
}
