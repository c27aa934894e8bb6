//! A way to an authorization server on which nothing moves until it may.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use tokio::sync::oneshot;
use url::Url;

/// Relays one connection, once it is let go. Dropped before, it cuts the connection.
pub(super) struct Relay {
    address: SocketAddr,
    accepted: oneshot::Receiver<()>,
    go: Sender<()>,
}

impl Relay {
    pub(super) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (accept, accepted) = oneshot::channel();
        let (go, gone) = channel();
        thread::spawn(move || {
            let (client, _) = listener.accept().unwrap();
            // The test may have ended.
            let _ = accept.send(());
            if gone.recv().is_ok() {
                let server = TcpStream::connect(server).unwrap();
                let (from_client, from_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || pass(from_client, server));
                pass(from_server, client);
            }
        });
        Self { address, accepted, go }
    }

    pub(super) fn url(&self) -> Url {
        Url::parse(&format!("http://{}", self.address)).unwrap()
    }

    /// Waits for the connection.
    pub(super) async fn accepted(&mut self) {
        (&mut self.accepted).await.unwrap();
    }

    pub(super) fn let_go(self) {
        self.go.send(()).unwrap();
    }
}

/// Either side may cut the line.
fn pass(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
