//! Certificates that are trusted beside the system's.

use std::fmt;
use std::sync::Arc;

use native_tls::Certificate;

use crate::transport::tls::given::{Content, Given};
#[cfg(not(target_os = "linux"))]
use crate::transport::tls::rustls::{pfx, x509};
use crate::transport::tls::unusable::{Part, Unusable};
use crate::transport::tls::{pem, prepare};
#[cfg(target_os = "linux")]
use crate::transport::tls::{pfx, x509};

/// Trusted certificates; cheap to copy and to compare.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Certificates(
    /// In DER.
    Arc<[Vec<u8>]>,
);

impl Certificates {
    /// Reads one or several certificates: PEM (other blocks in it are passed over), DER, or PKCS#12 without
    /// a password.
    ///
    /// # Errors
    /// There is none, or one of them cannot be read.
    pub fn read(given: Given<'_>) -> Result<Self, Unusable> {
        prepare();
        let certificates = match given.content().map_err(|why| Unusable::new(Part::Certificate, why))? {
            Content::Pem(text) => pem::blocks(&text)
                .filter(|block| block.is_certificate())
                .map(|block| block.der().and_then(|der| certificate(&der)).ok_or(BROKEN))
                .collect::<Result<Vec<_>, _>>()?,
            Content::Der(der) => match certificate(&der) {
                Some(certificate) => vec![certificate],
                None => in_pfx(&der)?,
            },
        };
        if certificates.is_empty() {
            return Err(NONE);
        }
        Ok(Self(certificates.into()))
    }

    /// Each in DER.
    pub(super) fn der(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }
}

const NONE: Unusable =
    Unusable::fixed(Part::Certificate, "данные без сертификатов", "data without certificates");
const BROKEN: Unusable = Unusable::fixed(
    Part::Certificate,
    "сертификат, который не читается",
    "a certificate that cannot be read",
);

/// `der` without what may follow the certificate; `None`: it is no certificate.
fn certificate(der: &[u8]) -> Option<Vec<u8>> {
    Certificate::from_der(der).and_then(|certificate| certificate.to_der()).ok()
}

fn in_pfx(der: &[u8]) -> Result<Vec<Vec<u8>>, Unusable> {
    let pfx = pfx::open(der, "")?;
    pfx.certificates.iter().map(|certificate| x509::der(certificate).ok_or(BROKEN)).collect()
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificates({})", self.0.len())
    }
}
