//! Takes TCP connections and lets each run as a task of its own.

use std::{io, net::SocketAddr, panic, time::Duration};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::oneshot,
    task::{JoinError, JoinSet},
    time::sleep,
};

/// More than this wait in the listening socket until others have ended.
const MOST_CONNECTIONS: usize = 4096;
const BACKLOG: u32 = 1024;
/// After a failure to accept, such as too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// Listens at `address`; needs a runtime around it.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Windows the option would allow two servers on one port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Runs `serve` for every connection until `stop` fires; then all of them are dropped.
///
/// # Panics
/// When one of them has panicked, with the same payload.
pub(crate) async fn accept_all<F>(
    listener: TcpListener,
    mut stop: oneshot::Receiver<()>,
    mut serve: impl FnMut(TcpStream, SocketAddr) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(ended) = tasks.join_next() => pass_on_panic(ended),
            _ = &mut stop => break,
            accepted = listener.accept(), if tasks.len() < MOST_CONNECTIONS => match accepted {
                Ok((stream, client)) => { tasks.spawn(serve(stream, client)); }
                Err(_) => sleep(PAUSE).await,
            },
        }
    }
    tasks.abort_all();
    while let Some(ended) = tasks.join_next().await {
        pass_on_panic(ended);
    }
}

fn pass_on_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && let Ok(payload) = error.try_into_panic()
    {
        panic::resume_unwind(payload);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::worker::Worker;

    #[test]
    #[should_panic(expected = "acceptor panicked: this connection")]
    fn the_panic_of_a_connection_is_passed_on() {
        let mut address = None;
        let worker = Worker::start("acceptor", |stop| {
            let listener = listen("127.0.0.1:0".parse().unwrap())?;
            address = Some(listener.local_addr()?);
            Ok(accept_all(listener, stop, |stream, _| async move {
                let _dropped_by_the_panic = stream;
                panic!("this connection");
            }))
        })
        .unwrap();
        let mut client = std::net::TcpStream::connect(address.unwrap()).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
        drop(worker);
    }
}
