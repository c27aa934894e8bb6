//! One TCP connection from its beginning to its end.

use std::{
    io,
    iter::{once, repeat},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, split},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    deflater::Deflater,
    end::End,
    event::{Event, Request},
    exchange::Exchange,
    fault::Fault,
    handshake::{self, Head},
    inflated::{Inflated, Tally},
    inflater::Inflater,
    options::Options,
    reader::{Reader, drain},
    registry::Registry,
    reply::Reply,
    script::Script,
    shared_journal::SharedJournal,
    tls,
    writer::Writer,
};

/// How long a client may take for its TLS handshake, and for its request.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(60);
/// How long a client may take to end its side after the server has ended its own.
const END_PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Connection {
    pub(crate) number: u64,
    pub(crate) options: Arc<Options>,
    /// In place of the one in the options.
    pub(crate) fault: Fault,
    pub(crate) journal: Arc<SharedJournal>,
    pub(crate) registry: Arc<Registry>,
}

impl Connection {
    pub(crate) async fn run(self, mut tcp: TcpStream, client: SocketAddr) {
        self.journal.record(self.number, Event::Accepted(client));
        let reset = self.registry.add(self.number);
        let end = tokio::select! {
            biased;
            () = reset.notified() => End::ServerReset,
            end = self.serve(&mut tcp) => end.unwrap_or_else(End::from),
        };
        if end == End::ServerReset {
            // Fails only on a socket that is reset already.
            let _ = tcp.set_zero_linger();
        }
        drop(tcp);
        self.registry.remove(self.number);
        self.journal.end(self.number, end);
    }

    async fn serve(&self, tcp: &mut TcpStream) -> io::Result<End> {
        // Small frames leave at once, so that single bytes travel as single bytes.
        tcp.set_nodelay(true)?;
        let is_too_many = self.options.session_limit.is_some_and(|limit| self.registry.count() > limit);
        match &self.fault {
            _ if is_too_many => return hang_up(tcp).await,
            Fault::NeverAccept => return Ok(drain(tcp).await),
            Fault::HangUp => return hang_up(tcp).await,
            _ => {}
        }
        let Some(identity) = &self.options.tls else { return self.converse(tcp).await };
        let error = match timeout(HANDSHAKE_PATIENCE, tls::accept(identity, &self.fault, &mut *tcp)).await {
            Ok(Ok(mut stream)) => return self.converse(&mut stream).await,
            Ok(Err(error)) => error,
            Err(_) => return Ok(End::TimedOut),
        };
        // The alert that tells the client why must not be lost with a reset.
        tcp.shutdown().await?;
        wait_for_end(tcp).await;
        Ok(End::Tls(error.to_string()))
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut S) -> io::Result<End> {
        let (mut input, output) = split(stream);
        let mut writer = Writer::new(output, &self.fault);
        let Ok(head) = timeout(HANDSHAKE_PATIENCE, handshake::read_head(&mut input)).await else {
            return Ok(End::TimedOut);
        };
        let (reply, read_ahead) = self.reply(head?);
        if let Fault::AcceptLate(delay) = self.fault {
            tokio::select! {
                biased;
                end = drain(&mut input) => return Ok(end),
                () = sleep(delay) => {}
            }
        }
        let (head, agreed) = match reply {
            Reply::Accept { head, agreed } => (head, agreed),
            Reply::Refuse { status, response, left_open } => {
                writer.write(&response).await?;
                if left_open {
                    drain(&mut input).await;
                } else {
                    writer.shutdown().await?;
                    wait_for_end(&mut input).await;
                }
                return Ok(End::Refused(status));
            }
            Reply::Endless { beginning, again } => {
                let pieces = once(beginning).chain(repeat(again));
                return tokio::select! {
                    end = drain(&mut input) => Ok(end),
                    written = writer.strike(pieces) => written.map(|()| End::ServerHungUp),
                };
            }
        };
        // Known as open before the client knows it, so that the client's side can be sure of it.
        let (queue, waiting) = self.registry.open(self.number);
        self.journal.record(self.number, Event::Opened);
        writer.write(&head).await?;
        let inflater = agreed.map(|agreed| {
            writer.compress(Deflater::new(&agreed));
            let journal = Arc::clone(&self.journal);
            (Inflater::new(&agreed), Box::new(move || journal.count_compressed()) as Tally)
        });
        let mut exchange = Exchange {
            connection: self.number,
            journal: &self.journal,
            reader: Reader::new(Inflated::new(input, read_ahead, inflater), &self.fault).await,
            writer,
            queue,
            waiting,
            script: Script::new(&self.options.behaviour),
        };
        let end = exchange.run(&self.fault, self.options.fault_after).await;
        if matches!(end, End::Clean | End::Violation(_) | End::ServerHungUp | End::TimedOut) {
            let _ = timeout(END_PATIENCE, async {
                exchange.writer.shutdown().await?;
                io::Result::Ok(exchange.listen().await)
            })
            .await;
        }
        Ok(end)
    }

    /// What to answer, and what came behind the request.
    fn reply(&self, head: Head) -> (Reply, Vec<u8>) {
        match head {
            Ok((request, read_ahead)) => {
                self.journal.record(self.number, Event::Request(Request::from(&request)));
                (Reply::to(&request, &self.options, &self.fault), read_ahead)
            }
            Err(text) => (Reply::refuse(400, &text), Vec::new()),
        }
    }
}

async fn hang_up(tcp: &mut TcpStream) -> io::Result<End> {
    tcp.shutdown().await?;
    wait_for_end(tcp).await;
    Ok(End::ServerHungUp)
}

/// Waits until the client has ended its side: a socket closed before that, with bytes unread, would be reset.
async fn wait_for_end(input: &mut (impl AsyncRead + Unpin)) {
    let _ = timeout(END_PATIENCE, drain(input)).await;
}
