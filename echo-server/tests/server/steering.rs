//! The server steered and stopped from outside.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use echo_server::{Behaviour, End, Event, Fault, Options, Server};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::client::{REQUEST, await_journal, connect, raw, read_text, start, start_with_fault, tcp};

#[test]
fn a_message_is_sent_to_every_open_connection() {
    let server = start(Behaviour::Echo);
    assert_eq!(server.broadcast("nobody is here"), 0);
    let mut clients = [connect(&server), connect(&server)];
    assert_eq!(server.broadcast("Всем привет"), 2);
    assert_eq!(server.broadcast_binary(&[1, 2]), 2);
    for client in &mut clients {
        assert_eq!(read_text(client), "Всем привет");
        assert_eq!(client.read().unwrap(), Message::binary(vec![1, 2]));
    }
}

#[test]
fn more_messages_than_the_queue_holds_arrive_in_order() {
    let server = start(Behaviour::Echo);
    let mut client = connect(&server);
    for number in 0..1000 {
        assert_eq!(server.broadcast(&number.to_string()), 1);
    }
    for number in 0..1000 {
        assert_eq!(read_text(&mut client), number.to_string());
    }
}

#[test]
fn a_pong_is_written_down() {
    let server = start(Behaviour::Echo);
    let mut client = connect(&server);
    assert_eq!(server.ping_all(b"alive?"), 1);
    assert_eq!(client.read().unwrap(), Message::Ping("alive?".into()));
    client.flush().unwrap();
    await_journal(&server, |journal| journal.pongs().eq([b"alive?"]));
}

#[test]
fn all_connections_are_closed_with_code_and_reason() {
    let server = start(Behaviour::Echo);
    let mut client = connect(&server);
    assert_eq!(server.close_all(1001, "going away"), 1);
    // Too late: nothing may follow a close frame.
    server.broadcast("one more thing");
    let expected = CloseFrame { code: CloseCode::Away, reason: "going away".into() };
    assert_eq!(client.read().unwrap(), Message::Close(Some(expected)));
    assert!(matches!(client.read(), Err(Error::ConnectionClosed)));
    drop(client);
    await_journal(&server, |journal| journal.totals().ended == 1);
    let ended = Event::Ended { how: End::Clean, received: 0, sent: 0 };
    assert_eq!(server.journal().of(1).last(), Some(&ended));
}

#[test]
fn a_connection_is_reset_in_the_handshake_too() {
    let server = start_with_fault("accept-late=3600", 0);
    let mut client = tcp(&server);
    client.write_all(REQUEST).unwrap();
    await_journal(&server, |journal| journal.totals().requests == 1);
    assert_eq!(server.reset_all(), 1);
    assert_eq!(client.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    await_journal(&server, |journal| journal.ends().eq([&End::ServerReset]));
    assert_eq!(server.reset_all(), 0);
}

#[test]
fn a_connection_is_reset_while_its_client_does_not_read() {
    let server = start(Behaviour::Greeting(u64::MAX));
    let _client = raw(&server);
    await_journal(&server, |journal| journal.totals().sent > 0);
    assert_eq!(server.reset_all(), 1);
    await_journal(&server, |journal| journal.ends().eq([&End::ServerReset]));
}

#[test]
fn a_fault_can_be_changed_between_connections() {
    let server = start_with_fault("hang-up", 0);
    assert_eq!(tcp(&server).read(&mut [0]).unwrap(), 0);
    server.set_fault(Fault::None);
    let mut client = connect(&server);
    client.send("better".into()).unwrap();
    assert_eq!(read_text(&mut client), "better");
}

#[test]
fn waiting_for_what_does_not_happen_ends() {
    let server = start(Behaviour::Echo);
    assert!(!server.wait_for(Duration::from_millis(10), |journal| journal.totals().accepted > 0));
    let _client = tcp(&server);
    await_journal(&server, |journal| journal.totals().accepted == 1);
    assert!(server.wait_for(Duration::ZERO, |journal| journal.connections() == 1));
    assert_eq!(server.read_journal(|journal| journal.entries().count()), 1);
}

#[test]
fn dropping_the_server_ends_its_connections_and_frees_its_port() {
    // Not where the other tests listen: none of them must take the port that is freed.
    let host = if cfg!(target_os = "linux") { "127.0.0.2:0" } else { "127.0.0.1:0" };
    let options = Options { listen: host.parse().unwrap(), ..Options::default() };
    let server = Server::start(Options { behaviour: Behaviour::Greeting(u64::MAX), ..options }).unwrap();
    let address = server.address();
    let mut client = raw(&server);
    let _waiting = tcp(&server);
    drop(server);
    // What was on its way still arrives; then the stream ends, by a reset or not.
    if let Err(error) = client.get_mut().read_to_end(&mut Vec::new()) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    let _again = Server::start(Options { listen: address, ..Options::default() }).unwrap();
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let server = start(Behaviour::Echo);
    let error = Server::start(Options { listen: server.address(), ..Options::default() }).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
}

#[test]
fn many_clients_at_once_are_served() {
    let server = start(Behaviour::Echo);
    std::thread::scope(|scope| {
        for number in 0..100 {
            let server = &server;
            scope.spawn(move || {
                let mut client = connect(server);
                client.send(number.to_string().into()).unwrap();
                assert_eq!(read_text(&mut client), number.to_string());
            });
        }
    });
    await_journal(&server, |journal| journal.totals().ended == 100);
    assert_eq!(server.journal().totals().texts, 100);
}
