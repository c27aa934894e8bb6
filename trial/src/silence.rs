//! A server that accepts connections and never says a word.

use std::io;
use std::net::TcpListener;

/// The kernel completes connections to a listener that nobody accepts from.
pub(crate) struct Silence(TcpListener);

impl Silence {
    /// On a free port of 127.0.0.1.
    pub(crate) fn new() -> io::Result<Self> {
        TcpListener::bind("127.0.0.1:0").map(Self)
    }

    /// Its address under a scheme.
    pub(crate) fn url(&self, scheme: &str) -> io::Result<String> {
        Ok(format!("{scheme}://{}/", self.0.local_addr()?))
    }
}
