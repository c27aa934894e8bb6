//! Old TLS, and certificates that clients must show, judged by OpenSSL as a client uses it.

use std::{io::Write, net::TcpStream};

use echo_server::{CertificateKind, Certificates, ClientIdentity, End, Fault, KeyKind, Options, Server};
use openssl::{
    pkcs12::Pkcs12,
    pkey::PKey,
    provider::Provider,
    ssl::{HandshakeError, SslConnector, SslConnectorBuilder, SslMethod, SslStream, SslVersion},
    x509::X509,
};

use crate::client::{REQUEST, await_journal, connect_to, read_text, start_with, tcp};

fn start(certificates: &Certificates, fault: Fault) -> Server {
    let tls = Some(certificates.identity(CertificateKind::Good).unwrap());
    start_with(Options { tls, fault, ..Options::default() })
}

fn trusting(certificates: &Certificates) -> SslConnectorBuilder {
    let authority = X509::from_pem(certificates.authority_pem().unwrap().as_bytes()).unwrap();
    let mut connector = SslConnector::builder(SslMethod::tls_client()).unwrap();
    connector.cert_store_mut().add_cert(authority).unwrap();
    connector
}

fn showing(certificates: &Certificates, identity: &ClientIdentity) -> SslConnectorBuilder {
    let mut connector = trusting(certificates);
    let certificate = X509::from_pem(identity.certificate_pem().unwrap().as_bytes()).unwrap();
    let key = PKey::private_key_from_pem(identity.key_pem().unwrap().as_bytes()).unwrap();
    connector.set_certificate(&certificate).unwrap();
    connector.set_private_key(&key).unwrap();
    connector
}

fn encrypt(
    connector: SslConnectorBuilder,
    server: &Server,
) -> Result<SslStream<TcpStream>, HandshakeError<TcpStream>> {
    connector.build().connect("localhost", tcp(server))
}

fn assert_echo(server: &Server, stream: SslStream<TcpStream>) {
    let mut client = connect_to(&server.url(), stream);
    client.send("secret".into()).unwrap();
    assert_eq!(read_text(&mut client), "secret");
}

#[test]
fn tls_1_0_is_for_those_who_accept_it() {
    let certificates = Certificates::new().unwrap();
    let server = start(&certificates, Fault::Tls10);
    encrypt(trusting(&certificates), &server).unwrap_err();
    await_journal(&server, |journal| matches!(journal.ends().next(), Some(End::Tls(_))));
    let mut connector = trusting(&certificates);
    connector.set_min_proto_version(Some(SslVersion::TLS1)).unwrap();
    connector.set_security_level(0);
    let stream = encrypt(connector, &server).unwrap();
    assert_eq!(stream.ssl().version_str(), "TLSv1");
    assert_echo(&server, stream);
}

#[test]
fn a_client_certificate_of_the_authority_is_accepted() {
    let certificates = Certificates::new().unwrap();
    let server = start(&certificates, Fault::ClientCertificate);
    for key in [KeyKind::Ec, KeyKind::Rsa] {
        let identity = certificates.client_identity(CertificateKind::Good, key).unwrap();
        for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
            let mut connector = showing(&certificates, &identity);
            connector.set_max_proto_version(Some(version)).unwrap();
            assert_echo(&server, encrypt(connector, &server).unwrap());
        }
    }
}

#[test]
fn no_client_certificate_or_another_is_refused_with_the_reason() {
    let certificates = Certificates::new().unwrap();
    let showing = |kind| showing(&certificates, &certificates.client_identity(kind, KeyKind::Ec).unwrap());
    for (connector, alert) in [
        (trusting(&certificates), "certificate required"),
        (showing(CertificateKind::UnknownIssuer), "unknown ca"),
        (showing(CertificateKind::SelfSigned), "unknown ca"),
        (showing(CertificateKind::Expired), "certificate expired"),
    ] {
        let server = start(&certificates, Fault::ClientCertificate);
        // In TLS 1.3 the client hears of it only when it reads.
        let mut stream = encrypt(connector, &server).unwrap();
        stream.write_all(REQUEST).unwrap();
        let error = stream.ssl_read(&mut [0]).unwrap_err().to_string();
        assert!(error.contains(&format!("alert {alert}")), "{error}");
        drop(stream);
        await_journal(&server, |journal| matches!(journal.ends().next(), Some(End::Tls(_))));
        assert_eq!(server.journal().totals().requests, 0);
    }
}

#[test]
fn a_client_identity_comes_in_every_form() {
    let certificates = Certificates::new().unwrap();
    for (kind, traditional) in [(KeyKind::Ec, "EC PRIVATE KEY"), (KeyKind::Rsa, "RSA PRIVATE KEY")] {
        let identity = certificates.client_identity(CertificateKind::Good, kind).unwrap();
        let pem = identity.key_pem().unwrap();
        let key = PKey::private_key_from_pem(pem.as_bytes()).unwrap();
        let encrypted = identity.encrypted_key_pem("пароль").unwrap();
        let old_encrypted = identity.encrypted_traditional_key_pem("пароль").unwrap();
        for (pem, label) in [
            (&pem, "PRIVATE KEY"),
            (&identity.traditional_key_pem().unwrap(), traditional),
            (&encrypted, "ENCRYPTED PRIVATE KEY"),
            (&old_encrypted, traditional),
        ] {
            assert!(pem.starts_with(&format!("-----BEGIN {label}-----\n")), "{pem}");
            let read = PKey::private_key_from_pem_passphrase(pem.as_bytes(), "пароль".as_bytes()).unwrap();
            assert!(read.public_eq(&key));
        }
        assert!(old_encrypted.contains("DEK-Info"));
        let _rc2 = Provider::try_load(None, "legacy", true).unwrap();
        for pfx in [identity.pfx("пароль").unwrap(), identity.old_pfx("пароль").unwrap()] {
            let parsed = Pkcs12::from_der(&pfx).unwrap().parse2("пароль").unwrap();
            assert!(parsed.pkey.unwrap().public_eq(&key));
            let certificate = parsed.cert.unwrap().to_pem().unwrap();
            assert_eq!(String::from_utf8(certificate).unwrap(), identity.certificate_pem().unwrap());
        }
        // The object identifier of pbeWithSHA1And40BitRC2-CBC (RFC 7292, appendix C).
        let rc2 = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x01, 0x06];
        let has_rc2 = |pfx: Vec<u8>| pfx.windows(rc2.len()).any(|window| window == rc2);
        assert!(has_rc2(identity.old_pfx("").unwrap()) && !has_rc2(identity.pfx("").unwrap()));
    }
}
