//! The certificate that we show to servers which ask for one, with its private key.

use std::fmt;
use std::sync::Arc;

use crate::transport::tls::given::Given;
use crate::transport::tls::prepare;
use crate::transport::tls::unusable::{Part, Unusable};

/// A client certificate with its key. The key stays in memory and is never shown.
#[derive(Clone)]
pub struct Identity {
    form: platform::Form,
    /// What tells it from others: the certificates, or the file that it came from.
    mark: Arc<[u8]>,
}

impl Identity {
    /// Reads a certificate, the certificates between it and its authority, if there are any, and the private
    /// key: from `key`, or else from the same PEM or PFX. In a PEM they may be in any order. `password`
    /// decrypts key or PFX; where nothing is encrypted, it is not looked at.
    ///
    /// Elsewhere than on Linux only a PFX is taken: the system's libraries do not read the other forms, or
    /// would write the key into a file.
    ///
    /// # Errors
    /// Something is not what it must be, the password is wrong, or the key belongs to another certificate.
    pub fn read(certificate: Given<'_>, password: &str, key: Option<Given<'_>>) -> Result<Self, Unusable> {
        prepare();
        if password.contains('\0') {
            return Err(Unusable::fixed(
                Part::Password,
                "пароль с символом U+0000",
                "a password with the character U+0000",
            ));
        }
        let (form, mark) = platform::read(certificate, password, key)?;
        Ok(Self { form, mark: mark.into() })
    }

    /// It, as native-tls takes it.
    ///
    /// # Errors
    /// Those of the library.
    pub(super) fn native(&self) -> native_tls::Result<native_tls::Identity> {
        self.form.native()
    }

    /// The certificate with its issuers, and the key.
    #[cfg(target_os = "linux")]
    pub(super) fn parts(&self) -> (&[openssl::x509::X509], &openssl::pkey::PKey<openssl::pkey::Private>) {
        (&self.form.chain, &self.form.key)
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
}

impl Eq for Identity {}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

const fn wrong_certificate(ru: &'static str, en: &'static str) -> Unusable {
    Unusable::fixed(Part::Certificate, ru, en)
}

#[cfg(target_os = "linux")]
mod platform {
    use std::sync::Arc;

    use openssl::error::ErrorStack;
    use openssl::pkey::{PKey, Private};
    use openssl::x509::{X509, X509VerifyResult};

    use super::wrong_certificate;
    use crate::transport::tls::given::{Content, Given};
    use crate::transport::tls::unusable::{Part, Unusable};
    use crate::transport::tls::{key, pem, pfx};

    /// An identity as OpenSSL takes it.
    #[derive(Clone)]
    pub(super) struct Form {
        /// Begins with the certificate itself.
        pub(super) chain: Arc<[X509]>,
        pub(super) key: PKey<Private>,
    }

    impl Form {
        pub(super) fn native(&self) -> native_tls::Result<native_tls::Identity> {
            // Whatever OpenSSL has read it can write; if not, native-tls finds nothing to read.
            let chain = encode(&self.chain).unwrap_or_default();
            let key = self.key.private_key_to_pem_pkcs8().unwrap_or_default();
            native_tls::Identity::from_pkcs8(&chain, &key)
        }
    }

    pub(super) fn read(
        certificate: Given<'_>,
        password: &str,
        key: Option<Given<'_>>,
    ) -> Result<(Form, Vec<u8>), Unusable> {
        let apart = key.map(|key| key::read(key, password)).transpose()?;
        let (certificates, key) = match certificate.content() {
            Err(why) => return Err(Unusable::new(Part::Certificate, why)),
            Ok(Content::Pem(text)) => {
                let key = apart.map_or_else(|| key::in_pem(&text, password), |key| Ok(Some(key)))?;
                (in_pem(&text)?, key)
            }
            Ok(Content::Der(der)) => match X509::from_der(&der) {
                Ok(certificate) => (vec![certificate], apart),
                Err(_) => {
                    let pfx = pfx::open(&der, password)?;
                    (pfx.certificates, apart.or(pfx.key))
                }
            },
        };
        if certificates.is_empty() {
            return Err(wrong_certificate("данные без сертификата", "data without a certificate"));
        }
        let key = key.ok_or(Unusable::fixed(
            Part::Key,
            "ничего, а вместе с сертификатом закрытого ключа нет",
            "nothing, and there is no private key with the certificate",
        ))?;
        let chain = chain(certificates, &key)?;
        let mark = encode(&chain).map_err(|_| BROKEN)?;
        Ok((Form { chain: chain.into(), key }, mark))
    }

    const BROKEN: Unusable =
        wrong_certificate("сертификат, который не читается", "a certificate that cannot be read");

    fn in_pem(text: &str) -> Result<Vec<X509>, Unusable> {
        let certificates = pem::blocks(text).filter(|block| block.is_certificate());
        let read = |der: Vec<u8>| X509::from_der(&der).ok();
        certificates.map(|block| block.der().and_then(read).ok_or(BROKEN)).collect()
    }

    /// The certificate that belongs to `key`, and after it each one's issuer, as far as they are there.
    fn chain(mut certificates: Vec<X509>, key: &PKey<Private>) -> Result<Vec<X509>, Unusable> {
        let belongs = |certificate: &X509| certificate.public_key().is_ok_and(|public| public.public_eq(key));
        let own = certificates.iter().position(belongs).ok_or(Unusable::fixed(
            Part::Key,
            "закрытый ключ, который не подходит к сертификату",
            "a private key that does not match the certificate",
        ))?;
        let mut chain = vec![certificates.swap_remove(own)];
        while let Some(last) = chain.last()
            && let Some(issuer) =
                certificates.iter().position(|other| other.issued(last) == X509VerifyResult::OK)
        {
            chain.push(certificates.swap_remove(issuer));
        }
        Ok(chain)
    }

    fn encode(chain: &[X509]) -> Result<Vec<u8>, ErrorStack> {
        let pem = chain.iter().map(|certificate| certificate.to_pem()).collect::<Result<Vec<_>, _>>()?;
        Ok(pem.concat())
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use native_api::Text;

    use super::wrong_certificate;
    use crate::transport::tls::given::{Content, Given};
    use crate::transport::tls::unusable::{Part, Unusable};

    /// An identity as native-tls takes it.
    #[derive(Clone)]
    pub(super) struct Form(native_tls::Identity);

    impl Form {
        pub(super) fn native(&self) -> native_tls::Result<native_tls::Identity> {
            Ok(self.0.clone())
        }
    }

    pub(super) fn read(
        certificate: Given<'_>,
        password: &str,
        key: Option<Given<'_>>,
    ) -> Result<(Form, Vec<u8>), Unusable> {
        match certificate.content() {
            Err(why) => Err(Unusable::new(Part::Certificate, why)),
            Ok(Content::Der(der)) if key.is_none() => {
                let identity = native_tls::Identity::from_pkcs12(&der, password).map_err(|error| {
                    Unusable::new(
                        Part::Certificate,
                        Text::made(
                            format!("PFX, который не читается с этим паролем: {error}"),
                            format!("a PFX that cannot be read with this password: {error}"),
                        ),
                    )
                })?;
                Ok((Form(identity), der))
            }
            Ok(_) => Err(wrong_certificate(
                "не PFX: на этой платформе сертификат клиента и его ключ читаются только из PFX (PKCS#12)",
                "no PFX: on this platform a client certificate and its key are read from PFX (PKCS#12) only",
            )),
        }
    }
}
