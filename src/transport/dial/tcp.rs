//! A host and a port → a TCP connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use native_api::Text;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use url::Host;

use crate::message::{Failure, FailureKind};
use crate::transport::dial::race::{by_turns, race};

/// Silence after which the system asks the other side for a sign of life, where nobody else does.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);

/// Connects to the first address of `host` that answers.
///
/// # Errors
/// [`FailureKind::Dns`], [`FailureKind::Refused`], [`FailureKind::Timeout`] or [`FailureKind::Network`].
pub(super) async fn connect(host: &Host<String>, port: u16) -> Result<TcpStream, Failure> {
    let addresses = resolve(host, port).await?;
    connect_any(&addresses).await.map_err(|errors| unreachable(host, port, errors))
}

async fn resolve(host: &Host<String>, port: u16) -> Result<Vec<SocketAddr>, Failure> {
    match host {
        Host::Ipv4(ip) => Ok(vec![SocketAddr::new(IpAddr::V4(*ip), port)]),
        Host::Ipv6(ip) => Ok(vec![SocketAddr::new(IpAddr::V6(*ip), port)]),
        Host::Domain(name) => {
            lookup_host((name.as_str(), port)).await.map(Iterator::collect).map_err(|error| {
                let (ru, en) = (format!("Узел {name} не найден"), format!("Host {name} is not found"));
                Failure::because(FailureKind::Dns, &ru, &en, error)
            })
        }
    }
}

async fn connect_any(addresses: &[SocketAddr]) -> Result<TcpStream, Vec<io::Error>> {
    race(by_turns(addresses), open).await
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // Small messages must not wait for the acknowledgement of earlier ones.
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_IDLE).with_interval(KEEPALIVE_INTERVAL);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    Ok(stream)
}

/// Of several errors the one that tells most: an answer tells more than none.
fn unreachable(host: &Host<String>, port: u16, errors: Vec<io::Error>) -> Failure {
    let rank = |error: &io::Error| match error.kind() {
        io::ErrorKind::ConnectionRefused => 0,
        io::ErrorKind::TimedOut => 1,
        _ => 2,
    };
    match errors.into_iter().min_by_key(rank) {
        None => Failure::new(
            FailureKind::Dns,
            Text::made(format!("У узла {host} нет адреса"), format!("Host {host} has no address")),
        ),
        Some(error) if error.kind() == io::ErrorKind::ConnectionRefused => Failure::new(
            FailureKind::Refused,
            Text::made(
                format!("Узел {host} не принимает соединения на порту {port}"),
                format!("Host {host} does not accept connections on port {port}"),
            ),
        ),
        Some(error) if error.kind() == io::ErrorKind::TimedOut => Failure::new(
            FailureKind::Timeout,
            Text::made(
                format!("Узел {host} не отвечает на порту {port}"),
                format!("Host {host} does not answer on port {port}"),
            ),
        ),
        Some(error) => Failure::because(
            FailureKind::Network,
            &format!("Нет связи с узлом {host}, порт {port}"),
            &format!("No connection to host {host}, port {port}"),
            error,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kinds: &[io::ErrorKind]) -> Failure {
        let errors = kinds.iter().map(|kind| io::Error::from(*kind)).collect();
        unreachable(&Host::parse("[::1]").unwrap(), 80, errors)
    }

    #[test]
    fn of_several_errors_the_most_telling_is_told() {
        use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut};
        for (kinds, kind, text) in [
            (&[][..], FailureKind::Dns, "Host [::1] has no address"),
            (
                &[NetworkUnreachable, TimedOut, ConnectionRefused],
                FailureKind::Refused,
                "Host [::1] does not accept connections on port 80",
            ),
            (&[TimedOut, HostUnreachable], FailureKind::Timeout, "Host [::1] does not answer on port 80"),
            (
                &[HostUnreachable, NetworkUnreachable],
                FailureKind::Network,
                "No connection to host [::1], port 80: host unreachable",
            ),
        ] {
            let failure = failure(kinds);
            assert_eq!((failure.kind, &*failure.text.en), (kind, text));
        }
    }

    #[tokio::test]
    async fn the_socket_is_quick_and_kept_alive() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = connect_any(&[listener.local_addr().unwrap()]).await.unwrap();
        assert!(stream.nodelay().unwrap());
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        assert_eq!(
            (socket.tcp_keepalive_time().unwrap(), socket.tcp_keepalive_interval().unwrap()),
            (KEEPALIVE_IDLE, KEEPALIVE_INTERVAL)
        );
    }

    /// A listener whose queue is full drops what comes: as silent as a firewall.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn an_address_that_is_silent_is_overtaken_and_closed() {
        use tokio::net::TcpSocket;
        use tokio::time::timeout;

        let answering = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = answering.local_addr().unwrap().port();
        let silent = TcpSocket::new_v4().unwrap();
        silent.bind(SocketAddr::from(([127, 0, 0, 2], port))).unwrap();
        let silent = silent.listen(0).unwrap();
        let silent_address = silent.local_addr().unwrap();
        let mut queued = Vec::new();
        while let Ok(connected) = timeout(Duration::from_secs(1), TcpStream::connect(silent_address)).await {
            queued.push(connected.unwrap());
        }
        let addresses = [silent_address, answering.local_addr().unwrap()];
        let start = std::time::Instant::now();
        let connected = timeout(Duration::from_secs(30), connect_any(&addresses)).await.unwrap().unwrap();
        assert_eq!(connected.peer_addr().unwrap(), addresses[1]);
        // Less would mean that the silent address was not tried first.
        assert!(start.elapsed() >= Duration::from_millis(250));
        // 127.0.0.2 and the port as the kernel writes them, and the state SYN_SENT.
        let attempt = format!("0200007F:{port:04X} 02");
        assert!(!std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&attempt));
    }
}
