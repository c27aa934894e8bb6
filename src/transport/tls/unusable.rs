//! A certificate or a key that cannot be used, and why.

use native_api::Text;

/// Why what 1C gave cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Which of the things that were given is wrong.
    pub part: Part,
    /// What is wrong with it. Holds nothing of what was given, which may be a secret.
    pub why: Text,
}

/// What 1C gives for a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The certificate, or the certificates.
    Certificate,
    /// The password.
    Password,
    /// The key.
    Key,
}

impl Unusable {
    /// Says what is wrong with `part`.
    pub(super) const fn new(part: Part, why: Text) -> Self {
        Self { part, why }
    }

    /// Says what is wrong with `part`, in words known at compile time.
    pub(super) const fn fixed(part: Part, ru: &'static str, en: &'static str) -> Self {
        Self::new(part, Text::fixed(ru, en))
    }
}
