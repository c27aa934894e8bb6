//! `permessage-deflate` (RFC 7692), with a client made of zlib and single frames.

use std::{io::Write, net::TcpStream};

use echo_server::{Behaviour, Compression, End, Options, Pace, Replay, Server};
use flate2::{Compress, Decompress, FlushCompress, FlushDecompress};
use tokio_tungstenite::tungstenite::protocol::frame::{
    Frame, FrameSocket,
    coding::{Control, Data, OpCode},
};

use crate::client::{
    await_journal, connect, raw, raw_with, read_frame, read_head, read_text, request_with, send_masked,
    start, start_with, tcp,
};

const OFFER: &str = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

/// A client that compresses, and keeps its context.
struct Client {
    socket: FrameSocket<TcpStream>,
    deflate: Compress,
    inflate: Decompress,
}

impl Client {
    fn connect(server: &Server) -> Self {
        Self::over(raw_with(server, OFFER).1)
    }

    fn over(socket: FrameSocket<TcpStream>) -> Self {
        Self {
            socket,
            deflate: Compress::new(flate2::Compression::default(), false),
            inflate: Decompress::new(false),
        }
    }

    fn deflate(&mut self, text: &str) -> Vec<u8> {
        let mut compressed = Vec::with_capacity(text.len() + 1024);
        self.deflate.compress_vec(text.as_bytes(), &mut compressed, FlushCompress::Sync).unwrap();
        compressed.truncate(compressed.len() - 4);
        compressed
    }

    fn send(&mut self, text: &str) {
        let compressed = self.deflate(text);
        send_masked(&mut self.socket, frame(Data::Text, true, true, compressed));
    }

    /// The next message, which must be compressed: its size on the line, and its text.
    fn read(&mut self) -> (usize, String) {
        let (mut compressed, mut is_first, mut is_final) = (Vec::new(), true, false);
        while !is_final {
            let frame = self.socket.read(None).unwrap().unwrap();
            let opcode = if is_first { Data::Text } else { Data::Continue };
            assert_eq!((frame.header().opcode, frame.header().rsv1), (OpCode::Data(opcode), is_first));
            (is_first, is_final) = (false, frame.header().is_final);
            compressed.extend(frame.into_payload());
        }
        let size = compressed.len();
        compressed.extend([0, 0, 0xFF, 0xFF]);
        let mut inflated = Vec::with_capacity(32 << 20);
        self.inflate.decompress_vec(&compressed, &mut inflated, FlushDecompress::Sync).unwrap();
        assert!(inflated.len() < inflated.capacity());
        (size, String::from_utf8(inflated).unwrap())
    }
}

fn frame(opcode: Data, is_final: bool, is_compressed: bool, payload: Vec<u8>) -> Frame {
    let mut frame = Frame::message(payload, OpCode::Data(opcode), is_final);
    frame.header_mut().rsv1 = is_compressed;
    frame
}

fn compressing(parameters: &str, behaviour: Behaviour) -> Server {
    let compression = Some(parameters.parse::<Compression>().unwrap());
    start_with(Options { compression, behaviour, ..Options::default() })
}

#[test]
fn what_is_agreed_on_is_told() {
    for (parameters, offer, told) in [
        ("", "permessage-deflate", Some("permessage-deflate")),
        (
            "",
            "x-other, permessage-deflate; server_no_context_takeover",
            Some("permessage-deflate; server_no_context_takeover"),
        ),
        ("client_max_window_bits=10", "permessage-deflate", Some("permessage-deflate")),
        (
            "client_max_window_bits=10; server_max_window_bits=9; client_no_context_takeover",
            "permessage-deflate; client_max_window_bits",
            Some(
                "permessage-deflate; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10",
            ),
        ),
        ("", "permessage-deflate; unheard_of", None),
    ] {
        let server = compressing(parameters, Behaviour::Echo);
        let (head, _) = raw_with(&server, &format!("Sec-WebSocket-Extensions: {offer}\r\n"));
        let line = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Extensions: "));
        assert_eq!(line, told, "{head}");
    }
}

#[test]
fn nothing_is_compressed_that_was_not_agreed_on() {
    let (head, _) = raw_with(&start(Behaviour::Echo), OFFER);
    assert!(!head.contains("Sec-WebSocket-Extensions"), "{head}");
    let server = compressing("", Behaviour::Echo);
    let mut plain = connect(&server);
    plain.send("plain".into()).unwrap();
    assert_eq!(read_text(&mut plain), "plain");
    let mut client = Client::over(raw(&server));
    client.send("compressed");
    assert_eq!(read_frame(&mut client.socket).2, 1002_u16.to_be_bytes());
    assert_eq!(server.journal().totals().compressed, 0);
}

#[test]
fn messages_go_compressed_both_ways_in_one_context() {
    let server = compressing("", Behaviour::Echo);
    let mut client = Client::connect(&server);
    let text = "Сжатие. ".repeat(20);
    let sizes = ["", &text, &text].map(|text| {
        client.send(text);
        let (size, echo) = client.read();
        assert_eq!(echo, text);
        size
    });
    assert!(sizes[0] == 1 && sizes[2] < sizes[1], "{sizes:?}");
    send_masked(&mut client.socket, frame(Data::Text, true, false, b"not compressed".to_vec()));
    assert_eq!(client.read().1, "not compressed");
    let totals = server.journal().totals();
    assert_eq!((totals.texts, totals.compressed), (4, 3));
}

#[test]
fn without_takeover_every_message_stands_for_itself() {
    let server = compressing("server_no_context_takeover", Behaviour::Greeting(0));
    let mut client = Client::connect(&server);
    let sizes = [(); 2].map(|()| {
        client.send("the same words");
        client.read().0
    });
    assert_eq!(sizes[0], sizes[1]);
}

#[test]
fn a_client_that_keeps_its_context_against_the_agreement_is_closed_with_1007() {
    let server = compressing("client_no_context_takeover", Behaviour::Echo);
    let mut client = Client::connect(&server);
    client.send("the same words");
    assert_eq!(client.read().1, "the same words");
    client.send("the same words");
    assert_eq!(read_frame(&mut client.socket).2, 1007_u16.to_be_bytes());
    drop(client);
    await_journal(&server, |journal| matches!(journal.ends().next(), Some(End::Violation(_))));
}

#[test]
fn a_compressed_message_may_come_in_fragments_with_a_ping_between() {
    let server = compressing("", Behaviour::Echo);
    let mut client = Client::connect(&server);
    let mut first = client.deflate("in fragments");
    let second = first.split_off(5);
    send_masked(&mut client.socket, frame(Data::Text, false, true, first));
    send_masked(&mut client.socket, Frame::ping("between"));
    send_masked(&mut client.socket, frame(Data::Continue, false, false, Vec::new()));
    send_masked(&mut client.socket, frame(Data::Continue, true, false, second));
    let pong = (true, OpCode::Control(Control::Pong), b"between".to_vec());
    assert_eq!(read_frame(&mut client.socket), pong);
    assert_eq!(client.read().1, "in fragments");
}

#[test]
fn the_mark_of_compression_has_its_only_place() {
    let server = compressing("", Behaviour::Echo);
    for opcode in [OpCode::Data(Data::Continue), OpCode::Control(Control::Ping)] {
        let mut client = Client::connect(&server);
        let beginning = client.deflate("the beginning");
        send_masked(&mut client.socket, frame(Data::Text, false, true, beginning));
        let mut marked = frame(Data::Continue, true, true, Vec::new());
        marked.header_mut().opcode = opcode;
        send_masked(&mut client.socket, marked);
        assert_eq!(read_frame(&mut client.socket).2, 1002_u16.to_be_bytes(), "{opcode:?}");
    }
}

#[test]
fn what_came_before_a_message_that_cannot_be_inflated_is_answered() {
    let server = compressing("", Behaviour::Echo);
    let mut client = Client::connect(&server);
    let mut bytes = Vec::new();
    let good = client.deflate("good");
    for payload in [good, vec![0x07]] {
        let mut frame = frame(Data::Text, true, true, payload);
        frame.header_mut().mask = Some([9, 8, 7, 6]);
        frame.format(&mut bytes).unwrap();
    }
    client.socket.get_mut().write_all(&bytes).unwrap();
    assert_eq!(client.read().1, "good");
    assert_eq!(read_frame(&mut client.socket).2, 1007_u16.to_be_bytes());
}

#[test]
fn a_message_is_read_however_it_is_cut() {
    let server = compressing("", Behaviour::Echo);
    let mut stream = tcp(&server);
    // "Hello" as RFC 7692 §7.2.3.1 has it, masked with zeros; the first half comes right behind the request.
    let message = *b"\xC1\x87\0\0\0\0\xF2\x48\xCD\xC9\xC9\x07\0";
    let mut bytes = request_with(OFFER);
    bytes.extend(&message[..8]);
    stream.write_all(&bytes).unwrap();
    read_head(&mut stream);
    for byte in message[8..].chunks(1) {
        stream.set_nodelay(true).unwrap();
        stream.write_all(byte).unwrap();
    }
    assert_eq!(Client::over(FrameSocket::new(stream)).read().1, "Hello");
    let mut client = Client::connect(&server);
    let large = "0123456789abcdef".repeat(1 << 20);
    for _ in 0..2 {
        client.send(&large);
        assert!(client.read().1 == large);
    }
}

#[test]
fn whatever_the_server_says_goes_compressed() {
    let mut client = Client::connect(&compressing("", Behaviour::Greeting(2)));
    assert_eq!([client.read().1, client.read().1], ["1", "2"]);
    let replay = Replay::parse("one\ntwo\n", Pace::Maximum).unwrap();
    let server = compressing("", Behaviour::Replay(replay));
    let mut client = Client::connect(&server);
    assert_eq!([client.read().1, client.read().1], ["one", "two"]);
    assert_eq!(server.broadcast("to all"), 1);
    assert_eq!(client.read().1, "to all");
}

#[test]
fn compressed_messages_may_go_in_fragments() {
    let compression = Some(Compression::default());
    let fault = "fragmented=4".parse().unwrap();
    let server = start_with(Options { compression, fault, ..Options::default() });
    let mut client = Client::connect(&server);
    for text in ["in fragments", "x"] {
        client.send(text);
        assert_eq!(client.read().1, text);
    }
}

#[test]
fn a_bomb_is_small_and_grows_and_the_rest_can_be_read() {
    let compression = Some(Compression::default());
    let fault = "compression-bomb=16000000".parse().unwrap();
    let server = start_with(Options { compression, fault, fault_after: 1, ..Options::default() });
    let mut client = Client::connect(&server);
    client.send("before and after");
    assert_eq!(client.read().1, "before and after");
    let (size, text) = client.read();
    assert!(size < 20_000 && text.len() == 16_000_000, "{size}");
    client.send("before and after");
    assert_eq!(client.read().1, "before and after");
}

#[test]
fn a_message_may_be_marked_as_compressed_and_not_be() {
    let compression = Some(Compression::default());
    let fault = "bad-deflate".parse().unwrap();
    let server = start_with(Options { compression, fault, ..Options::default() });
    let frame = raw_with(&server, OFFER).1.read(None).unwrap().unwrap();
    assert!(frame.header().rsv1);
    let mut nothing = Vec::with_capacity(64);
    Decompress::new(false).decompress_vec(frame.payload(), &mut nothing, FlushDecompress::Sync).unwrap_err();
}
