//! A WebSocket to the push server.

use std::net::TcpStream;

use echo_server::Portal;
use tokio_tungstenite::tungstenite::{self, Error, Message, WebSocket};

use crate::client::PATIENCE;

type Connected = Result<WebSocket<TcpStream>, Error>;

/// Connects to the shared channel in force, with more behind the address.
pub(crate) fn connect(portal: &Portal, more: &str) -> Connected {
    connect_to(portal, portal.push_url().replacen("http", "ws", 1) + more)
}

pub(crate) fn connect_to(portal: &Portal, url: String) -> Connected {
    let stream = TcpStream::connect(portal.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    match tungstenite::client::client(url, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}

/// The status with which the handshake is refused.
pub(crate) fn refusal(portal: &Portal, url: String) -> u16 {
    match connect_to(portal, url) {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn read(socket: &mut WebSocket<TcpStream>) -> String {
    match socket.read().unwrap() {
        Message::Text(text) => text.to_string(),
        other => panic!("a text was expected, not {other:?}"),
    }
}

pub(crate) fn read_close_code(socket: &mut WebSocket<TcpStream>) -> u16 {
    match socket.read().unwrap() {
        Message::Close(Some(close)) => u16::from(close.code),
        other => panic!("a close was expected, not {other:?}"),
    }
}

/// How many frames a text holds, which holds nothing else.
pub(crate) fn frames(text: &str) -> usize {
    assert!(text.starts_with("#!NGINXNMS!#{") && text.ends_with("}#!NGINXNME!#"), "{text}");
    text.matches("#!NGINXNMS!#").count()
}
