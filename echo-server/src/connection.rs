//! One TCP connection from its beginning to its end.

use std::{io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use openssl::ssl::Ssl;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, split},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_openssl::SslStream;

use crate::{
    certificate::Identity,
    end::End,
    event::{Event, Request},
    exchange::Exchange,
    fault::Fault,
    handshake::{self, Head},
    options::Options,
    reader::{Reader, drain},
    registry::Registry,
    script::Script,
    shared_journal::SharedJournal,
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
        match &self.fault {
            Fault::NeverAccept => return Ok(drain(tcp).await),
            Fault::HangUp => {
                tcp.shutdown().await?;
                wait_for_end(tcp).await;
                return Ok(End::ServerHungUp);
            }
            _ => {}
        }
        match &self.options.tls {
            None => self.converse(tcp).await,
            Some(identity) => match timeout(HANDSHAKE_PATIENCE, encrypt(identity, tcp)).await {
                Ok(Ok(mut stream)) => self.converse(&mut stream).await,
                Ok(Err(error)) => Ok(End::Tls(error.to_string())),
                Err(_) => Ok(End::TimedOut),
            },
        }
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut S) -> io::Result<End> {
        let (mut input, output) = split(stream);
        let mut writer = Writer::new(output, &self.fault);
        let Ok(head) = timeout(HANDSHAKE_PATIENCE, handshake::read_head(&mut input)).await else {
            return Ok(End::TimedOut);
        };
        let answer = self.judge(head?);
        if let Fault::AcceptLate(delay) = self.fault {
            tokio::select! {
                biased;
                end = drain(&mut input) => return Ok(end),
                () = sleep(delay) => {}
            }
        }
        let (acceptance, read_ahead) = match answer {
            Ok(accepted) => accepted,
            Err((status, text)) => {
                writer.write(&handshake::refusal(status, &text)).await?;
                writer.shutdown().await?;
                wait_for_end(&mut input).await;
                return Ok(End::Refused(status));
            }
        };
        // Known as open before the client knows it, so that the client's side can be sure of it.
        let (queue, waiting) = self.registry.open(self.number);
        self.journal.record(self.number, Event::Opened);
        writer.write(&acceptance).await?;
        let mut exchange = Exchange {
            connection: self.number,
            journal: &self.journal,
            reader: Reader::new(input, read_ahead, &self.fault).await,
            writer,
            queue,
            waiting,
            script: Script::new(&self.options.behaviour),
        };
        let end = exchange.run(&self.fault, self.options.fault_after).await;
        if matches!(end, End::Clean | End::Violation(_) | End::ServerHungUp | End::TimedOut) {
            let _ = timeout(END_PATIENCE, async {
                exchange.writer.shutdown().await?;
                io::Result::Ok(exchange.reader.drain().await)
            })
            .await;
        }
        Ok(end)
    }

    /// The answer that accepts the request, with what came behind it, or the status and text that refuse it.
    fn judge(&self, head: Head) -> Result<(Vec<u8>, Vec<u8>), (u16, String)> {
        let (request, read_ahead) = head.map_err(|text| (400, text))?;
        self.journal.record(self.number, Event::Request(Request::from(&request)));
        if let Fault::Refuse(status) = self.fault {
            return Err((status, "refused on purpose".to_owned()));
        }
        let acceptance = handshake::acceptance(&request).map_err(|error| (400, error.to_string()))?;
        Ok((acceptance, read_ahead))
    }
}

async fn encrypt<S: AsyncRead + AsyncWrite + Unpin>(
    identity: &Identity,
    stream: S,
) -> io::Result<SslStream<S>> {
    let ssl = Ssl::new(identity.acceptor().context())?;
    let mut stream = SslStream::new(ssl, stream)?;
    Pin::new(&mut stream).accept().await.map_err(io::Error::other)?;
    Ok(stream)
}

/// Waits until the client has ended its side: a socket closed before that, with bytes unread, would be reset.
async fn wait_for_end(input: &mut (impl AsyncRead + Unpin)) {
    let _ = timeout(END_PATIENCE, drain(input)).await;
}
