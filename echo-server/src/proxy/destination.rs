//! Where a proxy leads: nowhere but to this machine.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
};

use tokio::net::TcpStream;

use crate::proxy::journal::ProxyHost;

/// Connects to a loopback address, or to `localhost` or one of `names`, which are 127.0.0.1.
///
/// # Errors
/// [`io::ErrorKind::NotFound`] for another name, [`io::ErrorKind::PermissionDenied`] for another address, else those of
/// connecting.
pub(super) async fn reach(host: &ProxyHost, port: u16, names: &[String]) -> io::Result<TcpStream> {
    let address = match host {
        ProxyHost::Name(name) => {
            let known = names.iter().map(String::as_str).chain(["localhost"]);
            let is_known = { known }.any(|known| known.eq_ignore_ascii_case(name));
            if !is_known {
                return Err(io::ErrorKind::NotFound.into());
            }
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        }
        ProxyHost::Address(address) if address.is_loopback() => *address,
        ProxyHost::Address(_) => return Err(io::ErrorKind::PermissionDenied.into()),
    };
    let stream = TcpStream::connect((address, port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
