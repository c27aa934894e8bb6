//! Sizes that a server names or makes: nothing is allocated for a number, and nothing grows beyond its limit.
//!
//! Memory is that of the whole process, so each test has one of its own.
#![cfg(target_os = "linux")]

use std::io::Write;

use echo_server::{Options, Server};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::peer::{Bytes, Peer};
use super::{BITRIX, WEBSOCKET, on_client, on_server, refused, with_tokens};
use crate::common::{CLOSE_DROP, OPEN, PATIENCE, ROM, expect, in_child, server, text};

const MIB: usize = 1 << 20;
const PIECE: usize = 64 << 10;

/// The most memory that this process ever had in use, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}

/// Large blocks go back to the system as soon as they are freed: else the peak is what the allocator has kept of several,
/// one after the other, which depends on the threads that freed them.
const GIVEN_BACK: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "131072");

/// Runs `body` in a process of its own, where it may take so much memory at most.
fn within(memory: usize, test: &str, body: impl FnOnce()) {
    in_child(&format!("border::bombs::{test}"), &[GIVEN_BACK], || {
        let before = peak();
        body();
        let taken = peak() - before;
        assert!(taken < memory, "{} MiB were taken", taken / MIB);
    });
}

fn gzip(length: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..length / PIECE {
        encoder.write_all(&[b' '; PIECE]).unwrap();
    }
    encoder.finish().unwrap()
}

/// A server that accepts, and then sends the head of a frame that begins a message of so many bytes. Each byte is
/// one of ASCII, which is what recorded answers are made of.
fn promising(length: [u8; 8]) -> Server {
    let header = [&[0x02, 0x7F][..], &length].concat();
    let header = String::from_utf8(header).unwrap();
    let head =
        "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n";
    let answer = format!(">>> request\nGET / HTTP/1.1\r\n\r\n<<< response\n{head}{header}");
    server(Options { answer: Some(answer.parse().unwrap()), ..Options::default() })
}

#[test]
fn the_length_of_a_frame_takes_no_memory() {
    within(48 * MIB, "the_length_of_a_frame_takes_no_memory", || {
        // 64 MiB and a byte, 1 TiB, and more than any memory has.
        for length in [[0, 0, 0, 0, 4, 0, 0, 1], [0, 0, 1, 0, 0, 0, 0, 0], [0x7F; 8]] {
            let server = promising(length);
            let object = on_client(ROM);
            assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
            expect(&object, OPEN);
            expect(&object, CLOSE_DROP);
            let object = on_client(WEBSOCKET);
            assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
            object.next_event(PATIENCE).expect("it is open");
            let closed = object.next_event(PATIENCE).expect("it is closed");
            assert!(closed.event.contains("\"Code\": 1009"), "{}", closed.event);
        }
        // What is allowed is waited for, and takes memory as it comes.
        let server = promising([0, 0, 0, 0, 4, 0, 0, 0]);
        let object = on_client(WEBSOCKET);
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
        object.next_event(PATIENCE).expect("it is open");
        assert!(server.wait_for(PATIENCE, |journal| journal.open() == 1));
        assert_eq!(text(&object, "Состояние"), "Open");
    });
}

#[test]
fn a_message_inflates_up_to_its_limit() {
    within(48 * MIB, "a_message_inflates_up_to_its_limit", || {
        let fault = "compression-bomb".parse().unwrap();
        let compression = Some("".parse().unwrap());
        let server = server(Options { compression, fault, ..Options::default() });
        let object = on_client(WEBSOCKET);
        object.set("Сжатие", true).unwrap();
        object.set("МаксимальныйРазмерСообщения", 1 << 20).unwrap();
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
        object.next_event(PATIENCE).expect("it is open");
        let closed = object.next_event(PATIENCE).expect("it is closed");
        assert!(closed.event.contains("\"Code\": 1009"), "{}", closed.event);
    });
}

fn bytes(once: &str, again: &[u8], times: usize) -> Bytes {
    Bytes { once: once.as_bytes().to_vec(), again: again.to_vec(), times }
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

/// What a portal, or a push server, may answer to do harm; what has no end ends after so many bytes, be they sent or
/// inflated.
fn answers(endless: usize) -> Vec<(&'static str, Bytes)> {
    let pieces = endless / PIECE;
    let piece = vec![b' '; PIECE];
    let chunk = [b"10000\r\n", &piece[..], b"\r\n"].concat();
    let headers = "X-Header: value\r\n".repeat(PIECE / 17).into_bytes();
    let with = |headers: &str| format!("{OK}{headers}\r\n");
    let gzipped = with("Content-Encoding: gzip\r\nConnection: close\r\n");
    vec![
        ("a length of 2^63-1", bytes(&with("Content-Length: 9223372036854775807\r\n"), b"{", 1)),
        ("a length of 2^64-1", bytes(&with("Content-Length: 18446744073709551615\r\n"), b"{", 1)),
        ("a length of 10^20", bytes(&with("Content-Length: 100000000000000000000\r\n"), b"{", 1)),
        ("a negative length", bytes(&with("Content-Length: -1\r\n"), b"{", 1)),
        ("a chunk of 2^64-1", bytes(&with("Transfer-Encoding: chunked\r\n"), b"ffffffffffffffff\r\n{", 1)),
        ("a chunk of 2^63-1", bytes(&with("Transfer-Encoding: chunked\r\n"), b"7fffffffffffffff\r\n{", 1)),
        ("a chunk of 2^68-1", bytes(&with("Transfer-Encoding: chunked\r\n"), b"fffffffffffffffff\r\n{", 1)),
        ("a body without an end", bytes(&with("Connection: close\r\n"), &piece, pieces)),
        ("chunks without an end", bytes(&with("Transfer-Encoding: chunked\r\n"), &chunk, pieces)),
        ("a chunk's size without an end", bytes(&with("Transfer-Encoding: chunked\r\n1;"), &piece, pieces)),
        ("trailers without an end", bytes(&with("Transfer-Encoding: chunked\r\n\r\n0"), &headers, pieces)),
        ("a head without an end", bytes(OK, &headers, pieces)),
        ("a header without an end", bytes(&format!("{OK}X-Header:"), &piece, pieces)),
        ("a status without an end", bytes("HTTP/1.1 200 ", &piece, pieces)),
        ("interim answers", bytes("", &b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100), 1000)),
        ("a bomb of gzip", bytes(&gzipped, &gzip(endless), 1)),
        ("members of gzip", bytes(&gzipped, &gzip(MIB), endless / MIB)),
    ]
}

#[test]
fn an_answer_of_a_portal_is_bounded() {
    within(64 * MIB, "an_answer_of_a_portal_is_bounded", || {
        for (name, answer) in answers(128 * MIB) {
            let answer = std::sync::Mutex::new(Some(answer));
            let portal = Peer::start(move |_| answer.lock().unwrap().take().expect("it is asked once"));
            let object = with_tokens(["access", "", "", ""], "http://localhost");
            let text = refused(&object, &portal.url("http"));
            assert!(!text.is_empty() && text.len() < 1000, "{name}: {text}");
            assert!(!text.contains("не ответил за отведенное время"), "{name}: {text}");
            // Nothing is read that nobody wants.
            object.done();
            portal.wait_for_end_of(1);
        }
    });
}

/// Of small values, a tree would take a hundred times the memory of the text.
#[test]
fn an_answer_of_many_small_values_takes_little_more_than_its_text() {
    within(256 * MIB, "an_answer_of_many_small_values_takes_little_more_than_its_text", || {
        let values =
            format!("{OK}Connection: close\r\n\r\n{{\"result\":[0{}", ",{\"\":0}".repeat(15 * MIB / 7));
        let portal = Peer::start(move |_| bytes(&values, b"]}", 1));
        let object = with_tokens(["access", "", "", ""], "http://localhost");
        let text = refused(&object, &portal.url("http"));
        assert!(text.contains("pull.application.config.get"), "{text}");
    });
}

#[test]
fn an_answer_of_a_push_server_is_bounded() {
    within(32 * MIB, "an_answer_of_a_push_server_is_bounded", || {
        for (name, answer) in answers(40 * MIB) {
            let answer = std::sync::Mutex::new(Some(answer));
            let push_server = Peer::start(move |_| {
                let refusal = || bytes("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", b"", 0);
                answer.lock().unwrap().take().unwrap_or_else(refusal)
            });
            let object = on_server(BITRIX);
            // Nothing is skipped: all that comes is looked at.
            object.set("Позиция", "0").unwrap();
            object.call("Подключиться", [push_server.url("http") + "/sub/?CHANNEL_ID=x"]).unwrap();
            push_server.wait_for_end_of(1);
            object.done();
            drop(object);
            assert!(!push_server.requests().is_empty(), "{name}");
        }
    });
}

/// A message that begins and does not end, and one within which others begin.
#[test]
fn a_frame_of_a_push_server_is_bounded() {
    within(24 * MIB, "a_frame_of_a_push_server_is_bounded", || {
        let nested = "#!NGINXNMS!#{\"a\":[".repeat(PIECE / 18).into_bytes();
        for (begin, again) in [
            ("#!NGINXNMS!#{\"text\":\"", vec![b'a'; PIECE]),
            ("#!NGINXNMS!#{\"text\":\"", nested.clone()),
            ("", nested),
            ("{\"text\":\"", vec![b'a'; PIECE]),
        ] {
            let head = format!("{OK}Connection: close\r\n\r\n{begin}");
            let push_server = Peer::start(move |_| bytes(&head, &again, 24 * MIB / PIECE));
            let object = on_server(BITRIX);
            object.set("Позиция", "0").unwrap();
            object.call("Подключиться", [push_server.url("http") + "/sub/?CHANNEL_ID=x"]).unwrap();
            push_server.wait_for_end_of(1);
            object.done();
        }
    });
}
