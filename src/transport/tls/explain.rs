//! Why there is no TLS session, in words for the user.

use std::error::Error;
use std::io;

use native_api::Text;

use crate::message::{Failure, FailureKind};
use crate::transport::tls::MinTlsVersion;
#[cfg(target_os = "linux")]
use crate::transport::tls::openssl_errors as library;

/// Why the handshake failed: the `cause` is what the library's error comes from, `words` are its own.
pub(super) fn no_session(
    cause: Option<&(dyn Error + 'static)>,
    words: &str,
    min_version: MinTlsVersion,
) -> Failure {
    let text = library::no_session(cause, words, min_version).unwrap_or_else(|| {
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

/// That the system's TLS does not reach as far as TLS 1.3.
#[cfg(not(target_os = "linux"))]
pub(super) fn too_new() -> Failure {
    let text = Text::fixed(
        "TLS 1.3 на Windows не поддерживается: МинимальнаяВерсияTLS может быть не выше 1.2",
        "TLS 1.3 is not supported on Windows: MinTlsVersion can be 1.2 at most",
    );
    Failure::new(FailureKind::Tls, text)
}

/// What an error of a TLS stream says about TLS; `None`: nothing, it is a failure of the network.
///
/// In TLS 1.3 a server that refuses our certificate, or misses one, says so after the session was made. It then
/// cuts the connection, so that a write may fail first: the reason is the error of the next read.
#[must_use]
pub fn explain_io(error: &io::Error) -> Option<Failure> {
    library::broken(error).map(|text| Failure::new(FailureKind::Tls, text))
}

/// Elsewhere the system's own words have to do.
#[cfg(not(target_os = "linux"))]
mod library {
    use super::{Error, MinTlsVersion, Text, io};

    pub(super) fn no_session(_: Option<&(dyn Error + 'static)>, _: &str, _: MinTlsVersion) -> Option<Text> {
        None
    }

    pub(super) fn unprepared(_: &str) -> Option<Text> {
        None
    }

    pub(super) fn broken(_: &io::Error) -> Option<Text> {
        None
    }
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
