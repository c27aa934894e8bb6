//! The server's side of a TLS handshake.

use std::{io, pin::Pin};

use openssl::{
    error::ErrorStack,
    ssl::{Ssl, SslAcceptor, SslMethod, SslVerifyMode, SslVersion},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_openssl::SslStream;

use crate::{certificate::Identity, fault::Fault};

/// OpenSSL has no TLS 1.0 above it.
const NO_SECURITY: u32 = 0;

/// Shakes hands, as wrong as the fault has it.
///
/// # Errors
/// The handshake fails, or OpenSSL does.
pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
    identity: &Identity,
    fault: &Fault,
    stream: S,
) -> io::Result<SslStream<S>> {
    let ssl = match fault {
        Fault::Tls10 => Ssl::new(tls_1_0(identity)?.context())?,
        Fault::ClientCertificate => Ssl::new(with_client_certificate(identity)?.context())?,
        _ => Ssl::new(identity.acceptor().context())?,
    };
    let mut stream = SslStream::new(ssl, stream)?;
    Pin::new(&mut stream).accept().await.map_err(io::Error::other)?;
    Ok(stream)
}

fn tls_1_0(identity: &Identity) -> Result<SslAcceptor, ErrorStack> {
    let mut acceptor = SslAcceptor::mozilla_intermediate(SslMethod::tls_server())?;
    acceptor.set_security_level(NO_SECURITY);
    acceptor.set_min_proto_version(Some(SslVersion::TLS1))?;
    acceptor.set_max_proto_version(Some(SslVersion::TLS1))?;
    acceptor.set_certificate(identity.certificate())?;
    acceptor.set_private_key(identity.key())?;
    Ok(acceptor.build())
}

fn with_client_certificate(identity: &Identity) -> Result<SslAcceptor, ErrorStack> {
    let mut acceptor = identity.acceptor_builder()?;
    acceptor.cert_store_mut().add_cert(identity.authority().to_owned())?;
    acceptor.add_client_ca(identity.authority())?;
    acceptor.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    // A session that is resumed is the server's own.
    acceptor.set_session_id_context(b"echo-server")?;
    Ok(acceptor.build())
}
