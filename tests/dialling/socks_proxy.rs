//! SOCKS5.

use echo_server::{
    ProxyOptions,
    ProxyProtocol::{Http, Socks5},
};

use crate::{
    NAME, assert_server, await_journal, closed_port, fail, fail_at_proxy, faulty, proxy, server, succeed,
    through, uri,
};

#[tokio::test]
async fn what_it_refuses_is_told_and_the_connection_closed() {
    let server = server();
    for (fault, user_info, text) in [
        ("garbage", "", "the answer is not SOCKS5"),
        ("refuse-methods", "", "user name and password are wanted"),
        ("refuse-methods", "user:s3cret", "it does not support user name and password"),
        ("refuse-credentials", "", "user name and password are wanted"),
        ("refuse-credentials", "user:s3cret", "user name or password are not accepted"),
        ("reply=1", "", "it failed (SOCKS5, code 1)"),
        ("reply=2", "", "its rules forbid the connection (SOCKS5, code 2)"),
        ("reply=3", "", "the network is unreachable (SOCKS5, code 3)"),
        ("reply=4", "", "the host is unreachable (SOCKS5, code 4)"),
        ("reply=5", "", "the host does not accept connections (SOCKS5, code 5)"),
        ("reply=6", "", "the host did not answer in time (SOCKS5, code 6)"),
        ("reply=7", "", "the command is not supported (SOCKS5, code 7)"),
        ("reply=8", "", "the kind of address is not supported (SOCKS5, code 8)"),
        ("reply=255", "", "refused for an unknown reason (SOCKS5, code 255)"),
    ] {
        let proxy = faulty(Socks5, fault);
        let told = fail_at_proxy(&uri(&server, NAME), &proxy, &through(&proxy.url_as(user_info))).await;
        assert_eq!(told, (None, text.to_owned()), "{fault}");
        await_journal(&proxy, |journal| journal.accepted == 1 && journal.connections == 0);
    }
}

#[tokio::test]
async fn wrong_credentials_are_told_apart_from_none() {
    let server = server();
    let credentials = Some(("user".to_owned(), "right".to_owned()));
    let proxy = proxy(Socks5, ProxyOptions { credentials, ..ProxyOptions::default() });
    for (given, text) in [
        ("", "user name and password are wanted"),
        ("user:s3cret", "user name or password are not accepted"),
        ("user", "user name or password are not accepted"),
    ] {
        let told = fail_at_proxy(&uri(&server, NAME), &proxy, &through(&proxy.url_as(given))).await;
        assert_eq!(told, (None, text.to_owned()));
    }
    assert_eq!(proxy.journal().requests, []);
}

#[tokio::test]
async fn what_the_proxy_finds_out_about_the_host_is_told() {
    let proxy = proxy(Socks5, ProxyOptions::default());
    let settings = through(&proxy.url());
    let told = fail_at_proxy(&format!("ws://{NAME}:{}/", closed_port()), &proxy, &settings).await;
    assert_eq!(told.1, "the host does not accept connections (SOCKS5, code 5)");
    let told = fail_at_proxy("ws://nowhere.example/", &proxy, &settings).await;
    assert_eq!(told.1, "the host is unreachable (SOCKS5, code 4)");
}

#[tokio::test]
async fn both_names_of_the_scheme_are_one() {
    let (server, proxy) = (server(), proxy(Socks5, ProxyOptions::default()));
    let url = proxy.url().replace("socks5:", "socks5h:");
    assert_server(&mut succeed(&uri(&server, NAME), &through(&url)).await).await;
}

#[tokio::test]
async fn a_reply_may_hold_a_name() {
    let (server, proxy) = (server(), faulty(Socks5, "named-reply"));
    assert_server(&mut succeed(&uri(&server, NAME), &through(&proxy.url())).await).await;
}

#[tokio::test]
async fn a_name_that_is_too_long_is_not_sent() {
    let proxy = proxy(Socks5, ProxyOptions::default());
    let name = vec!["x".repeat(63); 5].join(".");
    let told = fail_at_proxy(&format!("ws://{name}/"), &proxy, &through(&proxy.url())).await;
    assert_eq!(told.1, "the name of the host is longer than 255 bytes");
    assert_eq!(proxy.journal().requests, []);
}

#[tokio::test]
async fn a_proxy_of_the_other_protocol_is_recognised_as_none() {
    let (server, http) = (server(), faulty(Http, "none"));
    let url = http.url().replace("http:", "socks5:");
    let failure = fail(&uri(&server, NAME), &through(&url)).await;
    assert_eq!(failure.text.en, format!("Proxy {url}: the answer is not SOCKS5"));
}
