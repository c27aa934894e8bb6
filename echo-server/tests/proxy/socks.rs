//! SOCKS5.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use echo_server::{Proxy, ProxyHost, ProxyOptions, ProxyProtocol::Socks5, ProxyRequest};

use crate::{
    NAME, assert_tunnel, await_journal, echo, read, read_to_end, start, tcp, with_credentials, with_fault,
};

const SUCCEEDED: &[u8] = &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

fn by_name(name: &str, port: u16) -> Vec<u8> {
    let length = u8::try_from(name.len()).unwrap();
    [&[5, 1, 0, 3, length], name.as_bytes(), &port.to_be_bytes()].concat()
}

fn credentials(user: &str, password: &str) -> Vec<u8> {
    let counted = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [&[1][..], &counted(user), &counted(password)].concat()
}

/// A client whose only method, to go without authentication, was accepted.
fn greeted(proxy: &Proxy) -> TcpStream {
    let mut client = tcp(proxy);
    client.write_all(&[5, 1, 0]).unwrap();
    assert_eq!(read(&mut client, 2), [5, 0]);
    client
}

#[test]
fn names_and_loopback_addresses_lead_to_this_machine() {
    let (proxy, server) = (start(Socks5, ProxyOptions::default()), echo());
    let port = server.address().port();
    let address = [&[5, 1, 0, 1, 127, 0, 0, 1][..], &port.to_be_bytes()].concat();
    for request in [by_name(NAME, port), by_name("localhost", port), address] {
        let mut client = greeted(&proxy);
        client.write_all(&request).unwrap();
        assert_eq!(read(&mut client, SUCCEEDED.len()), SUCCEEDED);
        assert_tunnel(&mut client);
    }
    let journal = proxy.journal();
    assert_eq!((journal.accepted, journal.tunnels), (3, 3));
    let hosts = journal.requests.into_iter().map(|request| request.host.to_string());
    assert!(hosts.eq([NAME, "localhost", "127.0.0.1"]));
    await_journal(&proxy, |journal| journal.connections == 0);
}

#[test]
fn it_leads_nowhere_else_and_tells_why() {
    let proxy = start(Socks5, ProxyOptions::default());
    let refused_port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ipv6 = [&[5, 1, 0, 4][..], &[0x20, 1, 0xd, 0xb8], &[0; 12], &[0, 80]].concat();
    for (request, code) in [
        (by_name("elsewhere.invalid", 80), 4),
        (vec![5, 1, 0, 1, 192, 0, 2, 1, 0, 80], 2),
        (ipv6, 2),
        (by_name(NAME, refused_port), 5),
    ] {
        let mut client = greeted(&proxy);
        client.write_all(&request).unwrap();
        assert_eq!(read_to_end(&mut client)[..2], [5, code]);
    }
    let ipv6 = ProxyHost::Address("2001:db8::".parse().unwrap());
    assert_eq!(proxy.journal().requests[2].host, ipv6);
    assert_eq!(proxy.journal().tunnels, 0);
}

#[test]
fn credentials_are_asked_for() {
    let (proxy, server) = (with_credentials(Socks5), echo());
    let port = server.address().port();
    let mut client = tcp(&proxy);
    client.write_all(&[5, 1, 0]).unwrap();
    assert_eq!(read_to_end(&mut client), [5, 0xFF]);

    let asked = |password: &str| {
        let mut client = tcp(&proxy);
        client.write_all(&[5, 2, 0, 2]).unwrap();
        assert_eq!(read(&mut client, 2), [5, 2]);
        client.write_all(&credentials("оля", password)).unwrap();
        client
    };
    assert_eq!(read_to_end(&mut asked("wrong")), [1, 1]);
    let mut client = asked("p:ss");
    assert_eq!(read(&mut client, 2), [1, 0]);
    client.write_all(&by_name(NAME, port)).unwrap();
    assert_eq!(read(&mut client, SUCCEEDED.len()), SUCCEEDED);
    assert_tunnel(&mut client);
    let credentials = Some(("оля".to_owned(), "p:ss".to_owned()));
    let host = ProxyHost::Name(NAME.to_owned());
    assert_eq!(proxy.journal().requests, [ProxyRequest { host, port, credentials }]);
}

#[test]
fn sloppy_requests_end_the_connection() {
    let proxy = start(Socks5, ProxyOptions::default());
    for request in [
        &[4, 1, 0][..],
        &[5, 0],
        &[5, 1, 0, 4, 1, 0],
        &[5, 1, 0, 5, 2, 0],
        &[5, 1, 0, 5, 1, 1],
        &[5, 1, 0, 5, 1, 0, 2],
    ] {
        let mut client = tcp(&proxy);
        client.write_all(request).unwrap();
        let mut answer = Vec::new();
        // The connection may be reset as well.
        let _ = client.read_to_end(&mut answer);
        assert!(answer.len() <= 2, "{answer:?}");
    }
    assert_eq!(proxy.journal().requests, []);
}

#[test]
fn methods_and_credentials_are_refused_on_purpose() {
    let proxy = with_fault(Socks5, "refuse-methods");
    let mut client = tcp(&proxy);
    client.write_all(&[5, 2, 0, 2]).unwrap();
    assert_eq!(read_to_end(&mut client), [5, 0xFF]);

    let proxy = with_fault(Socks5, "refuse-credentials");
    let mut client = tcp(&proxy);
    client.write_all(&[5, 2, 0, 2]).unwrap();
    assert_eq!(read(&mut client, 2), [5, 2]);
    client.write_all(&credentials("a", "b")).unwrap();
    assert_eq!(read_to_end(&mut client), [1, 1]);
}

#[test]
fn every_reply_code_can_be_given() {
    for code in [1, 8, 255] {
        let proxy = with_fault(Socks5, &format!("reply={code}"));
        let mut client = greeted(&proxy);
        client.write_all(&by_name(NAME, 80)).unwrap();
        assert_eq!(read_to_end(&mut client), [5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!((proxy.journal().requests.len(), proxy.journal().tunnels), (1, 0));
    }
}

#[test]
fn the_answer_comes_cut_in_single_bytes_with_more_behind_it_or_with_a_name() {
    let server = echo();
    let answer = |fault: &str| {
        let proxy = with_fault(Socks5, fault);
        let mut client = greeted(&proxy);
        client.write_all(&by_name(NAME, server.address().port())).unwrap();
        (proxy, client)
    };
    let (_proxy, mut client) = answer("cut-answer");
    assert_eq!(read_to_end(&mut client), &SUCCEEDED[..5]);

    let (_proxy, mut client) = answer("one-byte");
    assert_eq!(read(&mut client, SUCCEEDED.len()), SUCCEEDED);
    assert_tunnel(&mut client);

    let (_proxy, mut client) = answer("early=hello");
    assert_eq!(read(&mut client, SUCCEEDED.len()), SUCCEEDED);
    assert_eq!(read(&mut client, 5), b"hello");
    assert_tunnel(&mut client);

    let (_proxy, mut client) = answer("named-reply");
    assert_eq!(read(&mut client, 5), [5, 0, 0, 3, 255]);
    assert_eq!(read(&mut client, 257), [&[b'x'; 255][..], &[0, 0]].concat());
    assert_tunnel(&mut client);
}
