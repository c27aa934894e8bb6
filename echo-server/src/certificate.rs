//! Throw-away certificates, made in memory at start: an authority of our own, and what it signs.

use std::{
    fmt, io,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::ValueEnum;
use openssl::{
    asn1::{Asn1Integer, Asn1Time},
    bn::{BigNum, MsbOption},
    ec::{EcGroup, EcKey},
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    ssl::{SslAcceptor, SslMethod},
    x509::{
        X509, X509Builder, X509NameBuilder,
        extension::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
            SubjectKeyIdentifier,
        },
    },
};

const DAY: Duration = Duration::from_secs(86_400);

/// Which certificate the server shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum CertificateKind {
    /// For localhost and 127.0.0.1, signed by the authority.
    Good,
    /// As the good one, but its time is over since yesterday.
    Expired,
    /// For another host than localhost.
    WrongName,
    /// For localhost, signed by itself.
    SelfSigned,
    /// For localhost, signed by an authority that is kept from everybody.
    UnknownIssuer,
}

/// An authority that lives as long as this value: nothing of it, least of all a key, is ever written to a file.
///
/// Servers that are to be trusted by one client at a time take their identities from the same value.
pub struct Certificates {
    authority: Issuer,
    stranger: Issuer,
}

/// A certificate and its key, ready to be shown by a server; see [`Options::tls`](crate::Options::tls).
#[derive(Clone)]
pub struct Identity {
    kind: CertificateKind,
    acceptor: SslAcceptor,
}

struct Issuer {
    certificate: X509,
    key: PKey<Private>,
}

impl Certificates {
    /// Makes an authority.
    ///
    /// # Errors
    /// OpenSSL could not make a key or a certificate.
    pub fn new() -> io::Result<Self> {
        Ok(Self { authority: Issuer::new("Echo Server Authority")?, stranger: Issuer::new("Stranger")? })
    }

    /// The authority's certificate in PEM, without its key: whoever trusts it trusts [`CertificateKind::Good`].
    ///
    /// # Errors
    /// OpenSSL could not encode it.
    pub fn authority_pem(&self) -> io::Result<String> {
        let pem = self.authority.certificate.to_pem()?;
        Ok(String::from_utf8(pem).expect("PEM is ASCII"))
    }

    /// Makes a certificate for a server.
    ///
    /// # Errors
    /// OpenSSL could not make a key or a certificate.
    pub fn identity(&self, kind: CertificateKind) -> io::Result<Identity> {
        let key = new_key()?;
        let issuer = match kind {
            CertificateKind::Good | CertificateKind::Expired | CertificateKind::WrongName => {
                Some(&self.authority)
            }
            CertificateKind::UnknownIssuer => Some(&self.stranger),
            CertificateKind::SelfSigned => None,
        };
        let certificate = leaf(kind, &key, issuer)?;
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        acceptor.set_certificate(&certificate)?;
        acceptor.set_private_key(&key)?;
        Ok(Identity { kind, acceptor: acceptor.build() })
    }
}

impl Identity {
    /// Which certificate it is.
    #[must_use]
    pub fn kind(&self) -> CertificateKind {
        self.kind
    }

    pub(crate) fn acceptor(&self) -> &SslAcceptor {
        &self.acceptor
    }
}

impl Issuer {
    fn new(name: &str) -> Result<Self, ErrorStack> {
        let key = new_key()?;
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
}

/// A certificate of a server; without an issuer it signs itself.
fn leaf(kind: CertificateKind, key: &PKey<Private>, issuer: Option<&Issuer>) -> Result<X509, ErrorStack> {
    let mut builder = new_certificate("Echo Server", key)?;
    let now = SystemTime::now();
    match kind {
        CertificateKind::Expired => set_validity(&mut builder, now - 30 * DAY, now - DAY)?,
        _ => set_validity(&mut builder, now - DAY, now + 30 * DAY)?,
    }
    match issuer {
        Some(issuer) => builder.set_issuer_name(issuer.certificate.subject_name())?,
        None => {
            let subject = subject("Echo Server")?;
            builder.set_issuer_name(&subject)?;
        }
    }
    let mut names = SubjectAlternativeName::new();
    match kind {
        CertificateKind::WrongName => names.dns("elsewhere.example"),
        _ => names.dns("localhost").ip("127.0.0.1").ip("::1"),
    };
    let context = builder.x509v3_context(issuer.map(|issuer| &*issuer.certificate), None);
    let mut extensions = vec![names.build(&context)?, SubjectKeyIdentifier::new().build(&context)?];
    if issuer.is_some() {
        extensions.push(AuthorityKeyIdentifier::new().keyid(true).build(&context)?);
    }
    extensions.push(BasicConstraints::new().critical().build()?);
    extensions.push(KeyUsage::new().critical().digital_signature().build()?);
    extensions.push(ExtendedKeyUsage::new().server_auth().build()?);
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

fn subject(name: &str) -> Result<openssl::x509::X509Name, ErrorStack> {
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
fn new_key() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

impl fmt::Display for CertificateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Good => "good",
            Self::Expired => "expired",
            Self::WrongName => "wrong-name",
            Self::SelfSigned => "self-signed",
            Self::UnknownIssuer => "unknown-issuer",
        })
    }
}

impl fmt::Debug for Identity {
    /// Never shows the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl fmt::Debug for Certificates {
    /// Never shows a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}
