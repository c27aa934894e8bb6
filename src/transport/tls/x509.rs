//! Certificates, as OpenSSL reads them.

use openssl::x509::{X509, X509VerifyResult};

use crate::transport::tls::key::Key;

/// A certificate that has been read.
pub(super) type Certificate = X509;

/// The certificate that `der` begins with; `None`: it is none.
pub(super) fn from_der(der: &[u8]) -> Option<Certificate> {
    X509::from_der(der).ok()
}

/// Whether `certificate` is of the key's owner.
pub(super) fn belongs(certificate: &Certificate, key: &Key) -> bool {
    certificate.public_key().is_ok_and(|public| public.public_eq(key))
}

/// Whether `certificate` is of whoever has issued `other`, as far as the names tell.
pub(super) fn issued(certificate: &Certificate, other: &Certificate) -> bool {
    certificate.issued(other) == X509VerifyResult::OK
}

/// The certificate in DER; `None`: OpenSSL cannot encode it.
pub(super) fn der(certificate: &Certificate) -> Option<Vec<u8>> {
    certificate.to_der().ok()
}
