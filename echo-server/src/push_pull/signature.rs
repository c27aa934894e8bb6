//! Channel ids and their signatures, as portal and push server share them.

use openssl::{hash::MessageDigest, pkey::PKey, rand::rand_bytes, sign::Signer};

/// How long the public part of an id is, in hexadecimal digits.
const DIGITS: usize = 32;

/// The key that portal and push server share; an empty one signs nothing.
#[derive(Clone, Debug)]
pub(super) struct SignatureKey(pub(super) String);

impl SignatureKey {
    /// The id with its signature: a dot and the HMAC-SHA1 of the id, in hexadecimal digits.
    pub(super) fn sign(&self, id: &str) -> String {
        if self.0.is_empty() {
            return id.to_owned();
        }
        let key = PKey::hmac(self.0.as_bytes()).expect("any bytes are a key");
        let mut signer = Signer::new(MessageDigest::sha1(), &key).expect("SHA-1 is built in");
        let signature = signer.sign_oneshot_to_vec(id.as_bytes()).expect("any bytes can be signed");
        format!("{id}.{}", hexadecimal(&signature))
    }

    /// The ids in `CHANNEL_ID`, without their signatures and public halves; `None` when one is garbled or not signed
    /// with this key, or when there is none.
    pub(super) fn verify(&self, list: &str) -> Option<Vec<String>> {
        list.split('/').map(|signed| self.verify_one(signed)).collect()
    }

    fn verify_one(&self, signed: &str) -> Option<String> {
        let id = signed.split('.').next().unwrap_or_default();
        let mut halves = id.split(':');
        let is_id = |half: &str| {
            half.len() == DIGITS && half.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let well_formed = halves.clone().count() <= 2 && halves.clone().all(is_id);
        (well_formed && self.sign(id) == signed).then(|| halves.next().unwrap_or_default().to_owned())
    }
}

/// A new id: 32 random hexadecimal digits.
pub(super) fn random_id() -> String {
    let mut bytes = [0; DIGITS / 2];
    rand_bytes(&mut bytes).expect("the operating system gives random bytes");
    hexadecimal(&bytes)
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_signed_as_rfc_2202_shows() {
        // Test case 2 of RFC 2202 §3.
        let signed = SignatureKey("Jefe".to_owned()).sign("what do ya want for nothing?");
        assert_eq!(signed, "what do ya want for nothing?.effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }

    #[test]
    fn one_bad_id_spoils_all() {
        let key = SignatureKey("secret".to_owned());
        let (private, public, shared) = (random_id(), random_id(), random_id());
        let both = format!("{}/{}", key.sign(&format!("{private}:{public}")), key.sign(&shared));
        assert_eq!(key.verify(&both), Some(vec![private, shared.clone()]));
        let forged = SignatureKey("other".to_owned()).sign(&shared);
        for bad in ["", "/", "garbled", &shared, &forged, &format!("{both}/{forged}"), &format!("{both}/")] {
            assert_eq!(key.verify(bad), None, "{bad}");
        }
        assert_eq!(SignatureKey(String::new()).verify(&shared), Some(vec![shared]));
    }
}
