//! Handshakes answered with the bytes of a real Asterisk.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
};

use echo_server::{Answer, End, Fault, Options, Server};
use tokio_tungstenite::tungstenite::{
    Message,
    client::{IntoClientRequest, client},
};

use crate::client::{
    REQUEST, assert_silent, await_journal, connect_to, read_head, read_text, start_with, tcp,
};

const RECORDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/handshake");

fn answering(file: &str) -> Server {
    let answer = Some(Answer::open(Path::new(RECORDINGS).join(file)).unwrap());
    start_with(Options { answer, ..Options::default() })
}

#[test]
fn every_recording_is_answered_byte_for_byte() {
    let mut files = 0;
    for entry in fs::read_dir(RECORDINGS).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        files += 1;
        let name = path.file_name().unwrap().to_str().unwrap();
        let recorded = fs::read_to_string(&path).unwrap();
        let (_, response) = recorded.split_once("<<< response\n").unwrap();
        let (response, _) = response.split_once("<open>").unwrap();
        let server = answering(name);
        let mut client = tcp(&server);
        // Its key is the one of the recordings.
        client.write_all(REQUEST).unwrap();
        let mut received = vec![0; response.len()];
        client.read_exact(&mut received).unwrap();
        assert_eq!(String::from_utf8(received).unwrap(), response, "{name}");
        if response.starts_with("HTTP/1.1 101 ") {
            client.write_all(b"\x81\x82\0\0\0\0ab").unwrap();
            let mut echo = [0; 4];
            client.read_exact(&mut echo).unwrap();
            assert_eq!(echo, *b"\x81\x02ab", "{name}");
        } else {
            assert_silent(&mut client);
            drop(client);
            await_journal(&server, |journal| matches!(journal.ends().next(), Some(End::Refused(_))));
        }
    }
    assert!(files > 20, "{files}");
}

#[test]
fn any_key_is_accepted_as_it_should_be() {
    let server = answering("02_apikey_proto_ari.txt");
    let mut request = server.url_with("/ari/events?app=crm").into_client_request().unwrap();
    request.headers_mut().insert("Sec-WebSocket-Protocol", "ari".parse().unwrap());
    let (mut socket, response) = client(request, tcp(&server)).unwrap();
    assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "ari");
    assert_eq!(server.broadcast("{\"type\":\"ApplicationReplaced\"}"), 1);
    assert_eq!(read_text(&mut socket), "{\"type\":\"ApplicationReplaced\"}");
    socket.send("{}".into()).unwrap();
    assert_eq!(read_text(&mut socket), "{}");
}

#[test]
fn a_recording_knows_its_request() {
    let answer = Answer::open(Path::new(RECORDINGS).join("17_slash.txt")).unwrap();
    assert_eq!((answer.target(), answer.status()), ("/ari/events/?app=crm&api_key=onec:s3cret", 404));
}

#[test]
fn a_refusal_that_was_not_left_open_ends() {
    let text =
        ">>> request\nGET / HTTP/1.1\r\n\r\n<<< response\nHTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    let server = start_with(Options { answer: Some(text.parse().unwrap()), ..Options::default() });
    let mut client = tcp(&server);
    client.write_all(REQUEST).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
}

#[test]
fn faults_go_with_a_recording() {
    let server = answering("01_apikey.txt");
    server.set_fault(Fault::Refuse(503));
    let mut refused = tcp(&server);
    refused.write_all(REQUEST).unwrap();
    assert!(read_head(&mut refused).starts_with("HTTP/1.1 503 "));
    server.set_fault("close=1011".parse().unwrap());
    let mut socket = connect_to(&server.url(), tcp(&server));
    assert!(matches!(socket.read().unwrap(), Message::Close(Some(frame)) if u16::from(frame.code) == 1011));
}
