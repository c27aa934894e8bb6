//! Ciphers of the past, with which old PFX files and keys are encrypted (RC2-40, DES).

use std::sync::LazyLock;

use openssl::error::ErrorStack;
use openssl::provider::Provider;

/// OpenSSL's providers of those ciphers, loaded when first needed. The default provider stays.
static PROVIDER: LazyLock<Option<Provider>> = LazyLock::new(|| Provider::try_load(None, "legacy", true).ok());

/// Reads what may be encrypted: first as it is, then with the ciphers of the past.
///
/// # Errors
/// What `read` said the second time.
pub(super) fn with_legacy_ciphers<T>(read: impl Fn() -> Result<T, ErrorStack>) -> Result<T, ErrorStack> {
    read().or_else(|error| if PROVIDER.is_some() { read() } else { Err(error) })
}
