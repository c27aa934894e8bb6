//! TLS: from a byte stream to an encrypted one.
//!
//! Certificate and host name are verified against the system's trusted certificates, version 1.2 or later,
//! unless [`TlsSettings`] say otherwise. The TLS library is known to the modules below only: native-tls;
//! on Linux OpenSSL, which it wraps, for what it does not offer; and on Windows rustls, for what SChannel cannot do.

pub mod certificates;
mod connector;
pub mod explain;
pub mod given;
pub mod identity;
#[cfg(target_os = "linux")]
mod key;
#[cfg(target_os = "linux")]
mod legacy;
#[cfg(target_os = "linux")]
mod openssl_errors;
#[cfg(target_os = "linux")]
mod outdated;
mod pem;
#[cfg(target_os = "linux")]
mod pfx;
mod reasons;
#[cfg(any(not(target_os = "linux"), test))]
mod rustls;
#[cfg(any(not(target_os = "linux"), test))]
mod schannel_errors;
pub mod stream;
pub mod unusable;
#[cfg(target_os = "linux")]
mod x509;

use std::error::Error;

use native_tls::Protocol;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::message::Failure;
use crate::transport::tls::certificates::Certificates;
use crate::transport::tls::connector::Connector;
use crate::transport::tls::identity::Identity;
use crate::transport::tls::stream::TlsStream;

/// What a TLS session is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// Whether the server's certificate must be valid and from a trusted issuer. If not, the name in it is not
    /// looked at either, and anybody on the way can read and change everything.
    pub verify_certificate: bool,
    /// Whether the certificate must be for the server's name.
    pub verify_host_name: bool,
    /// Trusted issuers, beside the system's. With OpenSSL a chain must end in one that has signed itself.
    pub trusted: Certificates,
    /// What is shown to a server that asks who we are.
    pub identity: Option<Identity>,
    /// The oldest version that will do.
    pub min_version: MinTlsVersion,
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self {
            verify_certificate: true,
            verify_host_name: true,
            trusted: Certificates::default(),
            identity: None,
            min_version: MinTlsVersion::default(),
        }
    }
}

/// The oldest version of TLS that will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MinTlsVersion {
    /// TLS 1.0 (RFC 2246). With this and the next one, OpenSSL takes short keys and outdated signatures, too.
    Tls10,
    /// TLS 1.1 (RFC 4346).
    Tls11,
    /// TLS 1.2 (RFC 5246).
    #[default]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl MinTlsVersion {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::Tls10 => "1.0",
            Self::Tls11 => "1.1",
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }

    const fn native(self) -> Protocol {
        match self {
            Self::Tls10 => Protocol::Tlsv10,
            Self::Tls11 => Protocol::Tlsv11,
            Self::Tls12 => Protocol::Tlsv12,
            Self::Tls13 => Protocol::Tlsv13,
        }
    }
}

/// Makes a TLS session over `stream` with the server that calls itself `server_name`, a host name or an IP
/// address.
///
/// In TLS 1.3 the server judges our certificate after the session is made: its refusal is the error of a later
/// read, see [`explain::explain_io`].
///
/// # Errors
/// [`FailureKind::Tls`](crate::message::FailureKind::Tls); the text says what is wrong.
pub async fn handshake<S>(
    stream: S,
    server_name: &str,
    settings: &TlsSettings,
) -> Result<TlsStream<S>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match connector::connector(settings).await? {
        Connector::Native(connector) => {
            let connector = tokio_native_tls::TlsConnector::from(connector);
            let made = connector.connect(server_name, stream).await;
            made.map(TlsStream::Native).map_err(|error| {
                explain::no_session(error.source(), &error.to_string(), settings.min_version)
            })
        }
        #[cfg(target_os = "linux")]
        Connector::Outdated(connector) => {
            outdated::connect(&connector, server_name, stream, settings).await.map(TlsStream::Outdated)
        }
        #[cfg(not(target_os = "linux"))]
        Connector::Rustls(connector) => {
            let made = rustls::connect(&connector, server_name, stream, settings).await;
            made.map(|stream| TlsStream::Rustls(Box::new(stream)))
        }
    }
}

/// To be called before anything else of the TLS library, on whichever thread.
fn prepare() {
    // OpenSSL leaves a destructor with every thread that has used it, so the library must stay.
    native_api::module::pin();
    #[cfg(target_os = "linux")]
    system::openssl::start();
}
