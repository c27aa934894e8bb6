//! What needs `unsafe` outside the ABI: one call to OpenSSL that no safe crate wraps.

#[cfg(target_os = "linux")]
pub mod openssl;
