//! Too much of something.

use std::{
    io::{Read, Write},
    time::{Duration, Instant},
};

use echo_server::{End, Fault, Options};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::coding::{Data, OpCode},
};

use crate::client::{
    REQUEST, await_journal, connect, raw, read_frame, read_head, read_text, start_with, start_with_fault, tcp,
};

#[test]
fn a_flood_of_pings_comes_whole_while_the_server_answers() {
    let server = start_with_fault("ping-flood=50000", 0);
    let mut client = connect(&server);
    client.send("in the middle of it".into()).unwrap();
    let (mut pings, mut text) = (0, None);
    while pings < 50_000 || text.is_none() {
        match client.read().unwrap() {
            Message::Ping(payload) => {
                pings += 1;
                assert_eq!(payload, pings.to_string().as_bytes());
            }
            other => text = Some(other),
        }
    }
    assert_eq!(text, Some("in the middle of it".into()));
    client.flush().unwrap();
    await_journal(&server, |journal| journal.pongs().any(|payload| payload == b"50000"));
}

#[test]
fn a_message_may_come_byte_by_byte() {
    let server = start_with_fault("byte-fragments=100001", 0);
    let mut client = raw(&server);
    assert_eq!(read_frame(&mut client), (false, OpCode::Data(Data::Text), b"0".to_vec()));
    for index in 1..100_000 {
        let (is_final, opcode, payload) = read_frame(&mut client);
        assert!(!is_final && opcode == OpCode::Data(Data::Continue));
        assert_eq!(payload, [b"0123456789"[index % 10]]);
    }
    assert_eq!(read_frame(&mut client), (true, OpCode::Data(Data::Continue), b"0".to_vec()));
    drop(client);
    assert_eq!(read_text(&mut connect(&server)).len(), 100_001);
}

#[test]
fn sixteen_mebibytes_may_come_byte_by_byte() {
    let server = start_with_fault("byte-fragments", 0);
    let mut client = raw(&server);
    let mut frames = vec![0; 3 * (16 << 20)];
    client.get_mut().read_exact(&mut frames).unwrap();
    let (middle, last) = frames[3..].as_chunks::<3>().0.split_at((16 << 20) - 2);
    assert_eq!((&frames[..3], last), (&b"\x01\x010"[..], &[*b"\x80\x015"][..]));
    assert!(middle.iter().all(|frame| frame[..2] == [0, 1]));
    server.broadcast("small");
    assert_eq!(read_frame(&mut client), (true, OpCode::Data(Data::Text), b"small".to_vec()));
}

#[test]
fn a_message_may_come_in_a_thousand_fragments() {
    let server = start_with_fault("fragmented=1000", 0);
    let mut client = raw(&server);
    assert_eq!(server.broadcast("short"), 1);
    let frames: Vec<_> = (0..1000).map(|_| read_frame(&mut client)).collect();
    assert_eq!(frames.iter().filter(|(is_final, ..)| *is_final).count(), 1);
    assert_eq!(frames.into_iter().flat_map(|(.., payload)| payload).collect::<Vec<_>>(), b"short");
}

#[test]
fn a_bomb_of_a_gibibyte_is_a_megabyte() {
    let server = start_with_fault("compression-bomb", 0);
    let (is_final, opcode, payload) = read_frame(&mut raw(&server));
    assert!(is_final && opcode == OpCode::Data(Data::Text));
    assert!((900_000..1_200_000).contains(&payload.len()), "{}", payload.len());
}

#[test]
fn a_head_or_a_body_may_never_end() {
    for (fault, beginning) in
        [("endless-head", "HTTP/1.1 101 "), ("endless-body=500", "HTTP/1.1 500 Endless\r\n")]
    {
        let server = start_with_fault(fault, 0);
        let mut client = tcp(&server);
        client.write_all(REQUEST).unwrap();
        let mut bytes = vec![0; 10 << 20];
        client.read_exact(&mut bytes).unwrap();
        assert!(bytes.starts_with(beginning.as_bytes()), "{fault}");
        let head_ends = bytes.windows(4).any(|window| window == b"\r\n\r\n");
        assert_eq!(head_ends, fault != "endless-head", "{fault}");
        drop(client);
        await_journal(&server, |journal| matches!(journal.ends().next(), Some(End::Eof | End::Reset)));
        assert_eq!(server.journal().totals().opened, 0);
    }
}

#[test]
fn bytes_may_come_drop_by_drop() {
    let pause = Duration::from_millis(2);
    let server = start_with(Options { fault: Fault::Dribble(pause), ..Options::default() });
    let start = Instant::now();
    let mut client = tcp(&server);
    client.write_all(REQUEST).unwrap();
    let head = read_head(&mut client);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(start.elapsed() >= pause * u32::try_from(head.len()).unwrap());
}
