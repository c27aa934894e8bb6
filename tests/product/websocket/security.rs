//! Certificates, tokens and proxies, as 1C sets them.

use echo_server::{
    CertificateKind, Certificates, KeyKind, Options, Proxy, ProxyOptions, ProxyProtocol, Server,
};
use native_api::Value;
use serde_json::json;

use super::{connect, expect_state, expect_text, text, websocket};
use crate::common::{echo, server};

fn secure(certificates: &Certificates, kind: CertificateKind, fault: &str) -> Server {
    let tls = Some(certificates.identity(kind).unwrap());
    server(Options { tls, fault: fault.parse().unwrap(), ..Options::default() })
}

/// An object that trusts the authority.
fn trusting(certificates: &Certificates) -> native_api_host::Object {
    let object = websocket();
    object.call("УстановитьДоверенныеСертификаты", [certificates.authority_pem().unwrap()]).unwrap();
    object
}

/// Connects; the failure's kind and text.
fn failure(object: &native_api_host::Instance, url: &str) -> (String, String) {
    object.call("Подключиться", [url]).unwrap();
    let failed = expect_state(object, "Fail");
    (failed["Kind"].as_str().unwrap().to_owned(), failed["Text"].as_str().unwrap().to_owned())
}

#[test]
fn a_trusted_authority_is_added_and_taken_back() {
    let certificates = Certificates::new().unwrap();
    let server = secure(&certificates, CertificateKind::Good, "none");
    let object = trusting(&certificates);
    connect(&object, &server.url());
    object.call("Отправить", ["шифрованное"]).unwrap();
    expect_text(&object, "шифрованное");
    object.call("Отключиться", ()).unwrap();
    expect_state(&object, "Close");
    object.call("УстановитьДоверенныеСертификаты", [""]).unwrap();
    assert_eq!(failure(&object, &server.url()).0, "Tls");
}

#[test]
fn wrong_certificates_are_named() {
    let certificates = Certificates::new().unwrap();
    let object = trusting(&certificates);
    for (kind, part) in [
        (CertificateKind::Expired, "истёк"),
        (CertificateKind::WrongName, "другого имени"),
        (CertificateKind::SelfSigned, "подписан сам собой"),
        (CertificateKind::UnknownIssuer, "издател"),
    ] {
        let server = secure(&certificates, kind, "none");
        let (kind, text) = failure(&object, &server.url());
        assert_eq!(kind, "Tls");
        assert!(text.to_lowercase().contains(part), "{text}");
    }
    object.set("ПроверятьСертификат", false).unwrap();
    let server = secure(&certificates, CertificateKind::Expired, "none");
    connect(&object, &server.url());
}

#[test]
fn a_client_certificate_is_shown_in_every_form() {
    let certificates = Certificates::new().unwrap();
    let server = secure(&certificates, CertificateKind::Good, "client-certificate");
    let client = certificates.client_identity(CertificateKind::Good, KeyKind::Ec).unwrap();
    let object = trusting(&certificates);
    let (kind, text) = failure(&object, &server.url());
    assert_eq!(kind, "Tls", "{text}");

    let certificate = client.certificate_pem().unwrap();
    let forms: [[Value; 3]; 4] = [
        [certificate.clone().into(), "".into(), client.key_pem().unwrap().into()],
        [format!("{certificate}{}", client.traditional_key_pem().unwrap()).into(), "".into(), "".into()],
        [certificate.into(), "пароль".into(), client.encrypted_key_pem("пароль").unwrap().into()],
        [client.pfx("пароль").unwrap().into(), "пароль".into(), "".into()],
    ];
    for [certificate, password, key] in forms {
        object.call("УстановитьСертификатКлиента", (certificate, password, key)).unwrap();
        connect(&object, &server.url());
        object.call("Отключиться", ()).unwrap();
        expect_state(&object, "Close");
    }
    let stranger = certificates.client_identity(CertificateKind::UnknownIssuer, KeyKind::Rsa).unwrap();
    object.call("УстановитьСертификатКлиента", (stranger.pfx("п").unwrap(), "п")).unwrap();
    assert_eq!(failure(&object, &server.url()).0, "Tls");
    let thrown =
        object.call("УстановитьСертификатКлиента", (stranger.pfx("п").unwrap(), "мимо")).unwrap_err();
    assert!(thrown.text.unwrap().contains("параметр 2 «Пароль»"));
}

#[test]
fn credentials_and_headers_are_sent_and_the_last_counts() {
    let (server, object) = (echo(), websocket());
    let with_user = server.url().replace("ws://", "ws://uri:user@");
    object.call("УстановитьАвторизацию", ("Оля", "п:ароль")).unwrap();
    connect(&object, &with_user);
    object.call("УстановитьТокен", ["abc.def"]).unwrap();
    object.call("УстановитьЗаголовок", ("X-Shop", "Москва")).unwrap();
    object.call("УстановитьЗаголовок", ("x-shop", "42")).unwrap();
    object.call("Подключиться", [server.url()]).unwrap();
    expect_state(&object, "Close");
    expect_state(&object, "Open");
    object.call("ОчиститьЗаголовки", ()).unwrap();
    object.call("Подключиться", [server.url()]).unwrap();
    expect_state(&object, "Close");
    expect_state(&object, "Open");
    let journal = server.journal();
    let seen = journal.requests().map(|request| (request.header("Authorization"), request.header("X-Shop")));
    let expected = [
        (Some("Basic 0J7Qu9GPOtC/OtCw0YDQvtC70Yw="), None),
        (Some("Bearer abc.def"), Some("42")),
        (Some("Bearer abc.def"), None),
    ];
    assert_eq!(seen.collect::<Vec<_>>(), expected);
}

#[test]
fn proxies_carry_the_connection_and_refuse_it() {
    let target = echo();
    for protocol in [ProxyProtocol::Http, ProxyProtocol::Socks5] {
        let credentials = Some(("user".to_owned(), "секрет".to_owned()));
        let options = ProxyOptions { protocol, credentials, ..ProxyOptions::default() };
        let proxy = Proxy::start(options).unwrap();
        let object = websocket();
        object.set("Прокси", proxy.url_as("user:секрет")).unwrap();
        connect(&object, &target.url());
        object.call("Отправить", ["через прокси"]).unwrap();
        expect_text(&object, "через прокси");
        object.call("Отключиться", ()).unwrap();
        expect_state(&object, "Close");
        object.set("Прокси", proxy.url_as("user:тайна")).unwrap();
        let (kind, why) = failure(&object, &target.url());
        assert_eq!(kind, "Proxy", "{why}");
        assert!(!why.contains("тайна") && !text(&object, "ПоследняяОшибка").contains("тайна"), "{why}");
        assert_eq!(proxy.journal().tunnels, 1);
    }
}

#[test]
fn a_proxy_that_misbehaves_is_a_failure_of_the_proxy() {
    let target = echo();
    for (protocol, fault) in [
        (ProxyProtocol::Http, "status=407"),
        (ProxyProtocol::Http, "status=502"),
        (ProxyProtocol::Http, "hang-up"),
        (ProxyProtocol::Http, "garbage"),
        (ProxyProtocol::Http, "endless-head"),
        (ProxyProtocol::Http, "cut-answer"),
        (ProxyProtocol::Socks5, "refuse-methods"),
        (ProxyProtocol::Socks5, "refuse-credentials"),
        (ProxyProtocol::Socks5, "cut-answer"),
        (ProxyProtocol::Socks5, "reply=5"),
        (ProxyProtocol::Socks5, "hang-up"),
    ] {
        let options = ProxyOptions { protocol, fault: fault.parse().unwrap(), ..ProxyOptions::default() };
        let proxy = Proxy::start(options).unwrap();
        let object = websocket();
        object.set("Прокси", proxy.url()).unwrap();
        object.call("Подключиться", [target.url()]).unwrap();
        let failed = expect_state(&object, "Fail");
        assert_eq!(failed["Kind"], json!("Proxy"), "{fault}: {failed}");
        if fault == "status=407" {
            assert_eq!(failed["Status"], json!(407));
        }
    }
}

#[test]
fn a_proxy_that_dribbles_still_carries() {
    let target = echo();
    for protocol in [ProxyProtocol::Http, ProxyProtocol::Socks5] {
        let fault = "one-byte".parse().unwrap();
        let proxy = Proxy::start(ProxyOptions { protocol, fault, ..ProxyOptions::default() }).unwrap();
        let object = websocket();
        object.set("Прокси", proxy.url()).unwrap();
        connect(&object, &target.url());
    }
}

#[test]
fn no_secret_is_in_any_text() {
    let object = websocket();
    object.set("Таймаут", 5).unwrap();
    object.call("УстановитьТокен", ["SECRET-token"]).unwrap();
    object.set("Прокси", "http://user:SECRET-proxy@127.0.0.1:1").unwrap();
    let uri = "ws://user:SECRET-password@127.0.0.1:1/?api_key=SECRET-key";
    assert_eq!(object.call("Подключиться", [uri]).unwrap(), false.into());
    object.set("Прокси", "").unwrap();
    assert_eq!(object.call("Подключиться", [uri]).unwrap(), false.into());
    object.call("Подключиться", ["http://user:SECRET-password@host/"]).unwrap_err();
    object.set("Прокси", "ftp://user:SECRET-proxy@host").unwrap_err();
    object.done();
    let events =
        object.events(std::time::Duration::ZERO).map(|event| format!("{} {}", event.event, event.data));
    let errors = object.errors().into_iter().map(|error| error.description);
    for text in events.chain(errors) {
        assert!(!text.contains("SECRET"), "{text}");
    }
}
