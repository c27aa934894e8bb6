//! HTTP CONNECT.

use std::io::Write;

use echo_server::{
    CertificateKind, Certificates, Proxy, ProxyHost, ProxyOptions, ProxyProtocol::Http, ProxyRequest,
};
use openssl::{
    ssl::{SslConnector, SslMethod},
    x509::X509,
};

use crate::{
    NAME, assert_tunnel, await_journal, echo, read, read_head, read_to_end, start, tcp, with_credentials,
    with_fault,
};

const ESTABLISHED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

fn request(host: &str, port: u16, headers: &str) -> String {
    format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{headers}\r\n")
}

/// The whole answer to a request that is refused.
fn refused(proxy: &Proxy, request: &str) -> String {
    let mut client = tcp(proxy);
    client.write_all(request.as_bytes()).unwrap();
    String::from_utf8(read_to_end(&mut client)).unwrap()
}

#[test]
fn names_and_loopback_addresses_lead_to_this_machine() {
    let (proxy, server) = (start(Http, ProxyOptions::default()), echo());
    let port = server.address().port();
    for host in [NAME, "ECHO.invalid", "localhost", "127.0.0.1"] {
        let mut client = tcp(&proxy);
        client.write_all(request(host, port, "").as_bytes()).unwrap();
        assert_eq!(read_head(&mut client), ESTABLISHED);
        assert_tunnel(&mut client);
    }
    let journal = proxy.journal();
    assert_eq!((journal.accepted, journal.tunnels), (4, 4));
    let name = |name: &str| ProxyHost::Name(name.to_owned());
    let address = ProxyHost::Address("127.0.0.1".parse().unwrap());
    let hosts = journal.requests.into_iter().map(|request| request.host);
    assert!(hosts.eq([name(NAME), name("ECHO.invalid"), name("localhost"), address]));
    await_journal(&proxy, |journal| journal.connections == 0);
}

#[test]
fn bytes_behind_the_head_go_through_the_tunnel() {
    let (proxy, server) = (start(Http, ProxyOptions::default()), echo());
    let mut client = tcp(&proxy);
    let handshake = "GET / HTTP/1.1\r\nHost: echo\r\nUpgrade: no\r\n\r\n";
    client.write_all((request(NAME, server.address().port(), "") + handshake).as_bytes()).unwrap();
    assert_eq!(read_head(&mut client), ESTABLISHED);
    assert!(read_head(&mut client).starts_with("HTTP/1.1 400 "));
}

#[test]
fn it_leads_nowhere_else() {
    let proxy = start(Http, ProxyOptions::default());
    for (host, answer) in [("elsewhere.invalid", "HTTP/1.1 502 "), ("192.0.2.1", "HTTP/1.1 403 ")] {
        let refused = refused(&proxy, &request(host, 80, ""));
        assert!(refused.starts_with(answer), "{refused}");
    }
    assert_eq!(proxy.journal().tunnels, 0);
}

#[test]
fn credentials_are_asked_for() {
    let (proxy, server) = (with_credentials(Http), echo());
    let port = server.address().port();
    // None, and `оля:wrong`.
    for headers in ["", "Proxy-Authorization: Basic 0L7Qu9GPOndyb25n\r\n"] {
        let refused = refused(&proxy, &request(NAME, port, headers));
        assert!(refused.starts_with("HTTP/1.1 407 Proxy Authentication Required\r\n"), "{refused}");
        let challenge = "\r\nProxy-Authenticate: Basic realm=\"echo-proxy\", charset=\"UTF-8\"\r\n";
        assert!(refused.contains(challenge), "{refused}");
    }
    let mut client = tcp(&proxy);
    let headers = "proxy-authorization: Basic 0L7Qu9GPOnA6c3M=\r\n";
    client.write_all(request(NAME, port, headers).as_bytes()).unwrap();
    assert_eq!(read_head(&mut client), ESTABLISHED);
    assert_tunnel(&mut client);
    let expected = |password: &str| ProxyRequest {
        host: ProxyHost::Name(NAME.to_owned()),
        port,
        credentials: Some(("оля".to_owned(), password.to_owned())),
    };
    assert_eq!(proxy.journal().requests[1..], [expected("wrong"), expected("p:ss")]);
}

#[test]
fn sloppy_requests_are_refused() {
    let proxy = start(Http, ProxyOptions::default());
    for (request, text) in [
        ("GET / HTTP/1.1\r\nHost: /\r\n\r\n", "the method is not CONNECT"),
        ("CONNECT a:1 HTTP/1.1\r\n\r\n", "Host is not the target"),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "Host is not the target"),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nHost: a:1\r\n\r\n", "a header came twice"),
        ("CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", "the target has no port"),
        ("CONNECT [a]:1 HTTP/1.1\r\nHost: [a]:1\r\n\r\n", "the host in brackets is no address"),
        (&request("a", 1, "Proxy-Authorization: Bearer x\r\n"), "Proxy-Authorization is not Basic"),
        ("\x05\x01\x00\r\n\r\n", "this is no HTTP request"),
    ] {
        let refused = refused(&proxy, request);
        assert!(refused.starts_with("HTTP/1.1 400 ") && refused.contains(text), "{request}: {refused}");
    }
    assert_eq!(proxy.journal().requests, []);
}

#[test]
fn a_status_refuses_on_purpose() {
    for (status, line) in [
        (407, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "),
        (502, "HTTP/1.1 502 Bad Gateway\r\nContent-Type: "),
    ] {
        let proxy = with_fault(Http, &format!("status={status}"));
        let refused = refused(&proxy, &request(NAME, 80, ""));
        assert!(refused.starts_with(line), "{refused}");
        assert_eq!((proxy.journal().requests.len(), proxy.journal().tunnels), (1, 0));
    }
}

#[test]
fn the_answer_comes_cut_in_single_bytes_or_with_more_behind_it() {
    let server = echo();
    let answer = |fault: &str| {
        let proxy = with_fault(Http, fault);
        let mut client = tcp(&proxy);
        client.write_all(request(NAME, server.address().port(), "").as_bytes()).unwrap();
        (proxy, client)
    };
    let (_proxy, mut client) = answer("cut-answer");
    assert_eq!(read_to_end(&mut client), &ESTABLISHED.as_bytes()[..ESTABLISHED.len() / 2]);

    let (_proxy, mut client) = answer("one-byte");
    assert_eq!(read_head(&mut client), ESTABLISHED);
    assert_tunnel(&mut client);

    let (_proxy, mut client) = answer("early=hello");
    assert_eq!(read_head(&mut client), ESTABLISHED);
    assert_eq!(read(&mut client, 5), b"hello");
    assert_tunnel(&mut client);
}

#[test]
fn an_endless_head_goes_on_until_the_client_has_enough() {
    let server = echo();
    let proxy = with_fault(Http, "endless-head");
    let mut client = tcp(&proxy);
    client.write_all(request(NAME, server.address().port(), "").as_bytes()).unwrap();
    let head = String::from_utf8(read(&mut client, 1 << 20)).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\nX-Padding: xxx") && !head.contains("\r\n\r\n"));
    drop(client);
    await_journal(&proxy, |journal| journal.connections == 0);
}

#[test]
fn it_can_be_spoken_to_over_tls() {
    let certificates = Certificates::new().unwrap();
    let tls = Some(certificates.identity(CertificateKind::Good).unwrap());
    let (proxy, server) = (start(Http, ProxyOptions { tls, ..ProxyOptions::default() }), echo());
    assert_eq!(proxy.url_as("a:b"), format!("https://a:b@localhost:{}", proxy.address().port()));
    let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
    let authority = X509::from_pem(certificates.authority_pem().unwrap().as_bytes()).unwrap();
    connector.cert_store_mut().add_cert(authority).unwrap();
    let mut client = connector.build().connect("localhost", tcp(&proxy)).unwrap();
    client.write_all(request(NAME, server.address().port(), "").as_bytes()).unwrap();
    assert_eq!(read_head(&mut client), ESTABLISHED);
    assert_tunnel(&mut client);
}
