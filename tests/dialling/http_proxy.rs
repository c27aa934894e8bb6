//! HTTP CONNECT.

use echo_server::{
    CertificateKind, ProxyOptions,
    ProxyProtocol::{Http, Socks5},
};
use vestnik::transport::dial::DialSettings;
use vestnik::transport::tls::TlsSettings;

use crate::{
    NAME, World, assert_server, await_journal, fail_at_proxy, faulty, proxy, server, succeed, through, uri,
};

#[tokio::test]
async fn what_it_answers_is_told_and_the_connection_closed() {
    let (world, server) = (World::new(), server());
    for (fault, status, text) in [
        ("status=407", Some(407), "user name and password are wanted (407)"),
        ("status=502", Some(502), "refused: 502 Bad Gateway"),
        ("status=403", Some(403), "refused: 403 Forbidden"),
        ("status=302", Some(302), "refused: 302 Found"),
        ("garbage", None, "the answer is not HTTP"),
        ("endless-head", None, "the head of the answer is too long"),
    ] {
        let options = || ProxyOptions { fault: fault.parse().unwrap(), ..ProxyOptions::default() };
        for proxy in [proxy(Http, options()), world.secure_proxy(CertificateKind::Good, options())] {
            let settings = world.settings(&proxy.url());
            let told = fail_at_proxy(&uri(&server, NAME), &proxy, &settings).await;
            assert_eq!(told, (status, text.to_owned()), "{fault}");
            await_journal(&proxy, |journal| journal.accepted == 1 && journal.connections == 0);
        }
    }
}

#[tokio::test]
async fn wrong_credentials_are_told_apart_from_none() {
    let server = server();
    let credentials = Some(("user".to_owned(), "right".to_owned()));
    let proxy = proxy(Http, ProxyOptions { credentials, ..ProxyOptions::default() });
    for (given, text) in [
        ("", "user name and password are wanted (407)"),
        ("user:s3cret", "user name or password are not accepted (407)"),
        ("user", "user name or password are not accepted (407)"),
    ] {
        let told = fail_at_proxy(&uri(&server, NAME), &proxy, &through(&proxy.url_as(given))).await;
        assert_eq!(told, (Some(407), text.to_owned()));
    }
    assert_eq!(proxy.journal().tunnels, 0);
}

#[tokio::test]
async fn a_host_that_the_proxy_does_not_find_is_told_with_its_status() {
    let (server, proxy) = (server(), proxy(Http, ProxyOptions::default()));
    let told = fail_at_proxy(&uri(&server, "nowhere.example"), &proxy, &through(&proxy.url())).await;
    assert_eq!(told, (Some(502), "refused: 502 Bad Gateway".to_owned()));
}

#[tokio::test]
async fn the_tls_session_with_the_proxy_is_verified_like_any_other() {
    let (world, server) = (World::new(), server());
    for kind in [CertificateKind::Expired, CertificateKind::WrongName, CertificateKind::UnknownIssuer] {
        let proxy = world.secure_proxy(kind, ProxyOptions::default());
        let settings = world.settings(&proxy.url());
        let (status, text) = fail_at_proxy(&uri(&server, NAME), &proxy, &settings).await;
        assert_eq!(status, None, "{kind}: {text}");
        assert_eq!(proxy.journal().requests, []);

        let trusting = TlsSettings { verify_certificate: false, ..settings.tls };
        let settings = DialSettings { tls: trusting, ..settings };
        assert_server(&mut succeed(&uri(&server, NAME), &settings).await).await;
    }
}

#[tokio::test]
async fn a_proxy_of_the_other_protocol_is_recognised_as_none() {
    let (server, socks) = (server(), faulty(Socks5, "none"));
    let url = socks.url().replace("socks5:", "http:");
    let failure = crate::fail(&uri(&server, NAME), &through(&url)).await;
    assert_eq!(failure.text.en, format!("Proxy {url}: closed the connection without an answer"));
}
