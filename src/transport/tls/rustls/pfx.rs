//! PFX (PKCS#12, RFC 7292): certificates and perhaps a key in one encrypted file.

use ring::{digest, hmac};

use crate::transport::tls::rustls::asn1::{
    Elements, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, context, definite, joined,
};
use crate::transport::tls::rustls::key::{self, Key};
use crate::transport::tls::rustls::pbe::{self, Password, Purpose};
use crate::transport::tls::rustls::x509::{self, Certificate};
use crate::transport::tls::unusable::{Part, Unusable};

/// `data`, 1.2.840.113549.1.7.1.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// `encryptedData`, 1.2.840.113549.1.7.6.
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];
/// `bagtypes`, 1.2.840.113549.1.12.10.1, whose last number says which.
const BAG_TYPES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1];

/// Deepest nesting of bags in bags.
const DEEPEST: usize = 8;

/// What was in it.
#[derive(Debug, Default)]
pub(in crate::transport::tls) struct Pfx {
    /// All certificates, in no particular order.
    pub(in crate::transport::tls) certificates: Vec<Certificate>,
    /// The first private key.
    pub(in crate::transport::tls) key: Option<Key>,
}

/// Opens a PFX, modern or old.
///
/// # Errors
/// It is none, the password is wrong, or its key cannot be used.
pub(in crate::transport::tls) fn open(der: &[u8], password: &str) -> Result<Pfx, Unusable> {
    let der = definite(der).ok_or(NO_PFX)?;
    let mut fields = Elements(&der).sequence().ok_or(NO_PFX)?;
    let version = fields.number().ok_or(NO_PFX)?;
    let mut content = fields.sequence().ok_or(NO_PFX)?;
    if version != 3 {
        return Err(NO_PFX);
    }
    // A PFX under a public key, with a signature, is not in use.
    let safe = content.element(OBJECT_IDENTIFIER).filter(|kind| *kind == DATA);
    let safe = safe.and_then(|_| octets(&mut content)).ok_or(UNREADABLE)?;
    let password = match fields.sequence() {
        Some(mac) => fitting(mac, safe, password).ok_or(UNREADABLE)??,
        None => Password::new(password),
    };
    let safe = definite(safe).ok_or(UNREADABLE)?;
    let mut pfx = Pfx::default();
    for mut content in Elements(&safe).sequence().ok_or(UNREADABLE)?.map(|content| Elements(content.value)) {
        match content.element(OBJECT_IDENTIFIER) {
            Some(DATA) => pfx.add(octets(&mut content).ok_or(UNREADABLE)?, &password, DEEPEST)?,
            Some(ENCRYPTED_DATA) => {
                let (scheme, data) = encrypted(&mut content).ok_or(UNREADABLE)?;
                let bags = pbe::decrypt(scheme, &data, &password).map_err(|_| UNREADABLE)?;
                pfx.add(&bags, &password, DEEPEST)?;
            }
            _ => return Err(UNREADABLE),
        }
    }
    Ok(pfx)
}

impl Pfx {
    /// Adds what is in `bags`, a `SafeContents`.
    fn add(&mut self, bags: &[u8], password: &Password<'_>, depth: usize) -> Result<(), Unusable> {
        let depth = depth.checked_sub(1).ok_or(UNREADABLE)?;
        let bags = definite(bags).ok_or(UNREADABLE)?;
        for bag in Elements(&bags).sequence().ok_or(UNREADABLE)? {
            let mut bag = Elements(bag.value);
            let kind = bag.element(OBJECT_IDENTIFIER).and_then(|kind| kind.strip_prefix(BAG_TYPES));
            let value = bag.element(context(0)).ok_or(UNREADABLE)?;
            match kind {
                Some([1]) if self.key.is_none() => self.key = Some(key::from_pkcs8(value)?),
                Some([2]) if self.key.is_none() => {
                    let mut fields = Elements(value).sequence().ok_or(UNREADABLE)?;
                    let (scheme, data) = (fields.sequence(), fields.element(OCTET_STRING));
                    let (scheme, data) = scheme.zip(data).ok_or(UNREADABLE)?;
                    self.key = Some(key::decrypt(scheme, data, password)?);
                }
                Some([3]) => self.certificates.extend(certificate(value).ok_or(UNREADABLE)?),
                Some([6]) => self.add(value, password, depth)?,
                // Further keys, lists of revoked certificates, secrets.
                _ => {}
            }
        }
        Ok(())
    }
}

/// What is in a `CertBag`; it may be something else than a certificate.
fn certificate(bag: &[u8]) -> Option<Option<Certificate>> {
    /// `x509Certificate`, 1.2.840.113549.1.9.22.1.
    const X509: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 22, 1];
    let mut bag = Elements(bag).sequence()?;
    if bag.element(OBJECT_IDENTIFIER)? != X509 {
        return Some(None);
    }
    x509::from_der(octets(&mut bag)?).map(Some)
}

/// The octet string in the explicit `[0]` that comes next.
fn octets<'a>(elements: &mut Elements<'a>) -> Option<&'a [u8]> {
    Elements(elements.element(context(0))?).element(OCTET_STRING)
}

/// How, and what, is encrypted in the `EncryptedData` (RFC 5652, section 8) that comes next.
fn encrypted<'a>(content: &mut Elements<'a>) -> Option<(Elements<'a>, Vec<u8>)> {
    const PRIMITIVE: u8 = 0x80;
    let mut data = Elements(content.element(context(0))?).sequence()?;
    data.element(INTEGER)?;
    let mut content = data.sequence()?;
    content.element(OBJECT_IDENTIFIER)?;
    let scheme = content.sequence()?;
    // The octet string's own tag is left out, so that one in pieces has not been joined yet.
    let data = match content.element(PRIMITIVE) {
        Some(data) => data.to_vec(),
        None => joined(content.element(context(0))?)?,
    };
    Some((scheme, data))
}

/// The password with which the sum over `safe` is as `mac`, a `MacData`, says; `None`: the sum is made in an unknown
/// way.
fn fitting<'a>(
    mut mac: Elements<'_>,
    safe: &[u8],
    password: &'a str,
) -> Option<Result<Password<'a>, Unusable>> {
    let mut sum = mac.sequence()?;
    let (hash, hmac) = hashes(sum.sequence()?.element(OBJECT_IDENTIFIER)?)?;
    let (sum, salt) = (sum.element(OCTET_STRING)?, mac.element(OCTET_STRING)?);
    let iterations = if mac.0.is_empty() { 1 } else { mac.number()? };
    let iterations = pbe::iterations(iterations)?;
    let fits = |password: &Password<'_>| {
        let key = pbe::derive(hash, Purpose::Integrity, password, salt, iterations, hash.output_len());
        hmac::verify(&hmac::Key::new(hmac, &key), safe, sum).is_ok()
    };
    Some(Password::variants(password).find(fits).ok_or(wrong_password(password)))
}

fn hashes(identifier: &[u8]) -> Option<(&'static digest::Algorithm, hmac::Algorithm)> {
    match identifier {
        [0x2b, 0x0e, 3, 2, 26] => {
            Some((&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY))
        }
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, which] => match which {
            1 => Some((&digest::SHA256, hmac::HMAC_SHA256)),
            2 => Some((&digest::SHA384, hmac::HMAC_SHA384)),
            3 => Some((&digest::SHA512, hmac::HMAC_SHA512)),
            _ => None,
        },
        _ => None,
    }
}

const NO_PFX: Unusable = Unusable::fixed(
    Part::Certificate,
    "данные, которые не являются ни сертификатом, ни PFX",
    "data that are neither a certificate nor a PFX",
);

const UNREADABLE: Unusable = Unusable::fixed(
    Part::Certificate,
    "PFX, который не читается: повреждён, зашифрован неизвестным способом или под другим паролем",
    "a PFX that cannot be read: broken, encrypted in an unknown way or with another password",
);

const fn wrong_password(password: &str) -> Unusable {
    if password.is_empty() {
        Unusable::fixed(Part::Password, "пусто, а PFX защищён паролем", "nothing, but the PFX has a password")
    } else {
        Unusable::fixed(Part::Password, "неверный пароль PFX", "a wrong password of the PFX")
    }
}
