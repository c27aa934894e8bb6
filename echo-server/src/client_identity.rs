//! What a client shows to a server that demands a certificate, in every form in which it may be kept.

use std::{fmt, io};

use openssl::{
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkcs12::Pkcs12,
    pkey::{PKey, Private},
    provider::Provider,
    symm::Cipher,
    x509::X509,
};

const NAME: &str = "Echo Client";

/// Which key a client has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyKind {
    /// An elliptic curve, P-256.
    Ec,
    /// RSA of 2048 bits, which takes a moment to make.
    Rsa,
}

/// A client's certificate and key; nothing of it is written to a file unless the caller does. See
/// [`Certificates::client_identity`](crate::Certificates::client_identity).
pub struct ClientIdentity {
    certificate: X509,
    key: PKey<Private>,
}

/// Each of them fails only when OpenSSL cannot encode what it has made.
impl ClientIdentity {
    pub(crate) fn new(certificate: X509, key: PKey<Private>) -> Self {
        Self { certificate, key }
    }

    /// The certificate in PEM.
    ///
    /// # Errors
    /// As above.
    pub fn certificate_pem(&self) -> io::Result<String> {
        text(self.certificate.to_pem())
    }

    /// The key in PEM, as PKCS#8: `BEGIN PRIVATE KEY`.
    ///
    /// # Errors
    /// As above.
    pub fn key_pem(&self) -> io::Result<String> {
        text(self.key.private_key_to_pem_pkcs8())
    }

    /// The key in PEM, as PKCS#8 under a password: `BEGIN ENCRYPTED PRIVATE KEY`.
    ///
    /// # Errors
    /// As above.
    pub fn encrypted_key_pem(&self, password: &str) -> io::Result<String> {
        text(self.key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), password.as_bytes()))
    }

    /// The key in PEM, as it was before PKCS#8: `BEGIN RSA PRIVATE KEY` (PKCS#1) or `BEGIN EC PRIVATE KEY` (SEC1).
    ///
    /// # Errors
    /// As above.
    pub fn traditional_key_pem(&self) -> io::Result<String> {
        text(match self.key.rsa() {
            Ok(key) => key.private_key_to_pem(),
            Err(_) => self.key.ec_key()?.private_key_to_pem(),
        })
    }

    /// As [`Self::traditional_key_pem`], under a password: with a `DEK-Info` header.
    ///
    /// # Errors
    /// As above.
    pub fn encrypted_traditional_key_pem(&self, password: &str) -> io::Result<String> {
        let (cipher, password) = (Cipher::aes_256_cbc(), password.as_bytes());
        text(match self.key.rsa() {
            Ok(key) => key.private_key_to_pem_passphrase(cipher, password),
            Err(_) => self.key.ec_key()?.private_key_to_pem_passphrase(cipher, password),
        })
    }

    /// Both in a PFX file of today's kind: AES-256, SHA-256.
    ///
    /// # Errors
    /// As above.
    pub fn pfx(&self, password: &str) -> io::Result<Vec<u8>> {
        let pfx = Pkcs12::builder().name(NAME).cert(&self.certificate).pkey(&self.key).build2(password)?;
        Ok(pfx.to_der()?)
    }

    /// Both in a PFX file as old Windows writes it: the certificate under RC2 of 40 bits, the key under triple DES,
    /// SHA-1.
    ///
    /// # Errors
    /// As above.
    pub fn old_pfx(&self, password: &str) -> io::Result<Vec<u8>> {
        let _rc2 = Provider::try_load(None, "legacy", true)?;
        let pfx = Pkcs12::builder()
            .name(NAME)
            .cert(&self.certificate)
            .pkey(&self.key)
            .cert_algorithm(Nid::PBE_WITHSHA1AND40BITRC2_CBC)
            .key_algorithm(Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC)
            .mac_md(MessageDigest::sha1())
            .build2(password)?;
        Ok(pfx.to_der()?)
    }
}

fn text(pem: Result<Vec<u8>, ErrorStack>) -> io::Result<String> {
    Ok(String::from_utf8(pem?).expect("PEM is ASCII"))
}

impl fmt::Debug for ClientIdentity {
    /// Never shows the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").finish_non_exhaustive()
    }
}
