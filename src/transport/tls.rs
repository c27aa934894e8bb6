//! TLS: the system's trusted certificates, certificate and host name verified, version 1.2 or later.

use std::env;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};

use native_tls::{Protocol, TlsConnector};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio_native_tls::TlsStream;

use crate::message::{Failure, FailureKind};

/// What a connector depends on: where OpenSSL takes its trusted certificates from.
type Settings = [Option<OsString>; 2];

/// The connector made last. Loading the system's store takes about 50 ms and 860 KiB, so it is done once per
/// distinct settings and not on the network thread.
static CACHED: Mutex<Option<(Settings, Arc<TlsConnector>)>> = Mutex::new(None);

/// Makes a TLS session with the server that calls itself `server_name`.
///
/// # Errors
/// [`FailureKind::Tls`] with the reason the library gives.
pub async fn handshake(stream: TcpStream, server_name: &str) -> Result<TlsStream<TcpStream>, Failure> {
    let connector = connector().await?;
    let connector = tokio_native_tls::TlsConnector::from(connector.as_ref().clone());
    connector.connect(server_name, stream).await.map_err(refused)
}

async fn connector() -> Result<Arc<TlsConnector>, Failure> {
    let settings = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(env::var_os);
    if let Some((made_with, connector)) = &*CACHED.lock().unwrap_or_else(PoisonError::into_inner)
        && *made_with == settings
    {
        return Ok(Arc::clone(connector));
    }
    let made =
        spawn_blocking(|| TlsConnector::builder().min_protocol_version(Some(Protocol::Tlsv12)).build());
    let made = made.await.map_err(refused)?.map_err(refused)?;
    let made = Arc::new(made);
    *CACHED.lock().unwrap_or_else(PoisonError::into_inner) = Some((settings, Arc::clone(&made)));
    Ok(made)
}

fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::Tls, error)
}
