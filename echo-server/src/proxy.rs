//! A proxy for tests, as its owner sees it: started, watched and stopped from synchronous code.

pub(crate) mod fault;
pub(crate) mod journal;
pub(crate) mod options;

mod answer;
mod connect;
mod connection;
mod destination;
mod socks;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use crate::{
    acceptor::{accept_all, listen},
    proxy::{
        connection::Connection,
        journal::{ProxyJournal, SharedProxyJournal},
        options::{ProxyOptions, ProxyProtocol},
    },
    worker::Worker,
};

/// A running proxy, HTTP CONNECT (RFC 9110 §9.3.6) or SOCKS5 (RFC 1928). Dropping it ends all its connections and its
/// thread.
///
/// It leads nowhere but to this machine: `localhost`, the names it was given, and loopback addresses.
///
/// # Panics
/// Dropping it panics when the proxy has panicked, with the same message, so that the test that uses it fails; but
/// not on top of another panic.
pub struct Proxy {
    address: SocketAddr,
    options: Arc<ProxyOptions>,
    journal: Arc<SharedProxyJournal>,
    _worker: Worker,
}

impl Proxy {
    /// Listens, and starts the thread `echo-proxy`. Clients can connect once this returns.
    ///
    /// # Errors
    /// The address cannot be listened at, the thread cannot be started, or the protocol does not know the fault.
    pub fn start(options: ProxyOptions) -> io::Result<Self> {
        if !options.fault.fits(options.protocol) {
            let text = format!("{} is no fault of {}", options.fault, options.protocol);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let options = Arc::new(options);
        let journal = Arc::new(SharedProxyJournal::default());
        let mut address = options.listen;
        let worker = Worker::start("echo-proxy", |stop| {
            let listener = listen(options.listen)?;
            address = listener.local_addr()?;
            let (options, journal) = (Arc::clone(&options), Arc::clone(&journal));
            Ok(accept_all(listener, stop, move |stream, _| {
                let connection = Connection { options: Arc::clone(&options), journal: Arc::clone(&journal) };
                connection.run(stream)
            }))
        })?;
        Ok(Self { address, options, journal, _worker: worker })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to set as a proxy: `http://127.0.0.1:PORT` or `socks5://127.0.0.1:PORT`; over TLS `https://localhost:PORT`,
    /// the name that the certificates hold.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_as("")
    }

    /// The same with user-info, percent-encoded where that is needed, such as `user:password`.
    #[must_use]
    pub fn url_as(&self, user_info: &str) -> String {
        let at = if user_info.is_empty() { "" } else { "@" };
        let port = self.address.port();
        match (self.options.protocol, &self.options.tls) {
            (ProxyProtocol::Http, None) => format!("http://{user_info}{at}{}", self.address),
            (ProxyProtocol::Http, Some(_)) => format!("https://{user_info}{at}localhost:{port}"),
            (ProxyProtocol::Socks5, _) => format!("socks5://{user_info}{at}{}", self.address),
        }
    }

    /// A copy of what the proxy has seen so far.
    #[must_use]
    pub fn journal(&self) -> ProxyJournal {
        self.journal.read()
    }

    /// Waits until the condition holds, at most so long; whether it holds. The condition is asked anew whenever the
    /// journal changes; it must not call the proxy.
    #[must_use]
    pub fn wait_for(&self, at_most: Duration, condition: impl Fn(&ProxyJournal) -> bool) -> bool {
        self.journal.wait_for(at_most, condition)
    }
}
