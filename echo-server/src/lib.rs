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
//! A [`Proxy`] stands between it and a client where that is wanted, and a [`Portal`] stands in for Bitrix24.
//!
//! What arrives is judged by tungstenite, once it is inflated where compression was agreed on; every byte that leaves
//! is made here, so that it can be wrong on purpose.

#![forbid(unsafe_code)]

mod acceptor;
mod answer;
mod behaviour;
mod certificate;
mod client_identity;
mod compression;
mod connection;
mod deflater;
mod end;
mod error;
mod event;
mod exchange;
mod fault;
mod frame;
mod handshake;
mod inflated;
mod inflater;
mod issuer;
mod journal;
mod offer;
mod options;
mod outgoing;
mod proxy;
mod push_pull;
mod reader;
mod registry;
mod replay;
mod reply;
mod reservation;
mod script;
mod server;
mod shared_journal;
mod strike;
mod tls;
mod turns;
mod worker;
mod writer;

pub use answer::Answer;
pub use behaviour::Behaviour;
pub use certificate::{CertificateKind, Certificates, Identity};
pub use client_identity::{ClientIdentity, KeyKind};
pub use compression::Compression;
pub use end::End;
pub use error::InvalidValue;
pub use event::{Event, Request};
pub use fault::{Description, Fault};
pub use journal::{Entry, Journal, Totals};
pub use options::Options;
pub use proxy::{
    Proxy,
    fault::ProxyFault,
    journal::{ProxyHost, ProxyJournal, ProxyRequest},
    options::{ProxyOptions, ProxyProtocol},
};
pub use push_pull::{
    Portal,
    channels::Renewal,
    journal::{PortalJournal, PortalRequest},
    options::{ClientIdPlace, ConfigurationStyle, JsonFormat, PortalOptions},
    poll_fault::PollFault,
    push_server::PushServer,
    rest_fault::RestFault,
    site::Audience,
};
pub use replay::{AfterReplay, Pace, Replay};
pub use reservation::Reservation;
pub use server::Server;
