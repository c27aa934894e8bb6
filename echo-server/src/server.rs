//! The server as its owner sees it: started, watched, steered and stopped from synchronous code.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;

use crate::{
    acceptor::{accept_all, listen},
    connection::Connection,
    fault::Fault,
    frame,
    journal::Journal,
    options::Options,
    outgoing::Outgoing,
    registry::Registry,
    shared_journal::SharedJournal,
    turns::Turns,
    worker::Worker,
};

/// How long a connection whose client does not read may hold up whoever sends to it.
const SEND_PATIENCE: Duration = Duration::from_secs(30);

/// A running server. Dropping it ends all its connections and its thread.
///
/// None of its methods is for asynchronous code: they block.
///
/// # Panics
/// Dropping it panics when the server has panicked, with the same message, so that the test that uses it fails;
/// but not on top of another panic.
pub struct Server {
    address: SocketAddr,
    options: Arc<Options>,
    turns: Arc<Turns<Fault>>,
    journal: Arc<SharedJournal>,
    registry: Arc<Registry>,
    worker: Worker,
}

impl Server {
    /// Listens, and starts the thread `echo-server`. Clients can connect once this returns.
    ///
    /// # Errors
    /// The address cannot be listened at, or the thread cannot be started.
    pub fn start(options: Options) -> io::Result<Self> {
        let options = Arc::new(options);
        let in_turn = match &options.faults_in_turn[..] {
            [] => vec![options.fault.clone()],
            in_turn => in_turn.to_vec(),
        };
        let turns = Arc::new(Turns::new(in_turn));
        let journal = Arc::new(SharedJournal::default());
        let registry = Arc::new(Registry::default());
        let mut address = options.listen;
        let worker = Worker::start("echo-server", |stop| {
            let listener = listen(options.listen)?;
            address = listener.local_addr()?;
            let (options, turns) = (Arc::clone(&options), Arc::clone(&turns));
            let (journal, registry) = (Arc::clone(&journal), Arc::clone(&registry));
            let mut number = 0;
            Ok(accept_all(listener, stop, move |stream, client| {
                number += 1;
                let connection = Connection {
                    number,
                    options: Arc::clone(&options),
                    fault: turns.next(),
                    journal: Arc::clone(&journal),
                    registry: Arc::clone(&registry),
                };
                connection.run(stream, client)
            }))
        })?;
        Ok(Self { address, options, turns, journal, registry, worker })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where to connect: `ws://127.0.0.1:PORT/`, or `wss://localhost:PORT/`, the name that the certificates hold.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_with("/")
    }

    /// The same with a path and, if you like, a query, such as `/events?app=1`.
    #[must_use]
    pub fn url_with(&self, path: &str) -> String {
        let port = self.address.port();
        match self.options.tls {
            Some(_) => format!("wss://localhost:{port}{path}"),
            None if self.address.ip().is_unspecified() => format!("ws://localhost:{port}{path}"),
            None => format!("ws://{}{path}", self.address),
        }
    }

    /// A copy of what the server has seen so far.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.journal.read(Journal::clone)
    }

    /// Reads the journal in its place, without a copy of the messages in it. The server waits meanwhile; `read` must
    /// not call it.
    pub fn read_journal<T>(&self, read: impl FnOnce(&Journal) -> T) -> T {
        self.journal.read(read)
    }

    /// Waits until the condition holds, at most so long; whether it holds. The condition is asked anew whenever the
    /// journal changes; it must not call the server.
    #[must_use]
    pub fn wait_for(&self, at_most: Duration, condition: impl Fn(&Journal) -> bool) -> bool {
        self.journal.wait_for(at_most, condition)
    }

    /// From now on, connections that are accepted have this fault, and no other in turn.
    pub fn set_fault(&self, fault: Fault) {
        self.turns.set(vec![fault]);
    }

    /// Sends a text message to every open connection; how many took it. A connection whose client does not read
    /// is given 30 s.
    pub fn broadcast(&self, text: &str) -> usize {
        self.enqueue(&Outgoing::Message(frame::text(text.to_owned())))
    }

    /// Sends a binary message as [`Server::broadcast`] sends a text.
    pub fn broadcast_binary(&self, bytes: &[u8]) -> usize {
        self.enqueue(&Outgoing::Message(frame::binary(bytes.to_vec())))
    }

    /// Sends a ping as [`Server::broadcast`] sends a text. At most 125 bytes are legal (RFC 6455 §5.5).
    pub fn ping_all(&self, payload: &[u8]) -> usize {
        self.enqueue(&Outgoing::Control(Frame::ping(payload.to_vec())))
    }

    /// Closes every open connection with this code and reason, after what waits to be written on it; how many took
    /// it. A client that does not answer within 10 s is left.
    pub fn close_all(&self, code: u16, reason: &str) -> usize {
        self.enqueue(&Outgoing::Close(frame::close(Some(code), reason)))
    }

    /// Resets every TCP connection, open or not, whatever waits to be written; how many there were.
    pub fn reset_all(&self) -> usize {
        self.registry.reset_all()
    }

    fn enqueue(&self, outgoing: &Outgoing) -> usize {
        let handle = self.worker.handle();
        let took = |queue: &tokio::sync::mpsc::Sender<Outgoing>| {
            let sent = async { timeout(SEND_PATIENCE, queue.send(outgoing.clone())).await };
            matches!(handle.block_on(sent), Ok(Ok(())))
        };
        self.registry.queues().iter().filter(|queue| took(queue)).count()
    }
}
