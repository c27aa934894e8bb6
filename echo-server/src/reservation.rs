//! A port for servers that come and go.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use tokio::net::TcpSocket;

/// A free port of 127.0.0.1 that nobody else is given: while no server listens at it, whoever connects is refused.
///
/// Any number of servers, one after the other, can be started with [`Options::listen`](crate::Options::listen) set
/// to its address. Only Linux keeps the port from others; elsewhere it is merely one that was free.
#[derive(Debug)]
pub struct Reservation {
    address: SocketAddr,
    #[cfg(target_os = "linux")]
    _bound: TcpSocket,
}

impl Reservation {
    /// Takes a free port.
    ///
    /// # Errors
    /// No socket can be made or bound.
    pub fn new() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // Others of this kind may be bound to the same address, and one of them may listen.
        #[cfg(target_os = "linux")]
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(Self {
            address: socket.local_addr()?,
            #[cfg(target_os = "linux")]
            _bound: socket,
        })
    }

    /// The address that is kept.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
