//! PEM (RFC 7468): the blocks of a text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How a block begins, before its label.
pub(super) const BEGIN: &str = "-----BEGIN ";

/// One block, `-----BEGIN` to `-----END`.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    /// What it says it is: `CERTIFICATE`, `RSA PRIVATE KEY`.
    pub(super) label: &'a str,
    /// All of it.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only OpenSSL takes a block as it is"))]
    pub(super) text: &'a str,
    /// What is between the first line and the last.
    body: &'a str,
}

/// The complete blocks of `text`, in order. What is around them is commentary (RFC 7468, section 2).
pub(super) fn blocks(text: &str) -> impl Iterator<Item = Block<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let text = &rest[rest.find(BEGIN)?..];
        let (label, after) = text[BEGIN.len()..].split_once("-----")?;
        let end = format!("-----END {label}-----");
        let body = &after[..after.find(&end)?];
        let (text, remaining) = text.split_at(BEGIN.len() + label.len() + 5 + body.len() + end.len());
        rest = remaining;
        Some(Block { label, text, body })
    })
}

impl Block<'_> {
    /// Whether it is a certificate. The two other labels are OpenSSL's.
    pub(super) fn is_certificate(self) -> bool {
        matches!(self.label, "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE")
    }

    /// Whether it is a private key in any of the forms.
    pub(super) fn is_private_key(self) -> bool {
        self.label.ends_with("PRIVATE KEY")
    }

    /// Whether it is encrypted: as PKCS#8 or as RFC 1421 does it.
    pub(super) fn is_encrypted(self) -> bool {
        self.label.starts_with("ENCRYPTED") || self.body.contains("Proc-Type: 4,ENCRYPTED")
    }

    /// The bytes; `None`: not Base64.
    pub(super) fn der(self) -> Option<Vec<u8>> {
        decode(self.body)
    }
}

/// Base64 with white space in it; `None`: not Base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.split_ascii_whitespace().collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_commentary() {
        let text = "Bag Attributes\n-----BEGIN CERTIFICATE-----\r\nAA==\r\n-----END CERTIFICATE-----\n\n\
            subject: x\n  -----BEGIN EC PRIVATE KEY-----\nAQ\n==\n-----END EC PRIVATE KEY----- and more";
        let found = blocks(text).collect::<Vec<_>>();
        assert_eq!(found.len(), 2);
        assert!(found[0].is_certificate() && !found[0].is_private_key());
        assert_eq!(found[0].der().unwrap(), [0]);
        assert!(found[1].is_private_key() && !found[1].is_certificate() && !found[1].is_encrypted());
        assert_eq!(found[1].der().unwrap(), [1]);
        assert!(found[1].text.starts_with("-----BEGIN EC") && found[1].text.ends_with("KEY-----"));
    }

    #[test]
    fn what_is_cut_is_no_block() {
        let whole = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
        for end in 0..whole.len() {
            assert_eq!(blocks(&whole[..end]).count(), 0, "{end}");
        }
        assert_eq!(blocks(whole).count(), 1);
        assert_eq!(blocks("-----BEGIN A-----\n-----END B-----").count(), 0);
    }

    #[test]
    fn encryption_is_seen() {
        let encrypted = |text| blocks(text).next().unwrap().is_encrypted();
        assert!(encrypted(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----"
        ));
        assert!(encrypted(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n\
             AA==\n-----END RSA PRIVATE KEY-----"
        ));
        assert!(!encrypted("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"));
    }
}
