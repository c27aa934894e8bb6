//! Address → byte stream: name look-up, TCP, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio_native_tls::TlsStream;
use url::Host;

use crate::message::{Failure, FailureKind};
use crate::transport::address::Address;
use crate::transport::tls;

/// A byte stream to the server, plain or encrypted.
pub enum Stream {
    /// `ws`.
    Plain(TcpStream),
    /// `wss`.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connects to `address`. Dropped, it gives the attempt up at once; only a name look-up in progress goes on
/// until the system ends it.
///
/// # Errors
/// The kind tells the step that failed.
pub async fn dial(address: &Address) -> Result<Stream, Failure> {
    let tcp = connect(&resolve(address).await?).await?;
    // Small messages must not wait for the acknowledgement of earlier ones.
    tcp.set_nodelay(true).map_err(network)?;
    if !address.is_secure() {
        return Ok(Stream::Plain(tcp));
    }
    let encrypted = tls::handshake(tcp, &address.server_name()).await?;
    Ok(Stream::Tls(Box::new(encrypted)))
}

async fn resolve(address: &Address) -> Result<Vec<SocketAddr>, Failure> {
    let port = address.port();
    match address.host() {
        Host::Ipv4(ip) => Ok(vec![SocketAddr::new(IpAddr::V4(*ip), port)]),
        Host::Ipv6(ip) => Ok(vec![SocketAddr::new(IpAddr::V6(*ip), port)]),
        Host::Domain(name) => {
            let found = lookup_host((name.as_str(), port)).await;
            found.map(Iterator::collect).map_err(|error| Failure::new(FailureKind::Dns, error))
        }
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    let mut last = Failure::new(FailureKind::Dns, "the name has no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = network(error),
        }
    }
    Err(last)
}

fn network(error: io::Error) -> Failure {
    let kind = match error.kind() {
        io::ErrorKind::ConnectionRefused => FailureKind::Refused,
        io::ErrorKind::TimedOut => FailureKind::Timeout,
        _ => FailureKind::Network,
    };
    Failure::new(kind, error)
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
