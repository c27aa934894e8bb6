//! `wss`: certificate and host name are verified against the system's store; `SSL_CERT_FILE` is honoured.

use echo_server::{CertificateKind, Certificates, Options, Server};

use crate::common::{FAIL, MESSAGE, connect, expect, folder, in_child, rom, server};

fn secure(certificates: &Certificates, kind: CertificateKind) -> Server {
    server(Options { tls: Some(certificates.identity(kind).unwrap()), ..Options::default() })
}

/// Runs `body` where the authority of its certificates is trusted: it is made by the parent, and its key stays
/// with the parent, so the servers are the parent's as well.
fn trusting(name: &str, kinds: &[CertificateKind], body: impl FnOnce(&[String])) {
    let certificates = Certificates::new().unwrap();
    let file = folder().join(format!("{}.pem", name.replace("::", "-")));
    let servers = kinds.iter().map(|kind| secure(&certificates, *kind)).collect::<Vec<_>>();
    let urls = servers.iter().map(Server::url).collect::<Vec<_>>().join(" ");
    if std::env::var("URLS").is_err() {
        std::fs::write(&file, certificates.authority_pem().unwrap()).unwrap();
    }
    in_child(name, &[("SSL_CERT_FILE", file.to_str().unwrap()), ("URLS", &urls)], || {
        let urls = std::env::var("URLS").unwrap();
        body(&urls.split(' ').map(str::to_owned).collect::<Vec<_>>());
    });
}

#[test]
fn a_trusted_certificate_connects_and_speaks() {
    trusting("tls::a_trusted_certificate_connects_and_speaks", &[CertificateKind::Good], |urls| {
        let objects = [rom(), rom()];
        for object in &objects {
            connect(object, &urls[0]);
            for text in ["шифрованное", &"большое ".repeat(100_000)] {
                assert_eq!(object.call("Отправить", [text]).unwrap(), true.into());
                expect(object, (MESSAGE, text));
            }
        }
        assert_eq!(objects[0].call("Отключиться", ()).unwrap(), true.into());
    });
}

#[test]
fn wrong_certificates_are_refused() {
    let kinds = [
        CertificateKind::Expired,
        CertificateKind::WrongName,
        CertificateKind::SelfSigned,
        CertificateKind::UnknownIssuer,
    ];
    trusting("tls::wrong_certificates_are_refused", &kinds, |urls| {
        let object = rom();
        object.set("Таймаут", 60).unwrap();
        for url in urls {
            assert_eq!(object.call("Подключиться", [url.as_str()]).unwrap(), false.into(), "{url}");
            expect(&object, FAIL);
        }
    });
}

#[test]
fn an_authority_that_nobody_trusts_is_refused() {
    let server = secure(&Certificates::new().unwrap(), CertificateKind::Good);
    let object = rom();
    assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
    expect(&object, FAIL);
}

#[test]
fn tls_and_no_tls_do_not_meet() {
    let plain = crate::common::echo();
    let object = rom();
    object.call("Подключиться", [plain.url().replace("ws://", "wss://")]).unwrap();
    expect(&object, FAIL);
    let secure = secure(&Certificates::new().unwrap(), CertificateKind::Good);
    object.call("Подключиться", [secure.url().replace("wss://", "ws://")]).unwrap();
    expect(&object, FAIL);
}
