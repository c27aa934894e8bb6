//! The certificate that we show to servers which ask for one, with its private key.

use std::fmt;
use std::sync::Arc;

use crate::transport::tls::given::{Content, Given};
#[cfg(not(target_os = "linux"))]
use crate::transport::tls::rustls::{key, pfx, x509};
use crate::transport::tls::unusable::{Part, Unusable};
#[cfg(target_os = "linux")]
use crate::transport::tls::{key, pfx, x509};
use crate::transport::tls::{pem, prepare};

/// A client certificate with its key. The key stays in memory and is never shown.
#[derive(Clone)]
pub struct Identity {
    /// Begins with the certificate itself.
    chain: Arc<[x509::Certificate]>,
    key: key::Key,
    /// What tells it from others: the certificates in DER.
    mark: Arc<[u8]>,
}

impl Identity {
    /// Reads a certificate, the certificates between it and its authority, if there are any, and the private
    /// key: from `key`, or else from the same PEM or PFX. In a PEM they may be in any order. `password`
    /// decrypts key or PFX; where nothing is encrypted, it is not looked at.
    ///
    /// Elsewhere than on Linux a key must be RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519, and an encrypted one
    /// PKCS#8: no other is read without the system's libraries, which would store it.
    ///
    /// # Errors
    /// Something is not what it must be, the password is wrong, or the key belongs to another certificate.
    pub fn read(certificate: Given<'_>, password: &str, key: Option<Given<'_>>) -> Result<Self, Unusable> {
        prepare();
        if password.contains('\0') {
            return Err(Unusable::fixed(
                Part::Password,
                "пароль с символом U+0000",
                "a password with the character U+0000",
            ));
        }
        let apart = key.map(|key| key::read(key, password)).transpose()?;
        let (certificates, key) = match certificate.content() {
            Err(why) => return Err(Unusable::new(Part::Certificate, why)),
            Ok(Content::Pem(text)) => {
                let key = apart.map_or_else(|| key::in_pem(&text, password), |key| Ok(Some(key)))?;
                (in_pem(&text)?, key)
            }
            Ok(Content::Der(der)) => match x509::from_der(&der) {
                Some(certificate) => (vec![certificate], apart),
                None => {
                    let pfx = pfx::open(&der, password)?;
                    (pfx.certificates, apart.or(pfx.key))
                }
            },
        };
        if certificates.is_empty() {
            return Err(wrong_certificate("данные без сертификата", "data without a certificate"));
        }
        let key = key.ok_or(Unusable::fixed(
            Part::Key,
            "ничего, а вместе с сертификатом закрытого ключа нет",
            "nothing, and there is no private key with the certificate",
        ))?;
        let chain = chain(certificates, &key)?;
        let mark = chain.iter().map(x509::der).collect::<Option<Vec<_>>>().ok_or(BROKEN)?.concat();
        Ok(Self { chain: chain.into(), key, mark: mark.into() })
    }

    /// It, as native-tls takes it.
    ///
    /// # Errors
    /// Those of the library.
    #[cfg(target_os = "linux")]
    pub(super) fn native(&self) -> native_tls::Result<native_tls::Identity> {
        // Whatever OpenSSL has read it can write; if not, native-tls finds nothing to read.
        let chain = self.chain.iter().map(|certificate| certificate.to_pem()).collect::<Result<Vec<_>, _>>();
        let key = self.key.private_key_to_pem_pkcs8().unwrap_or_default();
        native_tls::Identity::from_pkcs8(&chain.unwrap_or_default().concat(), &key)
    }

    /// The certificate with its issuers, and the key.
    pub(super) fn parts(&self) -> (&[x509::Certificate], &key::Key) {
        (&self.chain, &self.key)
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
}

impl Eq for Identity {}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

const fn wrong_certificate(ru: &'static str, en: &'static str) -> Unusable {
    Unusable::fixed(Part::Certificate, ru, en)
}

const BROKEN: Unusable =
    wrong_certificate("сертификат, который не читается", "a certificate that cannot be read");

fn in_pem(text: &str) -> Result<Vec<x509::Certificate>, Unusable> {
    let certificates = pem::blocks(text).filter(|block| block.is_certificate());
    certificates.map(|block| block.der().and_then(|der| x509::from_der(&der)).ok_or(BROKEN)).collect()
}

/// The certificate that belongs to `key`, and after it each one's issuer, as far as they are there.
fn chain(
    mut certificates: Vec<x509::Certificate>,
    key: &key::Key,
) -> Result<Vec<x509::Certificate>, Unusable> {
    let own = certificates.iter().position(|certificate| x509::belongs(certificate, key));
    let own = own.ok_or(Unusable::fixed(
        Part::Key,
        "закрытый ключ, который не подходит к сертификату",
        "a private key that does not match the certificate",
    ))?;
    let mut chain = vec![certificates.swap_remove(own)];
    while let Some(last) = chain.last()
        && let Some(issuer) = certificates.iter().position(|other| x509::issued(other, last))
    {
        chain.push(certificates.swap_remove(issuer));
    }
    Ok(chain)
}
