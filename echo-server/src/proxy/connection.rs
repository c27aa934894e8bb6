//! One TCP connection to a proxy from its beginning to its end.

use std::{io, pin::Pin, sync::Arc, time::Duration};

use openssl::ssl::Ssl;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, copy_bidirectional, sink},
    net::TcpStream,
    time::timeout,
};
use tokio_openssl::SslStream;

use crate::{
    certificate::Identity,
    proxy::{
        connect,
        fault::ProxyFault,
        journal::SharedProxyJournal,
        options::{ProxyOptions, ProxyProtocol},
        socks,
    },
};

/// How long a client may take until its tunnel is open.
const NEGOTIATION_PATIENCE: Duration = Duration::from_secs(60);
/// How long a client may take to end its side after the proxy has ended its own.
const END_PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Connection {
    pub(super) options: Arc<ProxyOptions>,
    pub(super) journal: Arc<SharedProxyJournal>,
}

impl Connection {
    pub(super) async fn run(self, tcp: TcpStream) {
        self.journal.accept();
        // What a client does wrong ends its own connection and is no matter of the others.
        let _ = self.serve(tcp).await;
        self.journal.end();
    }

    async fn serve(&self, mut tcp: TcpStream) -> io::Result<()> {
        // Bytes written alone travel alone.
        tcp.set_nodelay(true)?;
        match &self.options.tls {
            _ if self.options.fault == ProxyFault::HangUp => end(&mut tcp).await,
            None => self.negotiate(tcp).await,
            Some(identity) => {
                let encrypted = timeout(NEGOTIATION_PATIENCE, encrypt(identity, tcp)).await??;
                self.negotiate(encrypted).await
            }
        }
    }

    async fn negotiate<S: AsyncRead + AsyncWrite + Unpin>(&self, mut client: S) -> io::Result<()> {
        let (options, journal) = (&self.options, &self.journal);
        let negotiated = timeout(NEGOTIATION_PATIENCE, async {
            match options.protocol {
                ProxyProtocol::Http => connect::negotiate(&mut client, options, journal).await,
                ProxyProtocol::Socks5 => socks::negotiate(&mut client, options, journal).await,
            }
        });
        match negotiated.await?? {
            Some(mut target) => copy_bidirectional(&mut client, &mut target).await.map(|_| ()),
            None => end(&mut client).await,
        }
    }
}

async fn encrypt(identity: &Identity, tcp: TcpStream) -> io::Result<SslStream<TcpStream>> {
    let mut stream = SslStream::new(Ssl::new(identity.acceptor().context())?, tcp)?;
    Pin::new(&mut stream).accept().await.map_err(io::Error::other)?;
    Ok(stream)
}

/// Ends the stream and waits for the client to do so too: a socket closed before that, with bytes unread, would be
/// reset.
async fn end<S: AsyncRead + AsyncWrite + Unpin>(client: &mut S) -> io::Result<()> {
    client.shutdown().await?;
    timeout(END_PATIENCE, copy(client, &mut sink())).await?.map(|_| ())
}
