//! Whom we trust, who we are, and through whom we go.

use native_api::class::{Default, Method, Property};
use native_api::{Arguments, Kind, Misuse, Value};

use super::arguments::syntax;
use super::{Face, name, optional, required};
use crate::class::words::{self, Words};
use crate::transport::proxy::Proxy;
use crate::transport::tls::MinTlsVersion;
use crate::transport::tls::certificates::Certificates;
use crate::transport::tls::given::Given;
use crate::transport::tls::identity::Identity;
use crate::transport::tls::unusable::{Part, Unusable};

pub(in crate::class) const fn proxy<C: Face>() -> Property<C> {
    Property {
        name: name("Proxy", "Прокси"),
        get: |this| this.basics().get().proxy.into(),
        set: Some(|this, value| {
            let text = value.string(0)?;
            let proxy = Proxy::parse(text).map_err(|why| {
                let (ru, en) = (
                    "пустая строка, system или адрес http://, https://, socks5://",
                    "an empty string, system or an address http://, https://, socks5://",
                );
                syntax(0, ru, en, why)
            })?;
            this.client().change(|settings| settings.dial.proxy = proxy);
            this.basics().change(|values| text.clone_into(&mut values.proxy));
            Ok(())
        }),
    }
}

pub(in crate::class) const fn verify_certificate<C: Face>() -> Property<C> {
    Property {
        name: name("VerifyCertificate", "ПроверятьСертификат"),
        get: |this| this.client().settings().dial.tls.verify_certificate.into(),
        set: Some(|this, value| {
            let verify = value.bool(0)?;
            this.client().change(|settings| settings.dial.tls.verify_certificate = verify);
            Ok(())
        }),
    }
}

pub(in crate::class) const fn verify_host_name<C: Face>() -> Property<C> {
    Property {
        name: name("VerifyHostName", "ПроверятьИмяУзла"),
        get: |this| this.client().settings().dial.tls.verify_host_name.into(),
        set: Some(|this, value| {
            let verify = value.bool(0)?;
            this.client().change(|settings| settings.dial.tls.verify_host_name = verify);
            Ok(())
        }),
    }
}

const VERSIONS: Words<MinTlsVersion> = &[
    (MinTlsVersion::Tls10, name("1.0", "1.0")),
    (MinTlsVersion::Tls11, name("1.1", "1.1")),
    (MinTlsVersion::Tls12, name("1.2", "1.2")),
    (MinTlsVersion::Tls13, name("1.3", "1.3")),
];

pub(in crate::class) const fn min_tls_version<C: Face>() -> Property<C> {
    Property {
        name: name("MinTlsVersion", "МинимальнаяВерсияTLS"),
        get: |this| words::english(&this.client().settings().dial.tls.min_version, VERSIONS).into(),
        set: Some(|this, value| {
            let version = words::read(value, 0, VERSIONS)?;
            this.client().change(|settings| settings.dial.tls.min_version = version);
            Ok(())
        }),
    }
}

pub(in crate::class) const fn set_trusted_certificates<C: Face>() -> Method<C> {
    Method {
        name: name("SetTrustedCertificates", "УстановитьДоверенныеСертификаты"),
        parameters: const { &[required("Certificates", "Сертификаты")] },
        returns: false,
        run: |this, arguments| {
            let trusted = match arguments.value(0) {
                // An empty string takes back what was set before.
                Value::String(text) if text.is_empty() => Certificates::default(),
                _ => Certificates::read(given(arguments, 0)?).map_err(unusable)?,
            };
            this.client().change(|settings| settings.dial.tls.trusted = trusted);
            Ok(Value::Empty.into())
        },
    }
}

pub(in crate::class) const fn set_client_certificate<C: Face>() -> Method<C> {
    Method {
        name: name("SetClientCertificate", "УстановитьСертификатКлиента"),
        parameters: const {
            &[
                required("Certificate", "Сертификат"),
                optional("Password", "Пароль", Default::String("")),
                optional("Key", "Ключ", Default::String("")),
            ]
        },
        returns: false,
        run: |this, arguments| {
            let password = arguments.string(1)?;
            let key = match arguments.value(2) {
                Value::String(text) if text.is_empty() => None,
                _ => Some(given(arguments, 2)?),
            };
            let identity = match arguments.value(0) {
                Value::String(text) if text.is_empty() => None,
                _ => Some(Identity::read(given(arguments, 0)?, password, key).map_err(unusable)?),
            };
            this.client().change(|settings| settings.dial.tls.identity = identity);
            Ok(Value::Empty.into())
        },
    }
}

/// A text, a path or bytes among the arguments.
fn given<'a>(arguments: &Arguments<'a>, index: usize) -> Result<Given<'a>, Misuse> {
    match arguments.value(index) {
        Value::String(text) => Ok(Given::Text(text)),
        Value::Blob(bytes) => Ok(Given::Bytes(bytes)),
        other => Err(Misuse::wrong_type(index, Kind::String, other)),
    }
}

fn unusable(unusable: Unusable) -> Misuse {
    let (index, ru, en) = match unusable.part {
        Part::Certificate => {
            (0, "сертификат (PEM, DER, PFX или путь)", "a certificate (PEM, DER, PFX or a path)")
        }
        Part::Password => (1, "пароль", "a password"),
        Part::Key => (2, "ключ сертификата", "the certificate's key"),
    };
    syntax(index, ru, en, unusable.why)
}
