//! Certificates and keys in every form: PEM, DER, PFX, Base64 of them, broken in any way. The bytes are never taken for
//! the name of a file.

use vestnik::transport::tls::certificates::Certificates;
use vestnik::transport::tls::given::Given;
use vestnik::transport::tls::identity::Identity;
use vestnik::transport::tls::unusable::Unusable;

/// What the seeds are encrypted with.
const PASSWORD: &str = "fuzzing";
/// A certificate for keys to belong to, made for this alone.
const CERTIFICATE: &[u8] = include_bytes!("../../seeds/certificates/certificate.pem");

/// A certificate, certificates, a key, or a certificate with its key.
pub fn target(data: &[u8]) {
    let given = Given::Bytes(data);
    judged(Certificates::read(given));
    for password in ["", PASSWORD, "пароль"] {
        judged(Identity::read(given, password, None));
    }
    judged(Identity::read(Given::Bytes(CERTIFICATE), PASSWORD, Some(given)));
    // Text without a block could be the name of a file.
    if let Ok(text) = str::from_utf8(data)
        && text.contains("-----BEGIN ")
    {
        let given = Given::Text(text);
        assert_eq!(Certificates::read(given), Certificates::read(Given::Bytes(data)));
        assert_eq!(Identity::read(given, PASSWORD, None), Identity::read(Given::Bytes(data), PASSWORD, None));
    }
}

fn judged<T>(read: Result<T, Unusable>) {
    if let Err(Unusable { why, .. }) = read {
        assert!(!why.ru.is_empty() && !why.en.contains(PASSWORD));
    }
}
