//! The WebSocket codec of a client: bytes in, messages out; messages in, bytes out (RFC 6455, RFC 7692).
//!
//! Without sockets, threads and clock: the caller reads into [`ResponseReader::space`] and
//! [`Receiver::space`], and writes out what a [`Request`] and the [`Sender`] have put into a `Vec<u8>`.
//!
//! # The life of a connection
//!
//! 1. A [`Request`] is written; its [`ResponseReader`] takes the answer: [`Accepted`] or [`Refused`].
//! 2. [`Receiver::receive`] gives what has come until it says `None`: then more is read from the socket. Texts
//!    and payloads borrow the receiver's memory; the caller takes over what it keeps.
//! 3. The [`Sender`] appends masked frames to the caller's buffer, as many as it likes before a write.
//! 4. A ping is answered with [`Sender::pong`], a close with [`Sender::close`], a [`Violation`] with a close
//!    that has its [code](Violation::code). The codec itself never sends anything.
//!
//! ```
//! use bytes::BufMut;
//! use wire::{Answer, Limits, Received, Receiver, Request, Sender, SystemRandom};
//!
//! # fn socket_read(space: &mut impl BufMut) {
//! #     // FIN, text, 5 bytes; FIN, ping, no payload.
//! #     space.put_slice(&[0x81, 5, b'H', b'e', b'l', b'l', b'o', 0x89, 0]);
//! # }
//! # fn serve(request: &[u8], space: &mut impl BufMut) {
//! #     let request = String::from_utf8_lossy(request);
//! #     let key = request.split("Sec-WebSocket-Key: ").nth(1).unwrap().split("\r\n").next().unwrap();
//! #     let accept = tungstenite::handshake::derive_accept_key(key.as_bytes());
//! #     let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
//! #     space.put_slice(format!("{head}Sec-WebSocket-Accept: {accept}\r\n\r\n").as_bytes());
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut random = SystemRandom::new()?;
//! let mut out = Vec::new();
//! let mut response = Request::new(false, "localhost", 8088, "/ari/events?app=crm")?.write(&mut random, &mut out);
//! // … `out` goes to the socket, and what comes from there:
//! serve(&out, &mut response.space());
//! let Some(Answer::Accepted(accepted)) = response.answer()? else { return Err("refused".into()) };
//!
//! let mut sender = Sender::new(accepted.deflate, random);
//! let mut receiver = Receiver::new(accepted.deflate, Limits::default(), accepted.rest);
//! out.clear();
//! socket_read(&mut receiver.space());
//! while let Some(received) = receiver.receive()? {
//!     match received {
//!         Received::Text(text) => assert_eq!(text.as_str(), "Hello"),
//!         Received::Ping(payload) => sender.pong(payload, &mut out)?,
//!         Received::Close(close) => sender.close(close.code, "", &mut out)?,
//!         Received::Binary(_) | Received::Pong(_) | Received::Unfinished => {}
//!     }
//! }
//! assert_eq!(out.len(), 6, "the pong: two bytes of header and the mask");
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod assembly;
mod buffer;
mod close;
mod deflate;
mod frame;
mod handshake;
mod inflate;
mod limits;
mod mask;
mod message;
mod random;
mod received;
mod receiver;
mod sender;
mod utf8;
mod violation;

pub use close::{Close, CloseCode};
pub use handshake::extensions::{DeflateParameters, ExtensionError};
pub use handshake::headers::Headers;
pub use handshake::refusal::Refused;
pub use handshake::request::{Request, RequestError};
pub use handshake::response::{Accepted, Answer, ResponseError, ResponseReader};
pub use limits::Limits;
pub use random::{Random, SystemRandom};
pub use received::{Binary, Received, Text};
pub use receiver::Receiver;
pub use sender::{SendError, Sender};
pub use violation::Violation;
