//! What OpenSSL's errors mean, in words for the user.

use std::error::Error;
use std::io;

use native_api::Text;
use openssl::error::ErrorStack;
use openssl::ssl;

use crate::transport::tls::MinTlsVersion;

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
    let Some(cause) = cause else { return Some(CUT) };
    if cause.is::<io::Error>() {
        return Some(CUT);
    }
    let mut reasons = reasons(cause.downcast_ref::<ErrorStack>()?);
    reasons.find_map(|reason| match reason {
        reason::CERTIFICATE_VERIFY_FAILED => Some(unverified(words)),
        reason::HTTP_REQUEST
        | reason::HTTPS_PROXY_REQUEST
        | reason::PACKET_LENGTH_TOO_LONG
        | reason::WRONG_VERSION_NUMBER => {
            Some(Text::fixed("Другая сторона не говорит на TLS", "The other side does not speak TLS"))
        }
        reason::UNSUPPORTED_PROTOCOL => Some(no_common_version(min_version)),
        reason::UNEXPECTED_EOF_WHILE_READING => Some(CUT),
        reason::DH_KEY_TOO_SMALL => Some(Text::fixed(
            "Слишком короткий ключ обмена у сервера",
            "The server's exchange key is too short",
        )),
        reason::UNSAFE_LEGACY_RENEGOTIATION_DISABLED => Some(Text::fixed(
            "Сервер устарел: он не знает безопасного пересогласования (RFC 5746)",
            "The server is outdated: it does not know secure renegotiation (RFC 5746)",
        )),
        PROTOCOL_VERSION => Some(no_common_version(min_version)),
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
    reasons(error.ssl_error()?).find_map(alert)
}

const PROTOCOL_VERSION: i32 = reason::ALERT + 70;

const CUT: Text = Text::fixed(
    "Связь оборвалась во время рукопожатия TLS",
    "The connection was cut during the TLS handshake",
);

fn reasons(stack: &ErrorStack) -> impl Iterator<Item = i32> {
    let of_ssl = |error: &&openssl::error::Error| error.library() == Some("SSL routines");
    stack.errors().iter().filter(of_ssl).map(openssl::error::Error::reason_code)
}

fn no_common_version(min_version: MinTlsVersion) -> Text {
    let number = min_version.number();
    Text::made(
        format!("Сервер не поддерживает TLS {number} и новее"),
        format!("The server does not support TLS {number} or later"),
    )
}

/// Why the server's certificate was not accepted.
fn unverified(words: &str) -> Text {
    let words = words.rsplit_once('(').map_or(words, |(_, end)| end.trim_end_matches(')'));
    let (ru, en) = match words {
        "certificate has expired" => {
            ("истёк срок действия (его или издателя)", "it or its issuer has expired")
        }
        "certificate is not yet valid or the system clock is incorrect" => (
            "срок действия ещё не начался (или неверны часы этого компьютера)",
            "it is not valid yet (or the clock of this computer is wrong)",
        ),
        "hostname mismatch" => ("он выдан для другого имени узла", "it is for another host name"),
        "IP address mismatch" => ("он выдан не для этого IP-адреса", "it is not for this IP address"),
        "self-signed certificate" => {
            ("он подписан сам собой и не входит в доверенные", "it is self-signed and not among the trusted")
        }
        "self-signed certificate in certificate chain" => {
            ("корневой сертификат не входит в доверенные", "the root certificate is not among the trusted")
        }
        "unable to get local issuer certificate"
        | "unable to get issuer certificate"
        | "unable to verify the first certificate" => (
            "издатель неизвестен: его нет среди доверенных, или сервер не прислал промежуточный сертификат",
            "unknown issuer: not among the trusted, or the server left out an intermediate certificate",
        ),
        "EE certificate key too weak"
        | "CA certificate key too weak"
        | "CA signature digest algorithm too weak" => {
            ("слишком короткий ключ или устаревшая подпись", "a key too short, or an outdated signature")
        }
        words => (words, words),
    };
    Text::made(
        format!("Сертификат сервера не принят: {ru}"),
        format!("The server's certificate is not accepted: {en}"),
    )
}

/// What the other side says is wrong (RFC 8446, section 6.2; RFC 5246, section 7.2.2).
fn alert(reason: i32) -> Option<Text> {
    let number = reason - reason::ALERT;
    let (ru, en) = match number {
        40 => (
            "Сервер отказал в рукопожатии TLS: нет общего шифра, или ему нужен сертификат клиента",
            "The server refused the TLS handshake: no cipher in common, or it wants a client certificate",
        ),
        42 | 43 | 46 => {
            ("Сервер не принял сертификат клиента", "The server does not accept the client certificate")
        }
        44 => ("Сервер не принял сертификат клиента: отозван", "The server says: client certificate revoked"),
        45 => {
            ("Сервер не принял сертификат клиента: просрочен", "The server says: client certificate expired")
        }
        48 => (
            "Сервер не принял сертификат клиента: издатель ему неизвестен",
            "The server does not know the issuer of the client certificate",
        ),
        49 => ("Сервер отказал этому сертификату клиента в доступе", "The server denies access"),
        70 => ("Сервер не поддерживает эту версию TLS", "The server does not support this TLS version"),
        71 => ("Серверу мало предложенных шифров", "The server wants stronger ciphers"),
        112 => ("Сервер не знает такого имени узла", "The server does not know the host name"),
        116 => ("Сервер требует сертификат клиента", "The server requires a client certificate"),
        0..=255 => ("Сервер прервал TLS", "The server broke TLS off"),
        _ => return None,
    };
    Some(Text::made(format!("{ru} (TLS alert {number})"), format!("{en} (TLS alert {number})")))
}
