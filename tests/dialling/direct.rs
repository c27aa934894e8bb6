//! Without a proxy.

use echo_server::CertificateKind;
use vestnik::message::FailureKind;
use vestnik::transport::dial::Stream;

use crate::{World, assert_server, closed_port, fail, server, succeed, through, unresolvable, uri};

#[tokio::test]
async fn addresses_and_names_are_reached() {
    let server = server();
    for host in ["127.0.0.1", "localhost", "LOCALHOST"] {
        let mut stream = succeed(&uri(&server, host), &through("")).await;
        assert!(matches!(stream, Stream::Plain(_)));
        assert_server(&mut stream).await;
    }
}

#[tokio::test]
async fn encrypted_servers_are_reached() {
    let world = World::new();
    let server = world.secure_server(CertificateKind::Good);
    for host in ["127.0.0.1", "localhost"] {
        let mut stream = succeed(&uri(&server, host), &world.settings("")).await;
        assert!(matches!(stream, Stream::Tls(_)));
        assert_server(&mut stream).await;
    }
}

#[tokio::test]
async fn nobody_listens() {
    let port = closed_port();
    for host in ["127.0.0.1", "localhost"] {
        let failure = fail(&format!("ws://{host}:{port}/s3cret"), &through("")).await;
        assert_eq!((failure.kind, failure.status), (FailureKind::Refused, None));
        assert_eq!(failure.text.ru, format!("Узел {host} не принимает соединения на порту {port}"));
        assert_eq!(failure.text.en, format!("Host {host} does not accept connections on port {port}"));
    }
}

#[tokio::test]
async fn nobody_is_called_that() {
    let name = unresolvable();
    let failure = fail(&format!("wss://user:s3cret@{name}/"), &through("")).await;
    assert_eq!(failure.kind, FailureKind::Dns);
    assert!(failure.text.ru.starts_with(&format!("Узел {name} не найден: ")), "{failure:?}");
    assert!(failure.text.en.starts_with(&format!("Host {name} is not found: ")), "{failure:?}");
}

#[tokio::test]
async fn an_address_without_a_way_to_it_is_no_network() {
    // Of no use as a destination (RFC 8190), so that no machine has a way to it.
    let failure = fail("ws://255.255.255.255/", &through("")).await;
    assert_eq!(failure.kind, FailureKind::Network);
    assert!(failure.text.en.starts_with("No connection to host 255.255.255.255, port 80: "), "{failure:?}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_no_tls() {
    let world = World::new();
    let server = world.secure_server(CertificateKind::WrongName);
    let failure = fail(&uri(&server, "localhost"), &world.settings("")).await;
    assert_eq!((failure.kind, failure.status), (FailureKind::Tls, None));
}
