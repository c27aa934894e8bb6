//! TLS 1.0 and 1.1 on Linux. OpenSSL 3 speaks them at security level 0 only, and native-tls cannot lower the
//! level: so here OpenSSL is used without it.
//!
//! At that level short keys and outdated signatures do for certificates, too.

use std::error::Error;
use std::pin::Pin;

use openssl::error::ErrorStack;
use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode, SslVersion};
use openssl::x509::X509;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_openssl::SslStream;

use crate::message::Failure;
use crate::transport::tls::{MinTlsVersion, TlsSettings, explain};

/// Whether it takes this module to make sessions with `settings`.
pub(super) fn is_wanted(settings: &TlsSettings) -> bool {
    matches!(settings.min_version, MinTlsVersion::Tls10 | MinTlsVersion::Tls11)
}

/// What makes sessions with `settings`, as native-tls would make it.
///
/// # Errors
/// Those of OpenSSL.
pub(super) fn connector(settings: &TlsSettings) -> Result<SslConnector, ErrorStack> {
    let mut builder = SslConnector::builder(SslMethod::tls())?;
    builder.set_security_level(0);
    builder.set_min_proto_version(Some(match settings.min_version {
        MinTlsVersion::Tls10 => SslVersion::TLS1,
        MinTlsVersion::Tls11 => SslVersion::TLS1_1,
        MinTlsVersion::Tls12 => SslVersion::TLS1_2,
        MinTlsVersion::Tls13 => SslVersion::TLS1_3,
    }))?;
    let system = openssl_probe::probe();
    // What the system lacks, nothing is verified with: that shows at the handshake.
    if let Some(file) = &system.cert_file {
        let _ = builder.load_verify_locations(Some(file), None);
    }
    for folder in &system.cert_dir {
        let _ = builder.load_verify_locations(None, Some(folder));
    }
    for certificate in settings.trusted.der() {
        builder.cert_store_mut().add_cert(X509::from_der(certificate)?)?;
    }
    if let Some(identity) = &settings.identity {
        let (chain, key) = identity.parts();
        builder.set_certificate(&chain[0])?;
        builder.set_private_key(key)?;
        for certificate in &chain[1..] {
            builder.add_extra_chain_cert(certificate.clone())?;
        }
    }
    if !settings.verify_certificate {
        builder.set_verify(SslVerifyMode::NONE);
    }
    Ok(builder.build())
}

/// Makes a session over `stream`.
///
/// # Errors
/// The text says why there is none.
pub(super) async fn connect<S>(
    connector: &SslConnector,
    server_name: &str,
    stream: S,
    settings: &TlsSettings,
) -> Result<SslStream<S>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let configured = connector.configure().map(|it| it.verify_hostname(settings.verify_host_name));
    let stream =
        configured.and_then(|it| it.into_ssl(server_name)).and_then(|ssl| SslStream::new(ssl, stream));
    let mut stream = stream.map_err(|error| explain::unprepared(&error))?;
    match Pin::new(&mut stream).connect().await {
        Ok(()) => Ok(stream),
        Err(error) => {
            let verified = stream.ssl().verify_result();
            let words = format!("{error} ({verified})");
            Err(explain::no_session(error.source(), &words, settings.min_version))
        }
    }
}
