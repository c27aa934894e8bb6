//! Why TLS failed, in words that are the same whichever library has found it out.

use native_api::Text;

use crate::transport::tls::MinTlsVersion;

/// A cause in Russian and English.
pub(super) type Words = (&'static str, &'static str);

pub(super) const EXPIRED: Words = ("истёк срок действия (его или издателя)", "it or its issuer has expired");
pub(super) const NOT_VALID_YET: Words = (
    "срок действия ещё не начался (или неверны часы этого компьютера)",
    "it is not valid yet (or the clock of this computer is wrong)",
);
pub(super) const OTHER_NAME: Words = ("он выдан для другого имени узла", "it is for another host name");
pub(super) const OTHER_ADDRESS: Words = ("он выдан не для этого IP-адреса", "it is not for this IP address");
pub(super) const SELF_SIGNED: Words =
    ("он подписан сам собой и не входит в доверенные", "it is self-signed and not among the trusted");
pub(super) const UNKNOWN_ROOT: Words =
    ("корневой сертификат не входит в доверенные", "the root certificate is not among the trusted");
pub(super) const UNKNOWN_ISSUER: Words = (
    "издатель неизвестен: его нет среди доверенных, или сервер не прислал промежуточный сертификат",
    "unknown issuer: not among the trusted, or the server left out an intermediate certificate",
);
pub(super) const WEAK: Words =
    ("слишком короткий ключ или устаревшая подпись", "a key too short, or an outdated signature");

pub(super) const CUT: Text = Text::fixed(
    "Связь оборвалась во время рукопожатия TLS",
    "The connection was cut during the TLS handshake",
);
pub(super) const NO_TLS: Text =
    Text::fixed("Другая сторона не говорит на TLS", "The other side does not speak TLS");

/// The server's certificate was not accepted.
pub(super) fn untrusted((ru, en): (&str, &str)) -> Text {
    Text::made(
        format!("Сертификат сервера не принят: {ru}"),
        format!("The server's certificate is not accepted: {en}"),
    )
}

/// The server's versions are all older.
pub(super) fn no_common_version(min_version: MinTlsVersion) -> Text {
    let number = min_version.number();
    Text::made(
        format!("Сервер не поддерживает TLS {number} и новее"),
        format!("The server does not support TLS {number} or later"),
    )
}

/// The alert that says that there is no common version.
pub(super) const PROTOCOL_VERSION: u8 = 70;

/// What the other side says is wrong (RFC 8446, section 6.2; RFC 5246, section 7.2.2).
pub(super) fn alert(number: u8) -> Text {
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
        PROTOCOL_VERSION => {
            ("Сервер не поддерживает эту версию TLS", "The server does not support this TLS version")
        }
        71 => ("Серверу мало предложенных шифров", "The server wants stronger ciphers"),
        112 => ("Сервер не знает такого имени узла", "The server does not know the host name"),
        116 => ("Сервер требует сертификат клиента", "The server requires a client certificate"),
        _ => ("Сервер прервал TLS", "The server broke TLS off"),
    };
    Text::made(format!("{ru} (TLS alert {number})"), format!("{en} (TLS alert {number})"))
}
