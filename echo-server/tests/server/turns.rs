//! One connection after the other: faults in turn, servers in turn, and no more than so many at once.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
};

use echo_server::{End, Fault, Options, Reservation};

use crate::client::{REQUEST, await_journal, connect, read_head, read_text, start_with, tcp};

#[test]
fn every_connection_has_its_fault_and_the_last_stays() {
    let faults_in_turn = vec![Fault::HangUp, Fault::Refuse(404), Fault::Refuse(503), Fault::None];
    let server = start_with(Options { fault: Fault::Reset, faults_in_turn, ..Options::default() });
    assert_eq!(tcp(&server).read(&mut [0]).unwrap(), 0);
    for status in [404, 503] {
        let mut client = tcp(&server);
        client.write_all(REQUEST).unwrap();
        let head = read_head(&mut client);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
    }
    for text in ["open", "and again"] {
        let mut client = connect(&server);
        client.send(text.into()).unwrap();
        assert_eq!(read_text(&mut client), text);
    }
    server.set_fault(Fault::HangUp);
    assert_eq!(tcp(&server).read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_reserved_port_refuses_until_a_server_comes_and_after_it_has_gone() {
    let port = Reservation::new().unwrap();
    let refused = || TcpStream::connect(port.address()).unwrap_err().kind() == ErrorKind::ConnectionRefused;
    for _ in 0..3 {
        assert!(refused());
        let server = start_with(Options { listen: port.address(), ..Options::default() });
        let mut client = connect(&server);
        client.send("here".into()).unwrap();
        assert_eq!(read_text(&mut client), "here");
        drop(server);
    }
    assert!(refused());
}

#[test]
fn those_above_the_limit_end_with_zero_bytes() {
    let server = start_with(Options { session_limit: Some(2), ..Options::default() });
    let mut first = connect(&server);
    // It need not be open to count.
    let second = tcp(&server);
    await_journal(&server, |journal| journal.connections() == 2);
    assert_eq!(tcp(&server).read(&mut [0]).unwrap(), 0);
    await_journal(&server, |journal| journal.ends().eq([&End::ServerHungUp]));
    drop(second);
    await_journal(&server, |journal| journal.connections() == 1);
    connect(&server);
    first.send("still here".into()).unwrap();
    assert_eq!(read_text(&mut first), "still here");
}

/// Whatever the server is told to do wrong, it gets over it.
#[test]
fn every_fault_ends_with_its_client() {
    for row in Fault::ALL {
        let server = start_with(Options { fault: row.example.parse().unwrap(), ..Options::default() });
        for _ in 0..3 {
            let mut client = tcp(&server);
            client.write_all(REQUEST).unwrap();
            // Some say nothing, and some go at once.
            client.set_read_timeout(Some(std::time::Duration::from_millis(1))).unwrap();
            let _ = client.read(&mut [0; 1000]);
        }
        if row.name() == "stop-reading" {
            // It does not even see the end.
            await_journal(&server, |journal| journal.totals().opened == 3);
            assert_eq!(server.reset_all(), 3);
        }
        await_journal(&server, |journal| journal.totals().ended == 3);
    }
}
