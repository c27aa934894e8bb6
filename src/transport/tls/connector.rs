//! What makes TLS sessions: one connector per distinct settings, kept for the next connection.

use std::env;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::message::Failure;
#[cfg(not(target_os = "linux"))]
use crate::transport::tls::identity::Identity;
#[cfg(target_os = "linux")]
use crate::transport::tls::outdated;
#[cfg(not(target_os = "linux"))]
use crate::transport::tls::rustls;
use crate::transport::tls::{TlsSettings, explain, prepare};

/// Connectors kept. One takes about 50 ms and 860 KiB: it holds the system's store of certificates.
const KEPT: usize = 16;

static CACHE: Mutex<Cache<Origin, Slot>> = Mutex::new(Cache::new());

/// Makes sessions.
#[derive(Clone)]
pub(super) enum Connector {
    /// By the platform's TLS library.
    Native(native_tls::TlsConnector),
    /// By OpenSSL, with versions that are out of date allowed.
    #[cfg(target_os = "linux")]
    Outdated(openssl::ssl::SslConnector),
    /// By rustls, with keys in memory.
    #[cfg(not(target_os = "linux"))]
    Rustls(tokio_rustls::TlsConnector),
}

/// A connector, or its place until it is made.
type Slot = Arc<OnceCell<Connector>>;

/// Everything that a connector depends on.
#[derive(Clone, PartialEq)]
struct Origin {
    settings: TlsSettings,
    /// Where OpenSSL takes the system's certificates from.
    environment: [Option<OsString>; 2],
}

/// The connector for `settings`: made on another thread, and once however many ask for it.
///
/// # Errors
/// [`FailureKind::Tls`](crate::message::FailureKind::Tls); the next call tries again.
pub(super) async fn connector(settings: &TlsSettings) -> Result<Connector, Failure> {
    let environment = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(env::var_os);
    let origin = Origin { settings: settings.clone(), environment };
    let slot = CACHE.lock().unwrap_or_else(PoisonError::into_inner).slot(&origin);
    let make = || async {
        let made = spawn_blocking(move || make(&origin.settings)).await;
        made.map_err(|error| explain::unprepared(&error))?
    };
    slot.get_or_try_init(make).await.cloned()
}

fn make(settings: &TlsSettings) -> Result<Connector, Failure> {
    prepare();
    #[cfg(target_os = "linux")]
    if outdated::is_wanted(settings) {
        let made = outdated::connector(settings).map(Connector::Outdated);
        return made.map_err(|error| explain::unprepared(&error));
    }
    #[cfg(not(target_os = "linux"))]
    if rustls::is_wanted(settings) {
        let identity = settings.identity.as_ref().map(Identity::parts);
        let made = rustls::connector(settings, identity).map(Connector::Rustls);
        return made.map_err(|error| explain::unprepared(&error));
    }
    native(settings).map(Connector::Native).map_err(|error| explain::unprepared(&error))
}

fn native(settings: &TlsSettings) -> native_tls::Result<native_tls::TlsConnector> {
    let mut builder = native_tls::TlsConnector::builder();
    builder
        .min_protocol_version(Some(settings.min_version.native()))
        .danger_accept_invalid_certs(!settings.verify_certificate)
        .danger_accept_invalid_hostnames(!settings.verify_host_name);
    for der in settings.trusted.der() {
        builder.add_root_certificate(native_tls::Certificate::from_der(der)?);
    }
    #[cfg(target_os = "linux")]
    if let Some(identity) = &settings.identity {
        builder.identity(identity.native()?);
    }
    builder.build()
}

/// The values used last, with their keys; the one used longest ago goes first.
struct Cache<K, V>(Vec<(K, V)>);

impl<K: Clone + PartialEq, V: Clone + Default> Cache<K, V> {
    const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of `key`; a new one if there is none.
    fn slot(&mut self, key: &K) -> V {
        let entry = match self.0.iter().position(|(kept, _)| kept == key) {
            Some(index) => self.0.remove(index),
            None => (key.clone(), V::default()),
        };
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        let value = entry.1.clone();
        self.0.push(entry);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_used_last_are_kept() {
        let mut cache = Cache::<usize, Arc<()>>::new();
        let first = cache.slot(&0);
        let others = (1..KEPT).map(|key| cache.slot(&key)).collect::<Vec<_>>();
        assert!(Arc::ptr_eq(&first, &cache.slot(&0)), "all fit");
        cache.slot(&KEPT);
        assert_eq!(cache.0.len(), KEPT);
        assert!(Arc::ptr_eq(&first, &cache.slot(&0)), "used after the others");
        assert!(Arc::ptr_eq(&others[1], &cache.slot(&2)));
        assert!(!Arc::ptr_eq(&others[0], &cache.slot(&1)), "used longest ago");
        assert_eq!(cache.0.len(), KEPT);
    }

    #[tokio::test]
    async fn identical_settings_share_one_connector() {
        let settings = || TlsSettings { verify_host_name: false, ..TlsSettings::default() };
        let slot = || {
            let environment = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(env::var_os);
            CACHE.lock().unwrap().slot(&Origin { settings: settings(), environment })
        };
        let (before, equal) = (slot(), [settings(), settings()]);
        let (one, other) = tokio::join!(connector(&equal[0]), connector(&equal[1]));
        assert!(one.is_ok() && other.is_ok());
        assert!(Arc::ptr_eq(&before, &slot()) && before.get().is_some());
    }
}
