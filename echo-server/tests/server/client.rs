//! Clients without mercy: tungstenite's own, and one that sees single frames.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use echo_server::{Behaviour, Journal, Options, Server};
use tokio_tungstenite::tungstenite::{
    self, Message, WebSocket,
    protocol::{
        WebSocketConfig,
        frame::{Frame, FrameSocket, coding::OpCode},
    },
};

/// Only ever waited out in full by a test that fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How long a client listens to make sure of silence.
const SILENCE: Duration = Duration::from_millis(100);

pub(crate) const REQUEST: &[u8] = b"GET /raw?x=1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

pub(crate) fn start(behaviour: Behaviour) -> Server {
    Server::start(Options { behaviour, ..Options::default() }).unwrap()
}

pub(crate) fn start_with_fault(fault: &str, fault_after: u64) -> Server {
    Server::start(Options { fault: fault.parse().unwrap(), fault_after, ..Options::default() }).unwrap()
}

pub(crate) fn start_with(options: Options) -> Server {
    Server::start(options).unwrap()
}

pub(crate) fn await_journal(server: &Server, condition: impl Fn(&Journal) -> bool) {
    assert!(server.wait_for(PATIENCE, condition), "the server saw only:\n{}", server.journal());
}

pub(crate) fn tcp(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

pub(crate) fn connect(server: &Server) -> WebSocket<TcpStream> {
    connect_to(&server.url(), tcp(server))
}

pub(crate) fn connect_to<S: Read + Write>(url: &str, stream: S) -> WebSocket<S> {
    let config = WebSocketConfig::default().max_frame_size(None).max_message_size(None);
    match tungstenite::client::client_with_config(url, stream, Some(config)) {
        Ok((socket, _)) => socket,
        Err(error) => panic!("{error}"),
    }
}

/// A handshake that leaves whatever follows it unread.
pub(crate) fn raw(server: &Server) -> FrameSocket<TcpStream> {
    raw_with(server, "").1
}

/// The same with these header lines in the request; the answer's head comes back too.
pub(crate) fn raw_with(server: &Server, headers: &str) -> (String, FrameSocket<TcpStream>) {
    let mut stream = tcp(server);
    stream.write_all(&request_with(headers)).unwrap();
    let head = read_head(&mut stream);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    // The answer to the key of the request, from RFC 6455 §1.3.
    assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    (head, FrameSocket::new(stream))
}

/// The request with more header lines, each with its end.
pub(crate) fn request_with(headers: &str) -> Vec<u8> {
    let mut request = REQUEST.to_vec();
    request.truncate(REQUEST.len() - 2);
    request.extend(headers.bytes().chain(*b"\r\n"));
    request
}

pub(crate) fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

pub(crate) fn send_masked(socket: &mut FrameSocket<TcpStream>, mut frame: Frame) {
    frame.header_mut().mask = Some([1, 2, 3, 4]);
    socket.send(frame).unwrap();
}

/// The next frame: whether it is final, its opcode, its payload.
pub(crate) fn read_frame(socket: &mut FrameSocket<TcpStream>) -> (bool, OpCode, Vec<u8>) {
    let frame = socket.read(None).unwrap().expect("a frame, not the end of the stream");
    (frame.header().is_final, frame.header().opcode, frame.payload().to_vec())
}

pub(crate) fn read_text<S: Read + Write>(socket: &mut WebSocket<S>) -> String {
    match socket.read().unwrap() {
        Message::Text(text) => text.to_string(),
        other => panic!("a text was expected, not {other:?}"),
    }
}

pub(crate) fn assert_silent(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let error = stream.read(&mut [0]).expect_err("silence, not bytes or the end of the stream");
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
}
