//! TLS by rustls, where the system's library falls short: on Windows, with a client certificate, and for TLS 1.3 as
//! the least version. Its keys are in this process's memory, and nowhere else.
//!
//! SChannel cannot sign with such a key. A key in one of the old providers signs SHA-1 only, which servers with
//! OpenSSL 3 refuse, and with TLS 1.3 that ends the process. A key of CNG that is not persisted is no credential for
//! it, since another process, LSASS, does the signing. A persisted key survives a process that is killed; and as its
//! container takes its name from the PFX, two processes of one account overwrite each other's.
//!
//! Which certificates are trusted Windows still decides, see [`verifier`]. What rustls lacks: versions before 1.2,
//! ciphers without forward secrecy or in CBC mode, and renegotiation, with which some servers ask for the client's
//! certificate only after the request.

mod asn1;
pub(super) mod errors;
pub(super) mod key;
mod pbe;
pub(super) mod pfx;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod verifier;
pub(super) mod x509;

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, Error, InconsistentKeys};

use crate::message::Failure;
use crate::transport::tls::rustls::key::Key;
use crate::transport::tls::rustls::verifier::Verifier;
use crate::transport::tls::rustls::x509::Certificate;
use crate::transport::tls::{MinTlsVersion, TlsSettings, explain};

/// Whether it takes this module to make sessions with `settings`.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_wanted(settings: &TlsSettings) -> bool {
    settings.identity.is_some() || settings.min_version == MinTlsVersion::Tls13
}

/// What makes sessions with `settings` and shows `identity`: a certificate with its issuers, and its key.
///
/// # Errors
/// Those of the system, about the trusted certificates.
pub(super) fn connector(
    settings: &TlsSettings,
    identity: Option<(&[Certificate], &Key)>,
) -> Result<TlsConnector, Error> {
    let provider = Arc::new(default_provider());
    let verifier = Verifier::new(settings, Arc::clone(&provider))?;
    let versions = match settings.min_version {
        MinTlsVersion::Tls13 => &[&TLS13][..],
        MinTlsVersion::Tls10 | MinTlsVersion::Tls11 | MinTlsVersion::Tls12 => &[&TLS13, &TLS12],
    };
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions)?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    let config = match identity {
        Some((chain, key)) => {
            let key = chain.first().and_then(x509::public_key).and_then(|public_key| key.of(public_key));
            let key = key.ok_or(Error::InconsistentKeys(InconsistentKeys::KeyMismatch))?;
            let shown = CertifiedKey::new(chain.to_vec(), key);
            config.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(shown)))
        }
        None => config.with_no_client_auth(),
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Makes a session over `stream`, on a thread of its own: to judge the server's certificate Windows may ask the
/// network, for some seconds and without giving the thread back.
///
/// # Errors
/// The text says why there is none.
pub(super) async fn connect<S>(
    connector: &TlsConnector,
    server_name: &str,
    stream: S,
    settings: &TlsSettings,
) -> Result<TlsStream<S>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let name = ServerName::try_from(server_name.to_owned()).map_err(|error| explain::unprepared(&error))?;
    let min_version = match settings.min_version {
        MinTlsVersion::Tls13 => MinTlsVersion::Tls13,
        MinTlsVersion::Tls10 | MinTlsVersion::Tls11 | MinTlsVersion::Tls12 => MinTlsVersion::Tls12,
    };
    let (mut sender, receiver) = oneshot::channel();
    let (runtime, connecting) = (Handle::current(), connector.connect(name.clone(), stream));
    spawn_blocking(move || {
        runtime.block_on(async {
            tokio::select! {
                made = connecting => drop(sender.send(made)),
                // Nobody waits any more.
                () = sender.closed() => {}
            }
        });
    });
    let made = receiver.await.map_err(|error| explain::unprepared(&error))?;
    made.map_err(|error| explain::failed(errors::no_session(&error, &name, min_version), &error.to_string()))
}
