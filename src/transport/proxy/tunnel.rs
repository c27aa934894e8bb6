//! Opens a tunnel through a proxy that is connected already.

use tokio::io::{AsyncRead, AsyncWrite};

use crate::message::Failure;
use crate::transport::proxy::request::Target;
use crate::transport::proxy::server::{ProxyProtocol, ProxyServer};
use crate::transport::proxy::{connect, socks};

/// Asks `server`, to which `stream` leads, for a tunnel to `target`. Not a byte behind the answer is read: what
/// the other end sends first is left in `stream`.
///
/// # Errors
/// [`FailureKind::Proxy`](crate::message::FailureKind::Proxy), with a status when the proxy answered with one.
pub async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    server: &ProxyServer,
    target: Target<'_>,
) -> Result<(), Failure> {
    let opened = match server.protocol() {
        ProxyProtocol::Http | ProxyProtocol::Https => {
            connect::open(stream, target, server.credentials()).await
        }
        ProxyProtocol::Socks5 => socks::open(stream, target, server.credentials()).await,
    };
    opened.map_err(|refusal| server.failure(refusal.status, &refusal.text))
}
