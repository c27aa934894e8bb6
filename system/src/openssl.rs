//! The start of the OpenSSL that is linked into this library.

use std::ptr;
use std::sync::Once;

use openssl_sys::{OPENSSL_INIT_LOAD_SSL_STRINGS, OPENSSL_INIT_NO_ATEXIT, OPENSSL_init_ssl};

/// `include/openssl/crypto.h`; openssl-sys lacks it.
const OPENSSL_INIT_NO_LOAD_CONFIG: u64 = 0x80;

static STARTED: Once = Once::new();

/// Starts OpenSSL without a configuration file. To be called before anything else of OpenSSL: whoever calls
/// first decides for the life of the process.
///
/// `OPENSSL_CONF` of the process, and the file at OpenSSL's compiled-in place, are meant for the host's own
/// OpenSSL; a provider that they name and ours does not have would leave us without TLS. No handler for the
/// end of the process is registered: at that time other threads may still use OpenSSL, and the library may
/// have been unloaded.
pub fn start() {
    STARTED.call_once(|| {
        let options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_LOAD_SSL_STRINGS;
        // SAFETY: the function may be called at any time and from any thread, and no settings (null) are
        // allowed (OPENSSL_init_ssl(3)). A failure shows in whatever uses OpenSSL next.
        unsafe { OPENSSL_init_ssl(options, ptr::null()) };
    });
}
