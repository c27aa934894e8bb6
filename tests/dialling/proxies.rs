//! What all proxies have in common.

use std::time::Duration;

use echo_server::{
    CertificateKind, Proxy, ProxyHost, ProxyOptions,
    ProxyProtocol::{Http, Socks5},
    ProxyRequest,
};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;
use vestnik::message::FailureKind;
use vestnik::transport::address::Address;
use vestnik::transport::dial::{Stream, dial};

use crate::{
    NAME, PATIENCE, World, assert_server, await_journal, closed_port, fail, fail_at_proxy, faulty, proxy,
    server, succeed, through, unresolvable, uri,
};

const USER_INFO: &str = "%D0%BE%D0%BB%D1%8F:p%3As3cret";

/// One of every kind.
fn every_kind(world: &World, credentials: bool) -> [Proxy; 3] {
    let credentials = credentials.then(|| ("оля".to_owned(), "p:s3cret".to_owned()));
    let options = ProxyOptions { credentials, ..ProxyOptions::default() };
    [
        proxy(Http, options.clone()),
        world.secure_proxy(CertificateKind::Good, options.clone()),
        proxy(Socks5, options),
    ]
}

#[tokio::test]
async fn names_are_resolved_by_the_proxy_and_credentials_reach_it() {
    let world = World::new();
    // The certificate is for the name that only the proxy knows.
    let servers = [server(), world.secure_server(CertificateKind::WrongName)];
    for wanted in [false, true] {
        for proxy in every_kind(&world, wanted) {
            for server in &servers {
                let given = if wanted { USER_INFO } else { "" };
                let settings = world.settings(&proxy.url_as(given));
                assert_server(&mut succeed(&uri(server, NAME), &settings).await).await;
            }
            let expected = servers.each_ref().map(|server| ProxyRequest {
                host: ProxyHost::Name(NAME.to_owned()),
                port: server.address().port(),
                credentials: wanted.then(|| ("оля".to_owned(), "p:s3cret".to_owned())),
            });
            assert_eq!(proxy.journal().requests, expected);
            await_journal(&proxy, |journal| journal.connections == 0 && journal.tunnels == 2);
        }
    }
}

#[tokio::test]
async fn a_tunnel_costs_no_layer_but_the_tls_of_the_proxy() {
    let world = World::new();
    let (plain, secure) = (server(), world.secure_server(CertificateKind::Good));
    let [http, https, socks] = every_kind(&world, false);
    for (proxy, encrypted) in [(http, false), (https, true), (socks, false)] {
        let settings = world.settings(&proxy.url());
        let stream = succeed(&uri(&plain, "localhost"), &settings).await;
        assert!(if encrypted {
            matches!(stream, Stream::Tls(_))
        } else {
            matches!(stream, Stream::Plain(_))
        });
        let stream = succeed(&uri(&secure, "localhost"), &settings).await;
        assert!(if encrypted {
            matches!(stream, Stream::TlsInTls(_))
        } else {
            matches!(stream, Stream::Tls(_))
        });
    }
}

#[tokio::test]
async fn addresses_are_given_as_addresses() {
    let server = server();
    for protocol in [Http, Socks5] {
        let proxy = proxy(protocol, ProxyOptions::default());
        let settings = through(&proxy.url());
        assert_server(&mut succeed(&uri(&server, "127.0.0.1"), &settings).await).await;
        // Documentation addresses (RFC 3849, RFC 5737): the proxy leads there neither.
        for host in ["192.0.2.1", "[2001:db8::1]"] {
            assert_eq!(fail(&uri(&server, host), &settings).await.kind, FailureKind::Proxy);
        }
        let hosts = proxy.journal().requests.into_iter().map(|request| request.host);
        let expected = ["127.0.0.1", "192.0.2.1", "2001:db8::1"];
        assert!(hosts.eq(expected.map(|address| ProxyHost::Address(address.parse().unwrap()))));
    }
}

#[tokio::test]
async fn credentials_that_nobody_asks_for_do_no_harm() {
    let (world, server) = (World::new(), server());
    for proxy in every_kind(&world, false) {
        let settings = world.settings(&proxy.url_as(USER_INFO));
        assert_server(&mut succeed(&uri(&server, NAME), &settings).await).await;
    }
}

#[tokio::test]
async fn the_tls_failure_of_the_server_behind_a_proxy_is_its_own() {
    let world = World::new();
    let server = world.secure_server(CertificateKind::WrongName);
    for proxy in every_kind(&world, false) {
        let failure = fail(&uri(&server, "localhost"), &world.settings(&proxy.url())).await;
        assert_eq!((failure.kind, failure.status), (FailureKind::Tls, None), "{failure:?}");
    }
}

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_is_told() {
    let port = closed_port();
    let name = unresolvable();
    for scheme in ["http", "https", "socks5"] {
        let proxy = format!("{scheme}://user:s3cret@127.0.0.1:{port}");
        let failure = fail("ws://localhost/", &through(&proxy)).await;
        assert_eq!((failure.kind, failure.status), (FailureKind::Proxy, None));
        assert_eq!(
            failure.text.en,
            format!(
                "Proxy {scheme}://127.0.0.1:{port}: Host 127.0.0.1 does not accept connections on port {port}"
            )
        );
        let failure = fail("ws://localhost/", &through(&format!("{scheme}://{name}:1"))).await;
        assert_eq!(failure.kind, FailureKind::Proxy);
        assert!(failure.text.ru.starts_with(&format!("Прокси {scheme}://{name}:1: Узел {name} не найден: ")));
    }
}

#[tokio::test]
async fn both_protocols_suffer_these_faults() {
    let server = server();
    let uri = uri(&server, NAME);
    for protocol in [Http, Socks5] {
        for fault in ["hang-up", "cut-answer"] {
            let proxy = faulty(protocol, fault);
            let (status, text) = fail_at_proxy(&uri, &proxy, &through(&proxy.url())).await;
            assert_eq!((status, &*text), (None, "closed the connection without an answer"), "{fault}");
            await_journal(&proxy, |journal| journal.accepted == 1 && journal.connections == 0);
        }
        let proxy = faulty(protocol, "one-byte");
        assert_server(&mut succeed(&uri, &through(&proxy.url())).await).await;
    }
}

#[tokio::test]
async fn what_comes_right_behind_the_answer_belongs_to_the_tunnel() {
    let (world, server) = (World::new(), server());
    let options = || ProxyOptions { fault: "early=hello".parse().unwrap(), ..ProxyOptions::default() };
    for proxy in [
        proxy(Http, options()),
        world.secure_proxy(CertificateKind::Good, options()),
        proxy(Socks5, options()),
    ] {
        let mut stream = succeed(&uri(&server, NAME), &world.settings(&proxy.url())).await;
        let mut early = [0; 5];
        timeout(PATIENCE, stream.read_exact(&mut early)).await.unwrap().unwrap();
        assert_eq!(&early, b"hello");
        assert_server(&mut stream).await;
    }
}

#[tokio::test]
async fn a_silent_proxy_is_left_when_the_caller_gives_up() {
    for protocol in [Http, Socks5] {
        let proxy = faulty(protocol, "never-answer");
        let address = Address::parse("ws://localhost/").unwrap();
        let settings = through(&proxy.url());
        let dialling = tokio::spawn(async move { dial(&address, &settings).await.map(|_| ()) });
        while proxy.journal().accepted == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(!dialling.is_finished());
        dialling.abort();
        assert!(dialling.await.unwrap_err().is_cancelled());
        await_journal(&proxy, |journal| journal.connections == 0);
    }
}
