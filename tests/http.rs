//! HTTP over our own dialer: kept-alive connections, what is repeated and what is not, bodies and their limits.
#![allow(clippy::unwrap_used, reason = "a test may end where it likes")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use hyper::Method;
use vestnik::message::FailureKind;
use vestnik::transport::address::Address;
use vestnik::transport::dial::DialSettings;
use vestnik::transport::http::{HttpAnswer, HttpClient, HttpRequest, LARGEST_BODY};

const PATIENCE: Duration = Duration::from_secs(60);

/// A server that gives one connection after another to `serve`, with its number from 0; and what was asked.
fn serve(
    connections: usize,
    serve: impl Fn(usize, &mut dyn FnMut() -> Option<String>, &mut TcpStream) + Send + 'static,
) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, requests) = channel();
    thread::spawn(move || {
        for number in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut next = || {
                let request = read_request(&mut reader)?;
                asked.send(request.clone()).ok()?;
                Some(request)
            };
            serve(number, &mut next, &mut stream);
        }
    });
    (address, requests)
}

/// Head and body of a request; `None` at the end of the stream.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        if reader.read_line(&mut text).ok()? == 0 {
            return None;
        }
    }
    let length =
        text.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(text + &String::from_utf8(body).unwrap())
}

fn answer(stream: &mut TcpStream, headers: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    // A client that has gone is the test's business, not the server's.
    let _ = stream.write_all(&[head.as_bytes(), body].concat());
}

fn request(method: Method, server: SocketAddr) -> HttpRequest {
    let address = Address::parse_http(&format!("http://{server}/rest/method?a=1")).unwrap();
    let body = (method == Method::POST).then(|| ("application/json", "{\"b\":2}".to_owned()));
    HttpRequest { method, address, headers: Vec::new(), body }
}

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, test).await.unwrap() })
}

fn text(answer: &HttpAnswer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

#[test]
fn two_requests_share_a_connection() {
    let (server, requests) = serve(1, |_, next, stream| {
        while next().is_some() {
            answer(stream, "", b"ok");
        }
    });
    run(async {
        let mut client = HttpClient::new();
        for method in [Method::GET, Method::POST] {
            let answer = client.send(&request(method, server), &DialSettings::default()).await.unwrap();
            assert_eq!((answer.status, text(&answer), answer.complete), (200, "ok", true));
        }
    });
    let asked = requests.iter().collect::<Vec<_>>();
    assert!(asked[0].starts_with("GET /rest/method?a=1 HTTP/1.1\r\n"), "{}", asked[0]);
    assert!(asked[0].contains(&format!("host: {server}\r\n")), "{}", asked[0]);
    assert!(asked[1].contains("content-type: application/json\r\n") && asked[1].ends_with("{\"b\":2}"));
}

#[test]
fn a_stale_connection_is_replaced_at_once() {
    let (server, requests) = serve(2, |_, next, stream| {
        if next().is_some() {
            answer(stream, "", b"ok");
        }
    });
    run(async {
        let mut client = HttpClient::new();
        for _ in 0..2 {
            let answer = client.send(&request(Method::GET, server), &DialSettings::default()).await.unwrap();
            assert_eq!(text(&answer), "ok");
        }
    });
    assert_eq!(requests.iter().count(), 2);
}

#[test]
fn what_may_have_been_done_is_not_done_again() {
    let (server, requests) = serve(1, |_, next, stream| {
        next();
        answer(stream, "", b"ok");
        // The second request is read, and the line is cut before the answer.
        next();
    });
    run(async {
        let mut client = HttpClient::new();
        client.send(&request(Method::GET, server), &DialSettings::default()).await.unwrap();
        let failure =
            client.send(&request(Method::POST, server), &DialSettings::default()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Network);
    });
    assert_eq!(requests.iter().count(), 2);
}

#[test]
fn a_body_that_is_cut_is_told() {
    let (server, _requests) = serve(1, |_, next, stream| {
        next();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n9\r\n of")
            .unwrap();
    });
    let answer = run(async {
        HttpClient::new().send(&request(Method::GET, server), &DialSettings::default()).await.unwrap()
    });
    assert!(text(&answer).starts_with("half") && !answer.complete);
}

#[test]
fn a_compressed_body_is_inflated_and_a_bomb_refused() {
    let gzip = |body: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let small = gzip("сжато".as_bytes());
    let bomb = gzip(&vec![0; LARGEST_BODY + 1]);
    let (server, _requests) = serve(1, move |_, next, stream| {
        for body in [&small, &bomb] {
            next();
            answer(stream, "Content-Encoding: gzip\r\n", body);
        }
    });
    run(async {
        let mut client = HttpClient::new();
        let answer = client.send(&request(Method::GET, server), &DialSettings::default()).await.unwrap();
        assert_eq!(text(&answer), "сжато");
        let failure = client.send(&request(Method::GET, server), &DialSettings::default()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Protocol);
    });
}

#[test]
fn nobody_there_is_a_failure_of_the_dialler() {
    let free = echo_server::Reservation::new().unwrap();
    let failure = run(async {
        HttpClient::new()
            .send(&request(Method::GET, free.address()), &DialSettings::default())
            .await
            .unwrap_err()
    });
    assert_eq!(failure.kind, FailureKind::Refused);
}
