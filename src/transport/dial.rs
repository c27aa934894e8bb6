//! Address → byte stream: name look-up, TCP, proxy, TLS.

mod race;
mod stream;
mod tcp;

use tokio::net::TcpStream;

use crate::message::Failure;
use crate::transport::address::Address;
use crate::transport::proxy::Proxy;
use crate::transport::proxy::request::Target;
use crate::transport::proxy::server::{ProxyProtocol, ProxyServer};
use crate::transport::proxy::tunnel;
use crate::transport::tls::{TlsSettings, handshake};

pub use stream::Stream;

/// How servers are reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialSettings {
    /// The proxy on the way.
    pub proxy: Proxy,
    /// For the TLS session with the server, and for that with an `https` proxy.
    pub tls: TlsSettings,
}

/// Connects to `address`. There is no limit of time but the caller's: dropped, it gives the attempt up and closes
/// its sockets at once; only a name look-up in progress goes on until the system ends it.
///
/// Behind a proxy nothing is looked up here but the proxy's own name.
///
/// # Errors
/// The kind tells the step that failed; all that concerns a proxy is
/// [`FailureKind::Proxy`](crate::message::FailureKind::Proxy), with its status when it answered with one.
pub async fn dial(address: &Address, settings: &DialSettings) -> Result<Stream, Failure> {
    match settings.proxy.server_for(address)? {
        None => over_tcp(tcp::connect(address.host(), address.port()).await?, address, settings).await,
        Some(server) => through(&server, address, settings).await,
    }
}

async fn over_tcp(tcp: TcpStream, address: &Address, settings: &DialSettings) -> Result<Stream, Failure> {
    if !address.is_secure() {
        return Ok(Stream::Plain(tcp));
    }
    let encrypted = handshake(tcp, &address.server_name(), &settings.tls).await?;
    Ok(Stream::Tls(Box::new(encrypted)))
}

async fn through(
    server: &ProxyServer,
    address: &Address,
    settings: &DialSettings,
) -> Result<Stream, Failure> {
    let of_proxy = |failure: Failure| server.failure(None, &failure.text);
    let target = Target { host: address.host(), port: address.port() };
    let mut tcp = tcp::connect(server.host(), server.port()).await.map_err(of_proxy)?;
    if server.protocol() != ProxyProtocol::Https {
        tunnel::open(&mut tcp, server, target).await?;
        return over_tcp(tcp, address, settings).await;
    }
    let mut outer = handshake(tcp, &server.server_name(), &settings.tls).await.map_err(of_proxy)?;
    tunnel::open(&mut outer, server, target).await?;
    if !address.is_secure() {
        return Ok(Stream::Tls(Box::new(outer)));
    }
    let inner = handshake(outer, &address.server_name(), &settings.tls).await?;
    Ok(Stream::TlsInTls(Box::new(inner)))
}
