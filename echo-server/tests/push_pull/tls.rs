//! The portal over TLS.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use echo_server::{Audience, CertificateKind, Certificates, Portal, PortalOptions};
use openssl::{
    ssl::{SslConnector, SslMethod},
    x509::X509,
};

use crate::client::{PATIENCE, ZEROS, push_from};

#[test]
fn polls_go_over_tls() {
    let certificates = Certificates::new().unwrap();
    let tls = Some(certificates.identity(CertificateKind::Good).unwrap());
    let portal = Portal::start(PortalOptions { tls, ..PortalOptions::default() }).unwrap();
    assert_eq!(portal.url(), format!("https://localhost:{}", portal.address().port()));
    let mid = portal.publish(Audience::Shared, "{}");
    let mut connector = SslConnector::builder(SslMethod::tls_client()).unwrap();
    let authority = X509::from_pem(certificates.authority_pem().unwrap().as_bytes()).unwrap();
    connector.cert_store_mut().add_cert(authority).unwrap();
    let tcp = TcpStream::connect(portal.address()).unwrap();
    tcp.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut stream = connector.build().connect("localhost", tcp).unwrap();
    let target = push_from(&portal, ZEROS);
    write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(&mid), "{answer}");
}
