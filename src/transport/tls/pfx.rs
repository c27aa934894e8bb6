//! PFX (PKCS#12, RFC 7292): certificates and perhaps a key in one encrypted file.

use openssl::error::ErrorStack;
use openssl::pkcs12::Pkcs12;

use crate::transport::tls::key::Key;
use crate::transport::tls::legacy::with_legacy_ciphers;
use crate::transport::tls::unusable::{Part, Unusable};
use crate::transport::tls::x509::Certificate;

/// What was in it.
pub(super) struct Pfx {
    /// All certificates, in no particular order.
    pub(super) certificates: Vec<Certificate>,
    /// The private key.
    pub(super) key: Option<Key>,
}

/// Opens a PFX, modern or old.
///
/// # Errors
/// It is none, or the password is wrong.
pub(super) fn open(der: &[u8], password: &str) -> Result<Pfx, Unusable> {
    let pfx = Pkcs12::from_der(der).map_err(|_| {
        Unusable::fixed(
            Part::Certificate,
            "данные, которые не являются ни сертификатом, ни PFX",
            "data that are neither a certificate nor a PFX",
        )
    })?;
    let parsed = with_legacy_ciphers(|| pfx.parse2(password)).map_err(|error| {
        if !is_wrong_password(&error) {
            Unusable::fixed(
                Part::Certificate,
                "PFX, который не читается: повреждён, зашифрован неизвестным способом или под другим паролем",
                "a PFX that cannot be read: broken, encrypted in an unknown way or with another password",
            )
        } else if password.is_empty() {
            Unusable::fixed(
                Part::Password,
                "пусто, а PFX защищён паролем",
                "nothing, but the PFX has a password",
            )
        } else {
            Unusable::fixed(Part::Password, "неверный пароль PFX", "a wrong password of the PFX")
        }
    })?;
    let others = parsed.ca.into_iter().flatten();
    Ok(Pfx { certificates: parsed.cert.into_iter().chain(others).collect(), key: parsed.pkey })
}

/// The sum over the content does not fit; where there is no sum, the decrypted bytes make no sense.
fn is_wrong_password(error: &ErrorStack) -> bool {
    const MAC_VERIFY_FAILURE: i32 = 113;
    const CIPHER_FINAL_ERROR: i32 = 116;
    error.errors().iter().any(|error| {
        error.library() == Some("PKCS12 routines")
            && matches!(error.reason_code(), MAC_VERIFY_FAILURE | CIPHER_FINAL_ERROR)
    })
}
