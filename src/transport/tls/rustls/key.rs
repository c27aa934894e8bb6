//! A private key in any of its forms: PKCS#1, PKCS#8, SEC1, or encrypted as PKCS#8; PEM or DER.

use std::fmt;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::sign::SigningKey;

use crate::transport::tls::given::Given;
use crate::transport::tls::pem::{self, Block};
use crate::transport::tls::rustls::asn1::{Elements, INTEGER, OCTET_STRING, SEQUENCE, context, written};
use crate::transport::tls::rustls::pbe::{self, Locked, Password};
use crate::transport::tls::unusable::{Part, Unusable};

/// A private key that can sign.
#[derive(Clone)]
pub(in crate::transport::tls) enum Key {
    /// Ready to sign.
    Whole(Arc<dyn SigningKey>),
    /// The secret of an elliptic curve. Some makers leave the public half out, without which ring takes no key.
    Half(Arc<[u8]>),
}

impl Key {
    /// It, as rustls takes it, if its public half is `public_key`, a `SubjectPublicKeyInfo` in DER.
    pub(super) fn of(&self, public_key: &[u8]) -> Option<Arc<dyn SigningKey>> {
        match self {
            Self::Whole(key) => {
                key.public_key().filter(|own| own.as_ref() == public_key).map(|_| Arc::clone(key))
            }
            Self::Half(secret) => whole(secret, public_key),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// Reads a key that 1C gave apart from the certificate.
///
/// # Errors
/// It is none, cannot be read or used, or the password is wrong.
pub(in crate::transport::tls) fn read(given: Given<'_>, password: &str) -> Result<Key, Unusable> {
    given.key(|text| in_pem(text, password), |der| from_der(der, password))
}

/// The first private key of a PEM text, if there is one.
///
/// # Errors
/// It cannot be read or used, or the password is wrong.
pub(in crate::transport::tls) fn in_pem(text: &str, password: &str) -> Result<Option<Key>, Unusable> {
    pem::blocks(text).find(|block| block.is_private_key()).map(|block| from_pem(block, password)).transpose()
}

fn from_pem(block: Block<'_>, password: &str) -> Result<Key, Unusable> {
    match block.der() {
        Some(der) => from_der(&der, password),
        None if block.is_encrypted() => Err(Unusable::fixed(
            Part::Key,
            "закрытый ключ, зашифрованный по-старому (Proc-Type: 4,ENCRYPTED): на этой платформе он не \
             читается, переведите его в PKCS#8 (openssl pkcs8 -topk8)",
            "a private key encrypted in the old way (Proc-Type: 4,ENCRYPTED), which is not read on this \
             platform: convert it to PKCS#8 (openssl pkcs8 -topk8)",
        )),
        None => Err(UNREADABLE),
    }
}

fn from_der(der: &[u8], password: &str) -> Result<Key, Unusable> {
    match Form::of(der) {
        Some(Form::Plain(key)) => usable(&key),
        Some(Form::Encrypted(scheme, data)) => decrypt(scheme, data, &Password::new(password)),
        None => Err(UNREADABLE),
    }
}

/// Decrypts `EncryptedPrivateKeyInfo` (RFC 5958, section 3), given its two fields.
///
/// # Errors
/// The password is wrong, or the key cannot be used.
pub(super) fn decrypt(scheme: Elements<'_>, data: &[u8], password: &Password<'_>) -> Result<Key, Unusable> {
    let decrypted = pbe::decrypt(scheme, data, password);
    if decrypted == Err(Locked::UnknownScheme) {
        return Err(Unusable::fixed(
            Part::Key,
            "закрытый ключ, зашифрованный способом, которого эта платформа не знает: нужен PBES2 с AES",
            "a private key encrypted in a way that is not known on this platform: it must be PBES2 with AES",
        ));
    }
    match decrypted.as_deref().ok().and_then(Form::of) {
        Some(Form::Plain(key)) => usable(&key),
        _ if password.is_empty() => Err(Unusable::fixed(
            Part::Password,
            "пусто, а закрытый ключ зашифрован",
            "nothing, but the private key is encrypted",
        )),
        _ => Err(Unusable::fixed(
            Part::Password,
            "неверный пароль закрытого ключа",
            "a wrong password of the private key",
        )),
    }
}

/// Makes a key of `PrivateKeyInfo` (RFC 5958, section 2).
///
/// # Errors
/// It is none, or cannot be used.
pub(super) fn from_pkcs8(der: &[u8]) -> Result<Key, Unusable> {
    match Form::of(der) {
        Some(Form::Plain(key)) => usable(&key),
        _ => Err(UNREADABLE),
    }
}

const UNREADABLE: Unusable =
    Unusable::fixed(Part::Key, "закрытый ключ, который не читается", "a private key that cannot be read");

/// What can stand in a file of a key.
enum Form<'a> {
    Plain(PrivateKeyDer<'a>),
    /// Algorithm and data.
    Encrypted(Elements<'a>, &'a [u8]),
}

impl<'a> Form<'a> {
    /// Tells it by the first fields: what is encrypted begins with an algorithm, the others with a version.
    fn of(der: &'a [u8]) -> Option<Self> {
        let whole = Elements(der).next()?;
        let mut fields = Some(whole).filter(|whole| whole.tag == SEQUENCE).map(|it| Elements(it.value))?;
        if let Some(scheme) = fields.sequence() {
            return Some(Self::Encrypted(scheme, fields.element(OCTET_STRING)?));
        }
        fields.element(INTEGER)?;
        let mut second = fields.next()?;
        // PKCS#8 names the algorithm, PKCS#1 goes on with the modulus, SEC1 with the key.
        Some(Self::Plain(match second.tag {
            SEQUENCE => {
                second = fields.next()?;
                (second.tag == OCTET_STRING).then(|| PrivateKeyDer::Pkcs8(whole.whole.into()))?
            }
            INTEGER => PrivateKeyDer::Pkcs1(whole.whole.into()),
            OCTET_STRING => PrivateKeyDer::Sec1(whole.whole.into()),
            _ => return None,
        }))
    }
}

fn usable(key: &PrivateKeyDer<'_>) -> Result<Key, Unusable> {
    let half = || half(key.secret_der()).map(|secret| Key::Half(secret.into()));
    any_supported_type(key).ok().map(Key::Whole).or_else(half).ok_or(Unusable::fixed(
        Part::Key,
        "закрытый ключ, которого TLS на этой платформе не умеет: нужен RSA от 2048 до 4096 бит, P-256, P-384 или \
         Ed25519",
        "a private key that TLS on this platform cannot use: it must be RSA of 2048 to 4096 bits, P-256, P-384 or \
         Ed25519",
    ))
}

/// The secret of an elliptic curve's key (RFC 5915) without a public half; `None`: it is something else.
fn half(der: &[u8]) -> Option<&[u8]> {
    let mut fields = Elements(der).sequence()?;
    fields.number()?;
    if fields.sequence().is_some() {
        // PKCS#8 has it inside.
        fields = Elements(fields.element(OCTET_STRING)?).sequence()?;
        fields.number()?;
    }
    let secret = fields.element(OCTET_STRING).filter(|secret| matches!(secret.len(), 32 | 48))?;
    fields.all(|field| field.tag != context(1)).then_some(secret)
}

/// The key of both halves, if they fit.
fn whole(secret: &[u8], public_key: &[u8]) -> Option<Arc<dyn SigningKey>> {
    let mut fields = Elements(public_key).sequence()?;
    let algorithm = fields.next()?.whole;
    let point = fields.next()?.whole;
    let sec1 = [&[INTEGER, 1, 1][..], &written(OCTET_STRING, secret), &written(context(1), point)].concat();
    let sec1 = written(SEQUENCE, &sec1);
    let pkcs8 = [&[INTEGER, 1, 0][..], algorithm, &written(OCTET_STRING, &sec1)].concat();
    any_supported_type(&PrivateKeyDer::Pkcs8(written(SEQUENCE, &pkcs8).into())).ok()
}
