//! A private key in any of its forms: PKCS#1, PKCS#8, SEC1, encrypted or not, PEM or DER.

use openssl::pkey::{PKey, Private};

use crate::transport::tls::given::Given;
use crate::transport::tls::legacy::with_legacy_ciphers;
use crate::transport::tls::pem::{self, Block};
use crate::transport::tls::unusable::{Part, Unusable};

/// A private key that has been read.
pub(super) type Key = PKey<Private>;

/// Reads a key that 1C gave apart from the certificate.
///
/// # Errors
/// It is none, cannot be read, or the password is wrong.
pub(super) fn read(given: Given<'_>, password: &str) -> Result<Key, Unusable> {
    given.key(|text| in_pem(text, password), |der| from_der(der, password))
}

/// The first private key of a PEM text, if there is one.
///
/// # Errors
/// It cannot be read, or the password is wrong.
pub(super) fn in_pem(text: &str, password: &str) -> Result<Option<Key>, Unusable> {
    pem::blocks(text).find(|block| block.is_private_key()).map(|block| from_pem(block, password)).transpose()
}

fn from_pem(block: Block<'_>, password: &str) -> Result<Key, Unusable> {
    let (pem, encrypted) = (block.text.as_bytes(), block.is_encrypted());
    // Always with a password, even an empty one: without one OpenSSL would ask at the terminal.
    let key = || PKey::private_key_from_pem_passphrase(pem, password.as_bytes());
    with_legacy_ciphers(key).map_err(|_| unreadable(encrypted, password))
}

fn from_der(der: &[u8], password: &str) -> Result<Key, Unusable> {
    // In PKCS#8 a version number comes first; in its encrypted form (RFC 5958, section 3) an algorithm does.
    const INTEGER: u8 = 2;
    let first = der.get(1).and_then(|length| {
        let longer = if *length < 0x80 { 0 } else { usize::from(length & 0x7f) };
        der.get(2 + longer)
    });
    let key = if first == Some(&INTEGER) {
        PKey::private_key_from_der(der)
    } else {
        with_legacy_ciphers(|| PKey::private_key_from_pkcs8_passphrase(der, password.as_bytes()))
    };
    key.map_err(|_| unreadable(first != Some(&INTEGER), password))
}

const fn unreadable(encrypted: bool, password: &str) -> Unusable {
    match (encrypted, password.is_empty()) {
        (false, _) => Unusable::fixed(
            Part::Key,
            "закрытый ключ, который не читается",
            "a private key that cannot be read",
        ),
        (true, true) => Unusable::fixed(
            Part::Password,
            "пусто, а закрытый ключ зашифрован",
            "nothing, but the private key is encrypted",
        ),
        (true, false) => Unusable::fixed(
            Part::Password,
            "неверный пароль закрытого ключа",
            "a wrong password of the private key",
        ),
    }
}
