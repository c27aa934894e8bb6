//! What rustls' errors mean, in words for the user.

use std::io;

use native_api::Text;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{CertificateError, Error, InvalidMessage, PeerIncompatible};

use crate::transport::tls::rustls::verifier::Distrust;
use crate::transport::tls::{MinTlsVersion, reasons, schannel_errors};

/// Why the handshake with `server` failed; `None`: there are no better words than those of the library.
pub(super) fn no_session(
    error: &io::Error,
    server: &ServerName<'_>,
    min_version: MinTlsVersion,
) -> Option<Text> {
    let Some(error) = of_rustls(error) else { return Some(reasons::CUT) };
    match error {
        Error::InvalidCertificate(error) => Some(untrusted(error, server)),
        Error::AlertReceived(alert) if u8::from(*alert) == reasons::PROTOCOL_VERSION => {
            Some(reasons::no_common_version(min_version))
        }
        Error::AlertReceived(alert) => Some(reasons::alert((*alert).into())),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => Some(reasons::no_common_version(min_version)),
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge,
        ) => Some(reasons::NO_TLS),
        _ => None,
    }
}

/// What an error of an established session says; `None`: nothing about TLS.
pub(in crate::transport::tls) fn broken(error: &io::Error) -> Option<Text> {
    match of_rustls(error)? {
        Error::AlertReceived(alert) => Some(reasons::alert((*alert).into())),
        _ => None,
    }
}

fn of_rustls(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// Why the server's certificate was not accepted.
fn untrusted(error: &CertificateError, server: &ServerName<'_>) -> Text {
    let words = match error {
        // The system's verifier calls either this.
        CertificateError::Expired if cfg!(windows) => schannel_errors::OUT_OF_TIME,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => reasons::EXPIRED,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => reasons::NOT_VALID_YET,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => match server {
            ServerName::IpAddress(_) => reasons::OTHER_ADDRESS,
            _ => reasons::OTHER_NAME,
        },
        CertificateError::UnknownIssuer => reasons::UNKNOWN_ISSUER,
        CertificateError::Revoked => schannel_errors::REVOKED,
        CertificateError::UnknownRevocationStatus => schannel_errors::PERHAPS_REVOKED,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            schannel_errors::OTHER_PURPOSE
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => reasons::WEAK,
        CertificateError::BadSignature => schannel_errors::BAD_SIGNATURE,
        other => return in_other_words(other),
    };
    reasons::untrusted(words)
}

fn in_other_words(error: &CertificateError) -> Text {
    if let CertificateError::Other(other) = error
        && let Some(Distrust(words)) = other.0.downcast_ref()
    {
        return reasons::untrusted(*words);
    }
    let words = error.to_string();
    let known = schannel_errors::distrust_in(&words);
    known.map_or_else(|| reasons::untrusted((&words, &words)), reasons::untrusted)
}
