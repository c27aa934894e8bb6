//! Why there is no TLS session, in words for the user.

use std::error::Error;
use std::io;

use native_api::Text;

use crate::message::{Failure, FailureKind};
use crate::transport::tls::MinTlsVersion;
#[cfg(target_os = "linux")]
use crate::transport::tls::openssl_errors as library;
#[cfg(any(not(target_os = "linux"), test))]
use crate::transport::tls::rustls;
#[cfg(not(target_os = "linux"))]
use crate::transport::tls::schannel_errors as library;

/// Why the handshake failed: the `cause` is what the library's error comes from, `words` are its own.
pub(super) fn no_session(
    cause: Option<&(dyn Error + 'static)>,
    words: &str,
    min_version: MinTlsVersion,
) -> Failure {
    failed(library::no_session(cause, words, min_version), words)
}

/// The handshake failed: the `text` says why, or else the library's `words` do.
pub(super) fn failed(text: Option<Text>, words: &str) -> Failure {
    let text = text.unwrap_or_else(|| {
        Text::made(
            format!("Соединение TLS не установлено: {words}"),
            format!("There is no TLS session: {words}"),
        )
    });
    Failure::new(FailureKind::Tls, text)
}

/// Why a handshake could not even begin.
pub(super) fn unprepared(error: &dyn Error) -> Failure {
    let text = library::unprepared(&error.to_string()).unwrap_or_else(|| {
        Text::made(format!("TLS не подготовлен: {error}"), format!("TLS could not be prepared: {error}"))
    });
    Failure::new(FailureKind::Tls, text)
}

/// What an error of a TLS stream says about TLS; `None`: nothing, it is a failure of the network.
///
/// In TLS 1.3 a server that refuses our certificate, or misses one, says so after the session was made. It then
/// cuts the connection, so that a write may fail first: the reason is the error of the next read.
#[must_use]
pub fn explain_io(error: &io::Error) -> Option<Failure> {
    let text = library::broken(error);
    #[cfg(any(not(target_os = "linux"), test))]
    let text = text.or_else(|| rustls::errors::broken(error));
    text.map(|text| Failure::new(FailureKind::Tls, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_network_are_not_of_tls() {
        for error in [io::Error::from(io::ErrorKind::ConnectionReset), io::Error::other("another one")] {
            assert_eq!(explain_io(&error), None);
        }
    }
}
