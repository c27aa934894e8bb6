//! What OpenSSL's errors mean, in words for the user.

use std::error::Error;
use std::io;

use native_api::Text;
use openssl::error::ErrorStack;
use openssl::ssl;

use crate::transport::tls::{MinTlsVersion, reasons};

/// Reasons of OpenSSL's SSL library, `include/openssl/sslerr.h`.
mod reason {
    pub(super) const CERTIFICATE_VERIFY_FAILED: i32 = 134;
    pub(super) const HTTPS_PROXY_REQUEST: i32 = 155;
    pub(super) const HTTP_REQUEST: i32 = 156;
    pub(super) const PACKET_LENGTH_TOO_LONG: i32 = 198;
    pub(super) const UNSUPPORTED_PROTOCOL: i32 = 258;
    pub(super) const WRONG_VERSION_NUMBER: i32 = 267;
    pub(super) const UNEXPECTED_EOF_WHILE_READING: i32 = 294;
    pub(super) const UNSAFE_LEGACY_RENEGOTIATION_DISABLED: i32 = 338;
    pub(super) const DH_KEY_TOO_SMALL: i32 = 394;
    /// The first of the alerts that the other side sends.
    pub(super) const ALERT: i32 = 1000;
}

/// Why the handshake failed; `None`: there are no better words than OpenSSL's. They end with the result of the
/// verification in parentheses.
pub(super) fn no_session(
    cause: Option<&(dyn Error + 'static)>,
    words: &str,
    min_version: MinTlsVersion,
) -> Option<Text> {
    let Some(cause) = cause else { return Some(reasons::CUT) };
    if cause.is::<io::Error>() {
        return Some(reasons::CUT);
    }
    let mut numbers = numbers(cause.downcast_ref::<ErrorStack>()?);
    numbers.find_map(|reason| match reason {
        reason::CERTIFICATE_VERIFY_FAILED => Some(unverified(words)),
        reason::HTTP_REQUEST
        | reason::HTTPS_PROXY_REQUEST
        | reason::PACKET_LENGTH_TOO_LONG
        | reason::WRONG_VERSION_NUMBER => Some(reasons::NO_TLS),
        reason::UNSUPPORTED_PROTOCOL => Some(reasons::no_common_version(min_version)),
        reason::UNEXPECTED_EOF_WHILE_READING => Some(reasons::CUT),
        reason::DH_KEY_TOO_SMALL => Some(Text::fixed(
            "Слишком короткий ключ обмена у сервера",
            "The server's exchange key is too short",
        )),
        reason::UNSAFE_LEGACY_RENEGOTIATION_DISABLED => Some(Text::fixed(
            "Сервер устарел: он не знает безопасного пересогласования (RFC 5746)",
            "The server is outdated: it does not know secure renegotiation (RFC 5746)",
        )),
        PROTOCOL_VERSION => Some(reasons::no_common_version(min_version)),
        reason => alert(reason),
    })
}

/// Why there is not even a connector; `None`: there are no better words than OpenSSL's.
pub(super) fn unprepared(words: &str) -> Option<Text> {
    let weak = ["key too small", "md too weak"].iter().any(|reason| words.contains(reason));
    weak.then_some(Text::fixed(
        "Сертификат клиента слишком слаб для TLS: короткий ключ или устаревшая подпись",
        "The client certificate is too weak for TLS: a short key or an outdated signature",
    ))
}

/// What an error of an established session says; `None`: nothing about TLS.
pub(super) fn broken(error: &io::Error) -> Option<Text> {
    let error = error.get_ref()?.downcast_ref::<ssl::Error>()?;
    numbers(error.ssl_error()?).find_map(alert)
}

const PROTOCOL_VERSION: i32 = reason::ALERT + reasons::PROTOCOL_VERSION as i32;

fn numbers(stack: &ErrorStack) -> impl Iterator<Item = i32> {
    let of_ssl = |error: &&openssl::error::Error| error.library() == Some("SSL routines");
    stack.errors().iter().filter(of_ssl).map(openssl::error::Error::reason_code)
}

/// Why the server's certificate was not accepted.
fn unverified(words: &str) -> Text {
    let words = words.rsplit_once('(').map_or(words, |(_, end)| end.trim_end_matches(')'));
    reasons::untrusted(match words {
        "certificate has expired" => reasons::EXPIRED,
        "certificate is not yet valid or the system clock is incorrect" => reasons::NOT_VALID_YET,
        "hostname mismatch" => reasons::OTHER_NAME,
        "IP address mismatch" => reasons::OTHER_ADDRESS,
        "self-signed certificate" => reasons::SELF_SIGNED,
        "self-signed certificate in certificate chain" => reasons::UNKNOWN_ROOT,
        "unable to get local issuer certificate"
        | "unable to get issuer certificate"
        | "unable to verify the first certificate" => reasons::UNKNOWN_ISSUER,
        "EE certificate key too weak"
        | "CA certificate key too weak"
        | "CA signature digest algorithm too weak" => reasons::WEAK,
        words => (words, words),
    })
}

/// What the other side says is wrong; `None`: it is not from there.
fn alert(reason: i32) -> Option<Text> {
    u8::try_from(reason - reason::ALERT).ok().map(reasons::alert)
}
