//! The record of what a proxy saw.

use std::{
    fmt,
    net::IpAddr,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// More requests than these are counted and not kept.
const MAX_REQUESTS: usize = 4096;

/// What a proxy saw.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProxyJournal {
    /// TCP connections accepted since it started.
    pub accepted: usize,
    /// TCP connections there are now.
    pub connections: usize,
    /// Tunnels opened since it started.
    pub tunnels: usize,
    /// What was asked for, in the order in which it was; the first 4,096 requests.
    pub requests: Vec<ProxyRequest>,
}

/// What a client asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProxyRequest {
    /// The host as the client gave it.
    pub host: ProxyHost,
    /// The port.
    pub port: u16,
    /// User name and password, if the client gave them.
    pub credentials: Option<(String, String)>,
}

/// A host as a client gave it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ProxyHost {
    /// A name, for the proxy to resolve.
    Name(String),
    /// An address.
    Address(IpAddr),
}

impl fmt::Display for ProxyHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => write!(f, "{address}"),
        }
    }
}

/// The journal between the proxy's thread, which writes it, and whoever waits for something in it.
#[derive(Default)]
pub(crate) struct SharedProxyJournal {
    journal: Mutex<ProxyJournal>,
    changed: Condvar,
}

impl SharedProxyJournal {
    pub(super) fn accept(&self) {
        self.change(|journal| {
            journal.accepted += 1;
            journal.connections += 1;
        });
    }

    pub(super) fn request(&self, request: ProxyRequest) {
        self.change(|journal| {
            if journal.requests.len() < MAX_REQUESTS {
                journal.requests.push(request);
            }
        });
    }

    pub(super) fn open(&self) {
        self.change(|journal| journal.tunnels += 1);
    }

    pub(super) fn end(&self) {
        self.change(|journal| journal.connections -= 1);
    }

    pub(super) fn read(&self) -> ProxyJournal {
        self.lock().clone()
    }

    pub(super) fn wait_for(&self, timeout: Duration, condition: impl Fn(&ProxyJournal) -> bool) -> bool {
        let (_journal, waited) = self
            .changed
            .wait_timeout_while(self.lock(), timeout, |journal| !condition(journal))
            .unwrap_or_else(PoisonError::into_inner);
        !waited.timed_out()
    }

    fn change(&self, change: impl FnOnce(&mut ProxyJournal)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// A condition that panicked under the lock has changed nothing.
    fn lock(&self) -> MutexGuard<'_, ProxyJournal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
