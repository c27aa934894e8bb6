//! HTTP over our own dialer: kept-alive connections, what is repeated and what is not, bodies and their
//! limits.
#![allow(clippy::unwrap_used, reason = "a test may end where it likes")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use echo_server::{Portal, PortalOptions};
use hyper::Method;
use vestnik::message::{Failure, FailureKind};
use vestnik::transport::address::Address;
use vestnik::transport::dial::DialSettings;
use vestnik::transport::http::kept::IDLE_LIMIT;
use vestnik::transport::http::stream::HttpStream;
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

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn chunk(data: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}

async fn begin(client: &HttpClient, server: SocketAddr) -> HttpStream {
    client.begin(&request(Method::GET, server), &DialSettings::default()).await.unwrap()
}

/// The rest of the body, and how it ended.
async fn rest(stream: &mut HttpStream) -> (Vec<u8>, Result<(), Failure>) {
    let mut body = Vec::new();
    loop {
        match stream.piece().await {
            Ok(Some(piece)) => body.extend_from_slice(&piece),
            Ok(None) => return (body, Ok(())),
            Err(failure) => return (body, Err(failure)),
        }
    }
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
        let client = HttpClient::new();
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
        let client = HttpClient::new();
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
        let client = HttpClient::new();
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
    let small = gzip("сжато".as_bytes());
    let bomb = gzip(&vec![0; LARGEST_BODY + 1]);
    let (server, _requests) = serve(1, move |_, next, stream| {
        for body in [&small, &bomb] {
            next();
            answer(stream, "Content-Encoding: gzip\r\n", body);
        }
    });
    run(async {
        let client = HttpClient::new();
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

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nX-Mark: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKED_GZIP: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

#[test]
fn pieces_come_as_they_are_sent_and_the_end_frees_the_connection() {
    let (go, gone) = channel::<()>();
    let (server, requests) = serve(1, move |_, next, stream| {
        next();
        stream.write_all(CHUNKED).unwrap();
        for data in ["one", "two"] {
            // Nothing more is sent before the client has what was.
            gone.recv().unwrap();
            stream.write_all(&chunk(data.as_bytes())).unwrap();
        }
        gone.recv().unwrap();
        stream.write_all(LAST_CHUNK).unwrap();
        next();
        stream.write_all(b"HTTP/1.1 304 Not Modified\r\n\r\n").unwrap();
        next();
        answer(stream, "", b"ok");
    });
    run(async {
        let client = HttpClient::new();
        let mut stream = begin(&client, server).await;
        assert_eq!((stream.status(), &stream.headers()["X-Mark"]), (200, &"1".parse().unwrap()));
        for data in ["one", "two"] {
            go.send(()).unwrap();
            assert_eq!(stream.piece().await.unwrap().unwrap(), data.as_bytes());
        }
        go.send(()).unwrap();
        assert_eq!(stream.piece().await, Ok(None));
        assert_eq!(stream.piece().await, Ok(None));
        // There is nothing to read of this one, so its connection is free at once.
        assert_eq!(begin(&client, server).await.status(), 304);
        let answer = client.send(&request(Method::GET, server), &DialSettings::default()).await.unwrap();
        assert_eq!(text(&answer), "ok");
    });
    assert_eq!(requests.iter().count(), 3);
}

#[test]
fn an_answer_that_is_dropped_closes_its_connection() {
    let (server, requests) = serve(2, |number, next, stream| {
        next();
        stream.write_all(&[CHUNKED, &chunk(b"begun")].concat()).unwrap();
        if number == 0 {
            assert_eq!(next(), None);
        }
    });
    run(async {
        let client = HttpClient::new();
        let mut stream = begin(&client, server).await;
        assert_eq!(stream.piece().await.unwrap().unwrap(), b"begun".as_slice());
        drop(stream);
        assert_eq!(begin(&client, server).await.status(), 200);
    });
    assert_eq!(requests.iter().count(), 2);
}

#[test]
fn a_cut_is_a_failure_after_all_that_came_before() {
    let compressed = gzip("сжато".as_bytes());
    let half = &compressed[..compressed.len() / 2];
    let bodies = [
        ([CHUNKED, &chunk(b"half")].concat(), b"half".as_slice(), FailureKind::Network),
        ([CHUNKED_GZIP, &chunk(&compressed)].concat(), "сжато".as_bytes(), FailureKind::Network),
        ([CHUNKED_GZIP, &chunk(half), LAST_CHUNK].concat(), b"", FailureKind::Network),
        ([CHUNKED_GZIP, &chunk(b"this is no gzip"), LAST_CHUNK].concat(), b"", FailureKind::Protocol),
    ];
    let answers = bodies.clone().map(|(answer, ..)| answer);
    let (server, _requests) = serve(bodies.len(), move |number, next, stream| {
        next();
        stream.write_all(&answers[number]).unwrap();
    });
    run(async {
        let client = HttpClient::new();
        for (_, before, kind) in bodies {
            let mut stream = begin(&client, server).await;
            let (body, end) = rest(&mut stream).await;
            assert!(body.starts_with(before), "{}", String::from_utf8_lossy(&body));
            assert_eq!(end.clone().unwrap_err().kind, kind);
            assert_eq!(stream.piece().await, Err(end.unwrap_err()));
        }
    });
}

#[test]
fn a_compressed_body_comes_in_pieces_of_any_number_and_bounded_size() {
    let (go, gone) = channel::<()>();
    let (server, _requests) = serve(1, move |_, next, stream| {
        next();
        stream.write_all(CHUNKED_GZIP).unwrap();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        for _ in 0..3 {
            encoder.write_all(b"message").unwrap();
            encoder.flush().unwrap();
            stream.write_all(&chunk(&std::mem::take(encoder.get_mut()))).unwrap();
            gone.recv().unwrap();
        }
        encoder.write_all(&vec![0; 2 * LARGEST_BODY]).unwrap();
        stream.write_all(&[chunk(&encoder.finish().unwrap()).as_slice(), LAST_CHUNK].concat()).unwrap();
        next();
    });
    // As a task, which has to be one that may be spawned.
    let task = async move {
        let mut stream = begin(&HttpClient::new(), server).await;
        for _ in 0..3 {
            assert_eq!(stream.piece().await.unwrap().unwrap(), b"message".as_slice());
            go.send(()).unwrap();
        }
        let mut length = 0;
        while let Some(piece) = stream.piece().await.unwrap() {
            assert!(piece.len() <= 2 << 20, "{}", piece.len());
            length += piece.len();
        }
        assert_eq!(length, 2 * LARGEST_BODY);
    };
    run(async { tokio::spawn(task).await.unwrap() });
}

#[test]
fn requests_side_by_side_have_connections_of_their_own_and_few_are_kept() {
    let portal = patient_portal();
    let server = portal.address();
    let closed = run(async move {
        let client = HttpClient::keeping(2);
        for _ in 0..2 {
            let mut streams =
                [begin(&client, server).await, begin(&client, server).await, begin(&client, server).await];
            for stream in &mut streams {
                assert_eq!(rest(stream).await.1, Ok(()));
            }
        }
        // The one that was free first made room for the third.
        assert_eq!(connections(&portal), [1, 2, 3, 3, 2, 4]);
        client.close();
        tokio::task::spawn_blocking(move || portal.wait_for(PATIENCE, |journal| journal.connections == 0))
            .await
    });
    assert!(closed.unwrap());
}

#[test]
fn a_connection_that_was_unused_for_long_is_not_trusted() {
    let portal = patient_portal();
    run(async {
        let client = HttpClient::new();
        for idle in [IDLE_LIMIT / 2, IDLE_LIMIT, Duration::ZERO] {
            let answer =
                client.send(&request(Method::POST, portal.address()), &DialSettings::default()).await;
            assert!(answer.unwrap().complete);
            tokio::time::pause();
            tokio::time::advance(idle).await;
            tokio::time::resume();
        }
    });
    assert_eq!(connections(&portal), [1, 1, 2]);
}

/// One that closes no connection by itself.
fn patient_portal() -> Portal {
    Portal::start(PortalOptions { keep_alive: 10 * PATIENCE, ..PortalOptions::default() }).unwrap()
}

/// The connection of each request.
fn connections(portal: &Portal) -> Vec<u64> {
    portal.read_journal(|journal| journal.requests().map(|request| request.connection).collect())
}
