//! What a server is started with.

use std::net::{Ipv4Addr, SocketAddr};

use crate::{behaviour::Behaviour, certificate::Identity, fault::Fault};

/// What a server is started with: by default an echo without faults, over plain TCP, on a free port of 127.0.0.1.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What to show to clients over TLS; `None` for plain TCP.
    pub tls: Option<Identity>,
    /// What to send on a connection that opens.
    pub behaviour: Behaviour,
    /// What to do wrong.
    pub fault: Fault,
    /// After how many messages sent on the connection a fault that [strikes](Fault::strikes) does so; 0 strikes
    /// as soon as the connection is open.
    pub fault_after: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            behaviour: Behaviour::default(),
            fault: Fault::default(),
            fault_after: 0,
        }
    }
}
