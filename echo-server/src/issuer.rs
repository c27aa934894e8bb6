//! Keys and certificates, and who signs them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openssl::{
    asn1::{Asn1Integer, Asn1Time},
    bn::{BigNum, MsbOption},
    ec::{EcGroup, EcKey},
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{
        X509, X509Builder, X509Name, X509NameBuilder,
        extension::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
            SubjectKeyIdentifier,
        },
    },
};

use crate::certificate::CertificateKind;

const DAY: Duration = Duration::from_secs(86_400);
const RSA_BITS: u32 = 2048;

/// What signs certificates.
pub(crate) struct Issuer {
    certificate: X509,
    key: PKey<Private>,
}

/// Who is to show a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    Server,
    Client,
}

impl Purpose {
    fn subject(self) -> &'static str {
        match self {
            Self::Server => "Echo Server",
            Self::Client => "Echo Client",
        }
    }
}

impl Issuer {
    pub(crate) fn new(name: &str) -> Result<Self, ErrorStack> {
        let key = new_ec_key()?;
        let mut builder = new_certificate(name, &key)?;
        set_validity(&mut builder, SystemTime::now() - DAY, SystemTime::now() + 30 * DAY)?;
        let subject = subject(name)?;
        builder.set_issuer_name(&subject)?;
        builder.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
        let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
        builder.append_extension(identifier)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self { certificate: builder.build(), key })
    }

    pub(crate) fn certificate(&self) -> &X509 {
        &self.certificate
    }
}

/// A certificate of a server or client; without an issuer it signs itself.
pub(crate) fn leaf(
    kind: CertificateKind,
    purpose: Purpose,
    key: &PKey<Private>,
    issuer: Option<&Issuer>,
) -> Result<X509, ErrorStack> {
    let mut builder = new_certificate(purpose.subject(), key)?;
    let now = SystemTime::now();
    match kind {
        CertificateKind::Expired => set_validity(&mut builder, now - 30 * DAY, now - DAY)?,
        _ => set_validity(&mut builder, now - DAY, now + 30 * DAY)?,
    }
    match issuer {
        Some(issuer) => builder.set_issuer_name(issuer.certificate.subject_name())?,
        None => {
            let subject = subject(purpose.subject())?;
            builder.set_issuer_name(&subject)?;
        }
    }
    let context = builder.x509v3_context(issuer.map(|issuer| &*issuer.certificate), None);
    let mut extensions = vec![SubjectKeyIdentifier::new().build(&context)?];
    if purpose == Purpose::Server {
        let mut names = SubjectAlternativeName::new();
        match kind {
            CertificateKind::WrongName => names.dns("elsewhere.example"),
            _ => names.dns("localhost").ip("127.0.0.1").ip("::1"),
        };
        extensions.push(names.build(&context)?);
    }
    if issuer.is_some() {
        extensions.push(AuthorityKeyIdentifier::new().keyid(true).build(&context)?);
    }
    extensions.push(BasicConstraints::new().critical().build()?);
    extensions.push(KeyUsage::new().critical().digital_signature().build()?);
    extensions.push(match purpose {
        Purpose::Server => ExtendedKeyUsage::new().server_auth().build()?,
        Purpose::Client => ExtendedKeyUsage::new().client_auth().build()?,
    });
    for extension in extensions {
        builder.append_extension(extension)?;
    }
    builder.sign(issuer.map_or(key, |issuer| &issuer.key), MessageDigest::sha256())?;
    Ok(builder.build())
}

fn new_certificate(name: &str, key: &PKey<Private>) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?; // X.509 v3
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let serial = Asn1Integer::from_bn(&serial)?;
    builder.set_serial_number(&serial)?;
    let subject = subject(name)?;
    builder.set_subject_name(&subject)?;
    builder.set_pubkey(key)?;
    Ok(builder)
}

fn subject(name: &str) -> Result<X509Name, ErrorStack> {
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_nid(Nid::COMMONNAME, name)?;
    Ok(subject.build())
}

fn set_validity(builder: &mut X509Builder, from: SystemTime, to: SystemTime) -> Result<(), ErrorStack> {
    let time = |time: SystemTime| {
        let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Asn1Time::from_unix(i64::try_from(seconds).unwrap_or(i64::MAX))
    };
    let (from, to) = (time(from)?, time(to)?);
    builder.set_not_before(&from)?;
    builder.set_not_after(&to)
}

/// P-256, because it is made in a fraction of a millisecond.
pub(crate) fn new_ec_key() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

pub(crate) fn new_rsa_key() -> Result<PKey<Private>, ErrorStack> {
    PKey::from_rsa(Rsa::generate(RSA_BITS)?)
}
