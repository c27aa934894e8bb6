//! Connections that are kept alive between requests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::connection::Connection;
use crate::transport::address::Address;
use crate::transport::dial::DialSettings;

/// Longest time without a request. Routers forget connections without telling anybody: a request would be
/// lost on them.
pub const IDLE_LIMIT: Duration = Duration::from_secs(30);

/// The connections of one client that are free, the latest used last.
pub(super) struct Kept {
    most: usize,
    /// `None` when the client was closed.
    connections: Mutex<Option<Vec<Free>>>,
}

struct Free {
    connection: Connection,
    since: Instant,
}

impl Kept {
    pub(super) const fn new(most: usize) -> Self {
        Self { most, connections: Mutex::new(Some(Vec::new())) }
    }

    /// A connection for a request. It may be stale.
    pub(super) fn take(&self, address: &Address, settings: &DialSettings) -> Option<Connection> {
        let mut kept = self.lock();
        let connections = kept.as_mut()?;
        connections.retain(|free| !free.connection.is_closed() && free.since.elapsed() < IDLE_LIMIT);
        let at = connections.iter().rposition(|free| free.connection.fits(address, settings))?;
        Some(connections.remove(at).connection)
    }

    /// Takes a connection back whose last answer came to its end. The one that was unused longest makes room.
    pub(super) fn put(&self, connection: Connection) {
        let mut kept = self.lock();
        let Some(connections) = kept.as_mut().filter(|_| !connection.is_closed()) else { return };
        connections.push(Free { connection, since: Instant::now() });
        if connections.len() > self.most {
            connections.remove(0);
        }
    }

    pub(super) fn close(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Free>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
