//! The token that a push server of version 5 takes in the place of channel ids: a JWT (RFC 7519), opaque to clients.

use openssl::{
    base64::{decode_block, encode_block},
    hash::MessageDigest,
    pkey::{PKey, Private},
    sign::Signer,
};
use serde_json::{Value, json};

use crate::push_pull::signature::random_id;

/// What the portal and its push server sign tokens with.
pub(super) struct JwtKey(PKey<Private>);

impl JwtKey {
    pub(super) fn random() -> Self {
        Self(PKey::hmac(random_id().as_bytes()).expect("any bytes are a key"))
    }

    /// A token for these channels, from now until `expires`, both in seconds since 1970.
    pub(super) fn issue(&self, issuer: &str, channels: &[&str], now: u64, expires: u64) -> String {
        let header = json!({"alg": "HS256", "typ": "JWT"});
        let claims =
            json!({"iss": issuer, "iat": now, "exp": expires, "sub": "1", "chan": channels.join(",")});
        let signed = [header, claims].map(|part| base64url(part.to_string().as_bytes())).join(".");
        let signature = self.sign(&signed);
        format!("{signed}.{signature}")
    }

    /// The channels of a token that is signed with this key and in force.
    pub(super) fn channels(&self, token: &str, now: u64) -> Option<Vec<String>> {
        let (signed, signature) = token.rsplit_once('.')?;
        if self.sign(signed) != signature {
            return None;
        }
        let (_, claims) = signed.split_once('.')?;
        let claims: Value = serde_json::from_slice(&from_base64url(claims)?).ok()?;
        let in_force = claims["exp"].as_u64()? > now;
        in_force.then(|| claims["chan"].as_str().unwrap_or_default().split(',').map(str::to_owned).collect())
    }

    fn sign(&self, text: &str) -> String {
        let mut signer = Signer::new(MessageDigest::sha256(), &self.0).expect("SHA-256 is built in");
        base64url(&signer.sign_oneshot_to_vec(text.as_bytes()).expect("any bytes can be signed"))
    }
}

/// Base 64 with the alphabet for addresses, without padding (RFC 4648 §5).
fn base64url(bytes: &[u8]) -> String {
    encode_block(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let length = text.len().next_multiple_of(4);
    let padded = format!("{:=<length$}", text.replace('-', "+").replace('_', "/"));
    decode_block(&padded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_signed_as_rfc_7515_shows() {
        // Appendix A.1 of RFC 7515, whose key is of 64 bytes.
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let key = JwtKey(PKey::hmac(&from_base64url(key).unwrap()).unwrap());
        let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        assert_eq!(key.sign(signed), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }

    #[test]
    fn a_token_is_good_until_it_expires_and_only_as_it_was_issued() {
        let key = JwtKey::random();
        let token = key.issue("portal", &["a", "b"], 100, 110);
        assert_eq!(key.channels(&token, 109).unwrap(), ["a", "b"]);
        assert_eq!(key.channels(&token, 110), None);
        assert_eq!(JwtKey::random().channels(&token, 109), None);
        let other = key.issue("portal", &["c"], 100, 110);
        let (claims, signature) = (token.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
        for wrong in ["", "..", "garbled", claims, &format!("{claims}.{signature}")] {
            assert_eq!(key.channels(wrong, 109), None, "{wrong}");
        }
    }
}
