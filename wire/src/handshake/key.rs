//! The key that proves that the server has read this very request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::random::Random;

/// RFC 6455, section 1.3.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A value for `Sec-WebSocket-Key`.
pub(crate) fn new(random: &mut impl Random) -> String {
    let mut nonce = [0; 16];
    random.fill(&mut nonce);
    STANDARD.encode(nonce)
}

/// The value of `Sec-WebSocket-Accept` that answers it.
pub(crate) fn accept(key: &str) -> String {
    let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    STANDARD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        let mut nonce = |bytes: &mut [u8]| bytes.copy_from_slice(b"the sample nonce");
        let key = new(&mut nonce);
        assert_eq!(key, "dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accept(&key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
