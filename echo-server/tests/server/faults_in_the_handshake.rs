//! What goes wrong before a connection is open.

use std::{
    io::{Read, Write},
    time::{Duration, Instant},
};

use echo_server::{Behaviour, Compression, End, Options};
use tokio_tungstenite::tungstenite::{Error, HandshakeError, client::client, error::ProtocolError};

use crate::client::{
    REQUEST, assert_silent, await_journal, connect, raw_with, read_frame, read_head, read_text, start,
    start_with, start_with_fault, tcp,
};

#[test]
fn a_late_answer_comes_late() {
    let server = start_with_fault("accept-late=0.2", 0);
    let started = Instant::now();
    let mut client = connect(&server);
    assert!(started.elapsed() >= Duration::from_millis(200), "{:?}", started.elapsed());
    client.send("late but well".into()).unwrap();
    assert_eq!(read_text(&mut client), "late but well");
}

#[test]
fn a_client_that_gives_up_a_late_answer_is_seen_to_go() {
    let server = start_with_fault("accept-late=3600", 0);
    let mut client = tcp(&server);
    client.write_all(REQUEST).unwrap();
    await_journal(&server, |journal| journal.totals().requests == 1);
    assert_silent(&mut client);
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::Eof]));
    assert_eq!(server.journal().totals().opened, 0);
}

#[test]
fn never_accept_takes_the_connection_and_nothing_more() {
    let server = start_with_fault("never-accept", 0);
    let mut client = tcp(&server);
    client.write_all(REQUEST).unwrap();
    await_journal(&server, |journal| journal.connections() == 1);
    assert_silent(&mut client);
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::Eof]));
    assert_eq!(server.journal().totals().requests, 0);
}

#[test]
fn hang_up_ends_the_stream_with_zero_bytes_and_no_reset() {
    let server = start_with_fault("hang-up", 0);
    let mut client = tcp(&server);
    client.write_all(REQUEST).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    drop(client);
    await_journal(&server, |journal| journal.ends().eq([&End::ServerHungUp]));
}

#[test]
fn a_refusal_has_its_status_and_a_body() {
    for (status, line) in [
        (400, "400 Bad Request"),
        (401, "401 Unauthorized"),
        (403, "403 Forbidden"),
        (404, "404 Not Found"),
        (503, "503 Service Unavailable"),
    ] {
        let server = start_with_fault(&format!("refuse={status}"), 0);
        let (head, body) = refused(&server, REQUEST);
        assert!(head.starts_with(&format!("HTTP/1.1 {line}\r\n")), "{head}");
        assert_eq!(body, format!("{line}: refused on purpose\n"));
        assert_eq!(head.contains("WWW-Authenticate: Basic realm=\"echo-server\"\r\n"), status == 401);
        await_journal(&server, |journal| journal.ends().eq([&End::Refused(status)]));
    }
}

#[test]
fn what_is_no_websocket_request_is_refused_with_400() {
    let server = start(Behaviour::Echo);
    for request in [&b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], b"\x16\x03\x01 this is TLS\r\n\r\n"] {
        let (head, body) = refused(&server, request);
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
        assert!(body.starts_with("400 Bad Request: "), "{body}");
    }
    await_journal(&server, |journal| journal.ends().eq([&End::Refused(400), &End::Refused(400)]));
}

#[test]
fn a_redirect_says_where_to() {
    let server = start_with_fault("redirect=ws://localhost:9/elsewhere", 0);
    let (head, body) = refused(&server, REQUEST);
    assert!(head.starts_with("HTTP/1.1 302 Found\r\nLocation: ws://localhost:9/elsewhere\r\n"), "{head}");
    assert_eq!(body, "");
    await_journal(&server, |journal| journal.ends().eq([&End::Refused(302)]));
}

#[test]
fn the_key_of_another_request_may_be_accepted() {
    let server = start_with_fault("wrong-accept", 0);
    let error = client(server.url(), tcp(&server)).map(drop).unwrap_err();
    let HandshakeError::Failure(Error::Protocol(error)) = error else { panic!("{error}") };
    assert_eq!(error, ProtocolError::SecWebSocketAcceptKeyMismatch);
    assert_eq!(server.journal().totals().opened, 1);
}

#[test]
fn what_was_not_offered_may_be_chosen() {
    for (fault, line) in [
        ("subprotocol=unasked", "Sec-WebSocket-Protocol: unasked\r\n"),
        ("extension=permessage-deflate; more=1", "Sec-WebSocket-Extensions: permessage-deflate; more=1\r\n"),
    ] {
        let server = start_with_fault(fault, 0);
        let (head, _) = raw_with(&server, "");
        assert!(head.contains(line), "{head}");
    }
}

#[test]
fn an_extension_chosen_on_purpose_is_not_done() {
    let fault = "extension=permessage-deflate".parse().unwrap();
    let compression = Some(Compression::default());
    let server = start_with(Options { fault, compression, ..Options::default() });
    let (head, mut client) = raw_with(&server, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    assert_eq!(head.matches("permessage-deflate").count(), 1, "{head}");
    server.broadcast("not compressed");
    assert_eq!(read_frame(&mut client).2, b"not compressed");
}

#[test]
fn the_first_subprotocol_is_chosen_that_the_client_offers() {
    let subprotocols = ["wamp.2.json", "ari"].map(str::to_owned).to_vec();
    let server = start_with(Options { subprotocols, ..Options::default() });
    for (offered, chosen) in [
        ("Sec-WebSocket-Protocol: ari\r\n", Some("ari")),
        ("Sec-WebSocket-Protocol: foo, ari,wamp.2.json\r\n", Some("wamp.2.json")),
        ("Sec-WebSocket-Protocol: foo\r\nSec-WebSocket-Protocol: ari\r\n", Some("ari")),
        ("Sec-WebSocket-Protocol: ARI\r\n", None),
        ("", None),
    ] {
        let (head, _) = raw_with(&server, offered);
        let line = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Protocol: "));
        assert_eq!(line, chosen, "{offered}");
    }
}

/// Sends a request, and reads the answer to the end of the stream.
fn refused(server: &echo_server::Server, request: &[u8]) -> (String, String) {
    let mut client = tcp(server);
    client.write_all(request).unwrap();
    let head = read_head(&mut client);
    let mut body = String::new();
    client.read_to_string(&mut body).unwrap();
    assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{head}");
    (head, body)
}
