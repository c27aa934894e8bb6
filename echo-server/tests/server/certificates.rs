//! The certificates, judged by OpenSSL as a client uses it.

use std::{io::Write, net::TcpStream};

use echo_server::{CertificateKind, Certificates, End, Fault, Options, Server};
use openssl::{
    ssl::{HandshakeError, SslConnector, SslMethod, SslStream},
    x509::X509,
};

use crate::client::{REQUEST, await_journal, connect_to, read_text, tcp};

const CERT_HAS_EXPIRED: i32 = 10;
const SELF_SIGNED: i32 = 18;
const NO_LOCAL_ISSUER: i32 = 20;
const HOSTNAME_MISMATCH: i32 = 62;

#[test]
fn the_good_certificate_is_good_for_name_and_address() {
    let certificates = Certificates::new().unwrap();
    let server = start(&certificates, CertificateKind::Good, Fault::None);
    assert_eq!(server.url(), format!("wss://localhost:{}/", server.address().port()));
    for host in ["localhost", "127.0.0.1"] {
        let stream = encrypt(&certificates, host, tcp(&server)).unwrap();
        let mut client = connect_to(&server.url(), stream);
        client.send("secret".into()).unwrap();
        assert_eq!(read_text(&mut client), "secret");
    }
}

#[test]
fn every_other_certificate_is_rejected_for_its_own_reason() {
    let certificates = Certificates::new().unwrap();
    for (kind, reason) in [
        (CertificateKind::Expired, CERT_HAS_EXPIRED),
        (CertificateKind::WrongName, HOSTNAME_MISMATCH),
        (CertificateKind::SelfSigned, SELF_SIGNED),
        (CertificateKind::UnknownIssuer, NO_LOCAL_ISSUER),
    ] {
        let server = start(&certificates, kind, Fault::None);
        match encrypt(&certificates, "localhost", tcp(&server)) {
            Err(HandshakeError::Failure(failed)) => {
                assert_eq!(failed.ssl().verify_result().as_raw(), reason, "{kind}: {}", failed.error());
            }
            other => panic!("{kind} was not rejected: {other:?}"),
        }
        await_journal(&server, |journal| matches!(journal.ends().next(), Some(End::Tls(_))));
        assert_eq!(server.journal().totals().requests, 0);
    }
}

#[test]
fn another_authority_is_not_trusted() {
    let server = start(&Certificates::new().unwrap(), CertificateKind::Good, Fault::None);
    assert!(encrypt(&Certificates::new().unwrap(), "localhost", tcp(&server)).is_err());
}

#[test]
fn the_authority_is_told_without_its_key() {
    let pem = Certificates::new().unwrap().authority_pem().unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"), "{pem}");
    assert_eq!(pem.matches("-----BEGIN ").count(), 1);
}

#[test]
fn a_client_that_speaks_plain_http_to_tls_is_seen() {
    let server = start(&Certificates::new().unwrap(), CertificateKind::Good, Fault::None);
    tcp(&server).write_all(REQUEST).unwrap();
    await_journal(&server, |journal| matches!(journal.ends().next(), Some(End::Tls(_))));
}

/// Every write is a TLS record of its own, so a client sees how the bytes were cut.
#[test]
fn one_byte_at_a_time_is_one_byte_at_a_time() {
    let certificates = Certificates::new().unwrap();
    let server = start(&certificates, CertificateKind::Good, Fault::OneByte);
    let mut stream = encrypt(&certificates, "localhost", tcp(&server)).unwrap();
    stream.write_all(REQUEST).unwrap();
    let mut received = Vec::new();
    while !received.ends_with(b"\r\n\r\n") {
        read_one(&mut stream, &mut received);
    }
    // A masked text "ab", with a mask of zeros.
    stream.write_all(b"\x81\x82\0\0\0\0ab").unwrap();
    received.clear();
    while received.len() < 4 {
        read_one(&mut stream, &mut received);
    }
    assert_eq!(received, b"\x81\x02ab");
}

fn read_one(stream: &mut SslStream<TcpStream>, received: &mut Vec<u8>) {
    let mut buffer = [0; 64];
    let length = stream.ssl_read(&mut buffer).unwrap();
    assert_eq!(length, 1);
    received.push(buffer[0]);
}

fn start(certificates: &Certificates, kind: CertificateKind, fault: Fault) -> Server {
    let tls = Some(certificates.identity(kind).unwrap());
    Server::start(Options { tls, fault, ..Options::default() }).unwrap()
}

fn encrypt(
    certificates: &Certificates,
    host: &str,
    stream: TcpStream,
) -> Result<SslStream<TcpStream>, HandshakeError<TcpStream>> {
    let authority = X509::from_pem(certificates.authority_pem().unwrap().as_bytes()).unwrap();
    let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
    connector.cert_store_mut().add_cert(authority).unwrap();
    connector.build().connect(host, stream)
}
