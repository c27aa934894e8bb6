//! What a server is started with.

use std::net::{Ipv4Addr, SocketAddr};

use crate::{
    answer::Answer, behaviour::Behaviour, certificate::Identity, compression::Compression, fault::Fault,
};

/// What a server is started with: by default an echo without faults, over plain TCP, on a free port of 127.0.0.1.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What to show to clients over TLS; `None` for plain TCP.
    pub tls: Option<Identity>,
    /// The subprotocols that the server speaks: it chooses the first that the client offers, and none where none
    /// is offered.
    pub subprotocols: Vec<String>,
    /// How to compress where the client offers `permessage-deflate`; `None` never does.
    pub compression: Option<Compression>,
    /// What to answer a handshake with in place of an answer of the server's own. A fault that refuses the handshake
    /// comes first; one that changes the server's own acceptance has no effect.
    pub answer: Option<Answer>,
    /// How many TCP connections there may be at once: those above are accepted and ended with zero bytes.
    pub session_limit: Option<usize>,
    /// What to send on a connection that opens.
    pub behaviour: Behaviour,
    /// What to do wrong.
    pub fault: Fault,
    /// Unless it is empty, in place of `fault`: the first connection gets the first of them, the second the second,
    /// and when there are no more the last stays.
    pub faults_in_turn: Vec<Fault>,
    /// After how many messages sent on the connection a fault that [strikes](Fault::strikes) does so; 0 strikes
    /// as soon as the connection is open.
    pub fault_after: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            subprotocols: Vec::new(),
            compression: None,
            answer: None,
            session_limit: None,
            behaviour: Behaviour::default(),
            fault: Fault::default(),
            faults_in_turn: Vec::new(),
            fault_after: 0,
        }
    }
}
