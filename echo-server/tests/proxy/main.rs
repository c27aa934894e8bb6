//! The proxy as clients meet it, through its public door only.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod connect;
mod socks;

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use echo_server::{Options, Proxy, ProxyFault, ProxyJournal, ProxyOptions, ProxyProtocol, Server};

/// Only ever waited out in full by a test that fails.
const PATIENCE: Duration = Duration::from_secs(30);
const NAME: &str = "echo.invalid";

fn start(protocol: ProxyProtocol, options: ProxyOptions) -> Proxy {
    Proxy::start(ProxyOptions { protocol, names: vec![NAME.to_owned()], ..options }).unwrap()
}

fn with_fault(protocol: ProxyProtocol, fault: &str) -> Proxy {
    start(protocol, ProxyOptions { fault: fault.parse().unwrap(), ..ProxyOptions::default() })
}

fn with_credentials(protocol: ProxyProtocol) -> Proxy {
    let credentials = Some(("оля".to_owned(), "p:ss".to_owned()));
    start(protocol, ProxyOptions { credentials, ..ProxyOptions::default() })
}

fn echo() -> Server {
    Server::start(Options::default()).unwrap()
}

fn tcp(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn read(stream: &mut impl Read, bytes: usize) -> Vec<u8> {
    let mut read = vec![0; bytes];
    stream.read_exact(&mut read).unwrap();
    read
}

fn read_to_end(stream: &mut impl Read) -> Vec<u8> {
    let mut read = Vec::new();
    stream.read_to_end(&mut read).unwrap();
    read
}

fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.extend(read(stream, 1));
    }
    String::from_utf8(head).unwrap()
}

/// What is behind the tunnel is an echo server: it answers a WebSocket handshake.
fn assert_tunnel(stream: &mut (impl Read + Write)) {
    stream
        .write_all(
            b"GET / HTTP/1.1\r\nHost: echo\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
              Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
        .unwrap();
    let head = read_head(stream);
    assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
}

fn await_journal(proxy: &Proxy, condition: impl Fn(&ProxyJournal) -> bool) {
    assert!(proxy.wait_for(PATIENCE, condition), "the proxy saw only:\n{:?}", proxy.journal());
}

#[test]
fn it_says_how_to_be_reached() {
    let proxy = start(ProxyProtocol::Http, ProxyOptions::default());
    let address = proxy.address();
    assert_eq!(proxy.url(), format!("http://{address}"));
    assert_eq!(proxy.url_as("a:b"), format!("http://a:b@{address}"));
    let proxy = start(ProxyProtocol::Socks5, ProxyOptions::default());
    assert_eq!(proxy.url_as("a:b"), format!("socks5://a:b@{}", proxy.address()));
}

#[test]
fn a_fault_that_its_protocol_does_not_know_is_refused() {
    for (protocol, fault) in [(ProxyProtocol::Http, "reply=1"), (ProxyProtocol::Socks5, "status=407")] {
        let fault: ProxyFault = fault.parse().unwrap();
        let options = ProxyOptions { protocol, fault: fault.clone(), ..ProxyOptions::default() };
        let error = Proxy::start(options).err().unwrap().to_string();
        assert_eq!(error, format!("{fault} is no fault of {protocol}"));
    }
}

#[test]
fn connections_are_counted_while_they_last_and_end_with_the_proxy() {
    let proxy = start(ProxyProtocol::Http, ProxyOptions::default());
    let (first, mut second) = (tcp(&proxy), tcp(&proxy));
    await_journal(&proxy, |journal| (journal.accepted, journal.connections) == (2, 2));
    drop(first);
    await_journal(&proxy, |journal| (journal.accepted, journal.connections) == (2, 1));
    drop(proxy);
    assert_eq!(read_to_end(&mut second), b"");
}

#[test]
fn both_protocols_have_these_faults() {
    let greetings = [
        (ProxyProtocol::Http, &b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"[..]),
        (ProxyProtocol::Socks5, &[5, 1, 0]),
    ];
    for (protocol, greeting) in greetings {
        let answer = |fault: &str| {
            let proxy = with_fault(protocol, fault);
            let mut client = tcp(&proxy);
            client.write_all(greeting).unwrap();
            read_to_end(&mut client)
        };
        assert_eq!(answer("hang-up"), b"");
        assert_eq!(answer("garbage"), b"220 this is no proxy\r\n\r\n");

        let proxy = with_fault(protocol, "never-answer");
        let mut client = tcp(&proxy);
        client.write_all(greeting).unwrap();
        client.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        assert!(client.read(&mut [0]).is_err(), "silence is expected");
        client.shutdown(Shutdown::Both).unwrap();
        await_journal(&proxy, |journal| journal.accepted == 1 && journal.connections == 0);
    }
}
