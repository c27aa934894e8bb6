//! Encryption by a password: PBES2 (RFC 8018) with AES or triple DES, and what PFX had before (RFC 7292,
//! appendix C), RC2 with 40 bits among it.

use std::num::NonZeroU32;

use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyInit};
use des::{TdesEde2, TdesEde3};
use rc2::Rc2;
use ring::digest;
use ring::pbkdf2;

use crate::transport::tls::rustls::asn1::{Elements, OBJECT_IDENTIFIER, OCTET_STRING};

/// Most iterations that are worked off: some seconds. Makers of PFX take 2 000 to 600 000.
const MOST_ITERATIONS: u32 = 10_000_000;

/// What a key derived from a password is for (RFC 7292, appendix B.3).
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Encryption = 1,
    InitialVector = 2,
    Integrity = 3,
}

/// A password as PKCS#12 knows it.
#[derive(Clone)]
pub(super) struct Password<'a> {
    text: &'a str,
    /// UTF-16 with a zero at the end.
    wide: Vec<u8>,
}

impl<'a> Password<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, wide: text.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect() }
    }

    /// What makers of PFX take for this password: some have no zero where there is no password.
    pub(super) fn variants(text: &'a str) -> impl Iterator<Item = Self> {
        let bare = text.is_empty().then_some(Self { text, wide: Vec::new() });
        [Self::new(text)].into_iter().chain(bare)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Why nothing was decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locked {
    UnknownScheme,
    WrongPassword,
}

/// Decrypts `data`; `scheme` consists of the algorithm's identifier and its parameters.
///
/// # Errors
/// The scheme is not known, or the result makes no sense.
pub(super) fn decrypt(scheme: Elements<'_>, data: &[u8], password: &Password<'_>) -> Result<Vec<u8>, Locked> {
    attempt(scheme, data, password).ok_or(Locked::UnknownScheme)?.ok_or(Locked::WrongPassword)
}

/// `None`: the scheme is not known.
fn attempt(mut scheme: Elements<'_>, data: &[u8], password: &Password<'_>) -> Option<Option<Vec<u8>>> {
    const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
    /// 1.2.840.113549.1.12.1, whose last number says which.
    const PKCS12: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1];
    match scheme.element(OBJECT_IDENTIFIER)? {
        PBES2 => pbes2(scheme.sequence()?, data, password),
        identifier => {
            let &[which] = identifier.strip_prefix(PKCS12)? else { return None };
            of_pkcs12(which, scheme.sequence()?, data, password)
        }
    }
}

fn pbes2(mut parameters: Elements<'_>, data: &[u8], password: &Password<'_>) -> Option<Option<Vec<u8>>> {
    const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
    let (mut derivation, mut cipher) = (parameters.sequence()?, parameters.sequence()?);
    if derivation.element(OBJECT_IDENTIFIER)? != PBKDF2 {
        return None;
    }
    let mut derivation = derivation.sequence()?;
    let (salt, iterations) = (derivation.element(OCTET_STRING)?, iterations(derivation.number()?)?);
    let _key_length = derivation.number();
    let hash = match derivation.sequence() {
        Some(mut hash) => pbkdf2_of(hash.element(OBJECT_IDENTIFIER)?)?,
        None => pbkdf2::PBKDF2_HMAC_SHA1,
    };
    let (cipher, vector) = (cipher.element(OBJECT_IDENTIFIER)?, cipher.element(OCTET_STRING)?);
    let key = |length| {
        let mut key = vec![0; length];
        pbkdf2::derive(hash, iterations, salt, password.text.as_bytes(), &mut key);
        key
    };
    match cipher {
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 2] => Some(cbc::<Aes128>(&key(16), vector, data)),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 22] => Some(cbc::<Aes192>(&key(24), vector, data)),
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42] => Some(cbc::<Aes256>(&key(32), vector, data)),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 7] => Some(cbc::<TdesEde3>(&key(24), vector, data)),
        _ => None,
    }
}

/// `hmacWithSHA…`, 1.2.840.113549.2.
fn pbkdf2_of(identifier: &[u8]) -> Option<pbkdf2::Algorithm> {
    match identifier.strip_prefix(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2])? {
        [7] => Some(pbkdf2::PBKDF2_HMAC_SHA1),
        [9] => Some(pbkdf2::PBKDF2_HMAC_SHA256),
        [10] => Some(pbkdf2::PBKDF2_HMAC_SHA384),
        [11] => Some(pbkdf2::PBKDF2_HMAC_SHA512),
        _ => None,
    }
}

fn of_pkcs12(
    which: u8,
    mut parameters: Elements<'_>,
    data: &[u8],
    password: &Password<'_>,
) -> Option<Option<Vec<u8>>> {
    let (salt, iterations) = (parameters.element(OCTET_STRING)?, iterations(parameters.number()?)?);
    let hash = &digest::SHA1_FOR_LEGACY_USE_ONLY;
    let derive = |purpose, length| derive(hash, purpose, password, salt, iterations, length);
    let (key, vector) = (|length| derive(Purpose::Encryption, length), derive(Purpose::InitialVector, 8));
    match which {
        3 => Some(cbc::<TdesEde3>(&key(24), &vector, data)),
        4 => Some(cbc::<TdesEde2>(&key(16), &vector, data)),
        5 => Some(cbc::<Rc2>(&key(16), &vector, data)),
        6 => Some(cbc::<Rc2>(&key(5), &vector, data)),
        _ => None,
    }
}

/// As many iterations, if they can be worked off.
pub(super) fn iterations(number: u32) -> Option<NonZeroU32> {
    NonZeroU32::new(number).filter(|number| number.get() <= MOST_ITERATIONS)
}

/// Decrypts in CBC mode, and takes the padding off.
fn cbc<C: BlockCipherDecrypt + KeyInit>(key: &[u8], vector: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key).ok()?;
    Decryptor::inner_iv_slice_init(cipher, vector).ok()?.decrypt_padded_vec::<Pkcs7>(data).ok()
}

/// Derives `length` bytes from a password (RFC 7292, appendix B.2, whose letters these are).
pub(super) fn derive(
    hash: &'static digest::Algorithm,
    purpose: Purpose,
    password: &Password<'_>,
    salt: &[u8],
    iterations: NonZeroU32,
    length: usize,
) -> Vec<u8> {
    let v = hash.block_len();
    let stretched = |bytes: &[u8]| {
        let length = bytes.len().next_multiple_of(v);
        bytes.iter().copied().cycle().take(length).collect::<Vec<_>>()
    };
    let diversifier = vec![purpose as u8; v];
    let mut input = [stretched(salt), stretched(&password.wide)].concat();
    let mut output = Vec::new();
    while output.len() < length {
        let mut a = digest::digest(hash, &[&diversifier[..], &input].concat());
        for _ in 1..iterations.get() {
            a = digest::digest(hash, a.as_ref());
        }
        output.extend_from_slice(a.as_ref());
        for block in input.chunks_mut(v) {
            add(block, a.as_ref());
        }
    }
    output.truncate(length);
    output
}

/// Adds `a`, repeated to the length of `block`, and 1 to `block`: numbers with the highest byte first, whose sum
/// keeps their length.
fn add(block: &mut [u8], a: &[u8]) {
    let mut carry = 1;
    for (index, byte) in block.iter_mut().enumerate().rev() {
        let sum = u16::from(*byte) + u16::from(a[index % a.len()]) + carry;
        let [high, low] = sum.to_be_bytes();
        (*byte, carry) = (low, high.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_keep_their_length() {
        let mut block = [0xff, 0xff, 0xff];
        add(&mut block, &[0, 1]);
        assert_eq!(block, [0, 1, 0], "0xffffff + 0x000100 + 1");
    }

    #[test]
    fn only_what_can_be_worked_off_is() {
        assert_eq!(iterations(0), None);
        assert_eq!(iterations(MOST_ITERATIONS + 1), None);
        assert_eq!(iterations(2048).map(NonZeroU32::get), Some(2048));
    }
}
