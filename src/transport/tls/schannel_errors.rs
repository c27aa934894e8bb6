//! What SChannel's errors mean, in words for the user.
//!
//! SChannel does not tell which alert the server has sent: it gives one code for several of them.

use std::error::Error;
use std::io;

use native_api::Text;

use crate::transport::tls::MinTlsVersion;
use crate::transport::tls::reasons::{self, Words};

/// CryptoAPI does not tell the two apart.
pub(super) const OUT_OF_TIME: Words = (
    "срок действия истёк или ещё не начался (или неверны часы этого компьютера)",
    "it has expired or is not valid yet (or the clock of this computer is wrong)",
);
pub(super) const REVOKED: Words = ("он отозван", "it is revoked");
pub(super) const PERHAPS_REVOKED: Words =
    ("не удалось узнать, не отозван ли он", "it could not be found out whether it is revoked");
pub(super) const OTHER_PURPOSE: Words = ("он выдан не для серверов", "it is not for servers");
pub(super) const BAD_SIGNATURE: Words = ("подпись издателя неверна", "the issuer's signature is wrong");

/// Why the handshake failed; `None`: there are no better words than the system's, which end with its code.
pub(super) fn no_session(
    _: Option<&(dyn Error + 'static)>,
    words: &str,
    min_version: MinTlsVersion,
) -> Option<Text> {
    const SEC_E_UNSUPPORTED_FUNCTION: u32 = 0x8009_0302;
    const SEC_E_INVALID_TOKEN: u32 = 0x8009_0308;
    if words.contains("unexpected EOF") {
        return Some(reasons::CUT);
    }
    match code(words)? {
        SEC_E_UNSUPPORTED_FUNCTION => Some(reasons::no_common_version(min_version)),
        SEC_E_INVALID_TOKEN => Some(reasons::NO_TLS),
        code => distrust(code).map(reasons::untrusted).or_else(|| refusal(code)).map(|text| with(code, text)),
    }
}

/// Why there is not even a connector; `None`: there are no better words than the system's.
#[cfg(not(target_os = "linux"))]
pub(super) fn unprepared(_: &str) -> Option<Text> {
    None
}

/// What an error of an established session says; `None`: nothing about TLS.
pub(super) fn broken(error: &io::Error) -> Option<Text> {
    let code = error.raw_os_error()?.cast_unsigned();
    refusal(code).map(|text| with(code, text))
}

/// Why the system does not trust the server's certificate, given the system's words.
pub(super) fn distrust_in(words: &str) -> Option<Words> {
    distrust(code(words)?)
}

/// The code in `message (os error -2146893019)`.
fn code(words: &str) -> Option<u32> {
    let (_, code) = words.rsplit_once("(os error ")?;
    code.split_once(')')?.0.parse::<i32>().ok().map(i32::cast_unsigned)
}

/// `winerror.h`: the codes of SSPI, of CryptoAPI, and of the verification of trust.
fn distrust(code: u32) -> Option<Words> {
    Some(match code {
        // SEC_E_CERT_EXPIRED, CERT_E_EXPIRED, CERT_E_VALIDITYPERIODNESTING
        0x8009_0328 | 0x800B_0101 | 0x800B_0102 => OUT_OF_TIME,
        // SEC_E_WRONG_PRINCIPAL, CERT_E_CN_NO_MATCH, CERT_E_INVALID_NAME
        0x8009_0322 | 0x800B_010F | 0x800B_0114 => reasons::OTHER_NAME,
        // SEC_E_UNTRUSTED_ROOT, CERT_E_UNTRUSTEDROOT
        0x8009_0325 | 0x800B_0109 => reasons::UNKNOWN_ROOT,
        // CERT_E_CHAINING
        0x800B_010A => reasons::UNKNOWN_ISSUER,
        // CRYPT_E_REVOKED, CERT_E_REVOKED
        0x8009_2010 | 0x800B_010C => REVOKED,
        // CRYPT_E_NO_REVOCATION_CHECK, CRYPT_E_REVOCATION_OFFLINE, CERT_E_REVOCATION_FAILURE
        0x8009_2012 | 0x8009_2013 | 0x800B_010E => PERHAPS_REVOKED,
        // SEC_E_CERT_WRONG_USAGE, CERT_E_WRONG_USAGE
        0x8009_0349 | 0x800B_0110 => OTHER_PURPOSE,
        // TRUST_E_CERT_SIGNATURE
        0x8009_6004 => BAD_SIGNATURE,
        _ => return None,
    })
}

fn refusal(code: u32) -> Option<Text> {
    match code {
        // SEC_E_ILLEGAL_MESSAGE is what becomes of the alert handshake_failure.
        0x8009_0326 => Some(Text::fixed(
            "Сервер отказал в рукопожатии TLS: нет общего шифра, или ему нужен сертификат клиента",
            "The server refused the TLS handshake: no cipher in common, or it wants a client certificate",
        )),
        // SEC_E_ALGORITHM_MISMATCH
        0x8009_0331 => Some(Text::fixed(
            "С сервером нет ни общего шифра, ни общей версии TLS",
            "There is neither a cipher nor a TLS version in common with the server",
        )),
        // SEC_E_INTERNAL_ERROR
        0x8009_0304 => Some(Text::fixed(
            "Сервер прервал TLS (возможно, ему нужен сертификат клиента), или система не справилась с его ответом",
            "The server broke TLS off (perhaps it wants a client certificate), or the system could not cope \
             with its answer",
        )),
        _ => None,
    }
}

fn with(code: u32, text: Text) -> Text {
    Text::made(format!("{} (0x{code:08X})", text.ru), format!("{} (0x{code:08X})", text.en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_get_words() {
        for (words, ru, en) in [
            (
                "Сертификат... (os error -2146762487)",
                "Сертификат сервера не принят: корневой сертификат не входит в доверенные (0x800B0109)",
                "root certificate is not among the trusted (0x800B0109)",
            ),
            ("x (os error -2146762481)", "для другого имени узла (0x800B010F)", "another host name"),
            ("x (os error -2146893018)", "нужен сертификат клиента (0x80090326)", "client certificate"),
            ("x (os error -2146893054)", "не поддерживает TLS 1.2 и новее", "not support TLS 1.2"),
            ("x (os error -2146893048)", "не говорит на TLS", "not speak TLS"),
            ("unexpected EOF during handshake", "оборвалась", "cut"),
        ] {
            let text = no_session(None, words, MinTlsVersion::Tls12).expect(words);
            assert!(text.ru.contains(ru) && text.en.contains(en), "{text:?}");
        }
        for words in ["", "x (os error 5)", "x (os error ", "x (os error -2146893055)"] {
            assert_eq!(no_session(None, words, MinTlsVersion::Tls12), None, "{words}");
        }
    }

    #[test]
    fn only_codes_of_tls_are_explained() {
        assert_eq!(broken(&io::Error::from_raw_os_error(104)), None);
        assert!(broken(&io::Error::from_raw_os_error(-2_146_893_018)).is_some());
    }
}
