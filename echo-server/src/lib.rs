//! The WebSocket peer for tests, demos and people: echo, replay, and faults as data.
//!
//! A [`Server`] is steered and watched from ordinary synchronous code:
//!
//! ```
//! use echo_server::{Fault, Options, Server};
//!
//! let server = Server::start(Options { fault: Fault::Refuse(503), ..Options::default() })?;
//! println!("connect to {} and be refused", server.url());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! What arrives is judged by tungstenite; every byte that leaves is made here, so that it can be wrong on
//! purpose.

#![forbid(unsafe_code)]

mod acceptor;
mod behaviour;
mod certificate;
mod connection;
mod end;
mod error;
mod event;
mod exchange;
mod fault;
mod frame;
mod handshake;
mod journal;
mod options;
mod outgoing;
mod reader;
mod registry;
mod replay;
mod script;
mod server;
mod shared_journal;
mod worker;
mod writer;

pub use behaviour::Behaviour;
pub use certificate::{CertificateKind, Certificates, Identity};
pub use end::End;
pub use error::InvalidValue;
pub use event::{Event, Request};
pub use fault::{Description, Fault};
pub use journal::{Entry, Journal, Totals};
pub use options::Options;
pub use replay::{AfterReplay, Pace, Replay};
pub use server::Server;
