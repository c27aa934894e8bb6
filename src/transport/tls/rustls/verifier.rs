//! Judges the server's certificate: the system does, as far as the settings want it to.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use rustls_platform_verifier::Verifier as Platform;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error as TlsError, OtherError, SignatureScheme,
};

use crate::transport::tls::TlsSettings;
use crate::transport::tls::reasons::{self, Words};
use crate::transport::tls::rustls::x509;

/// Verifies as the settings say. That the server has the certificate's key is verified in any case.
#[derive(Debug)]
pub(super) struct Verifier {
    platform: Platform,
    verify_certificate: bool,
    verify_host_name: bool,
}

impl Verifier {
    /// Trusts the system's certificates and those of the settings.
    ///
    /// # Errors
    /// Those of the system.
    pub(super) fn new(settings: &TlsSettings, provider: Arc<CryptoProvider>) -> Result<Self, TlsError> {
        let trusted = settings.trusted.der().map(|der| CertificateDer::from(der.to_vec()));
        let trusted = trusted.collect::<Vec<_>>();
        let platform = if trusted.is_empty() {
            Platform::new(provider)?
        } else {
            Platform::new_with_extra_roots(trusted, provider)?
        };
        let TlsSettings { verify_certificate, verify_host_name, .. } = *settings;
        Ok(Self { platform, verify_certificate, verify_host_name })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if !self.verify_certificate {
            return Ok(ServerCertVerified::assertion());
        }
        let verify =
            |name: &ServerName<'_>| self.platform.verify_server_cert(certificate, others, name, ocsp, now);
        let mut judged = verify(name);
        if !self.verify_host_name && judged.as_ref().is_err_and(is_about_the_name) {
            // Nobody promises that the name is judged last, so this error does not say that all else is well. With
            // a name that the certificate is for, it says so itself.
            judged = Err(distrust(NAMELESS));
            for name in x509::names(certificate) {
                judged = verify(&name);
                if !judged.as_ref().is_err_and(is_about_the_name) {
                    break;
                }
            }
        }
        judged.map_err(|error| match error {
            TlsError::InvalidCertificate(CertificateError::UnknownIssuer)
                if x509::is_self_signed(certificate) =>
            {
                distrust(reasons::SELF_SIGNED)
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.platform.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.platform.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.platform.supported_verify_schemes()
    }
}

const NAMELESS: Words = ("в нём нет ни одного имени узла", "there is no host name in it");

const fn is_about_the_name(error: &TlsError) -> bool {
    matches!(
        error,
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        )
    )
}

/// A reason of our own among those of rustls.
#[derive(Debug)]
pub(super) struct Distrust(pub(super) Words);

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.1)
    }
}

impl Error for Distrust {}

fn distrust(words: Words) -> TlsError {
    TlsError::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Distrust(words)))))
}
