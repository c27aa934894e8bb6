//! Certificates (RFC 5280, section 4.1): whose, from whom, with which key and for which names.

use std::net::{Ipv4Addr, Ipv6Addr};

use tokio_rustls::rustls::pki_types::{CertificateDer, DnsName, ServerName};

use crate::transport::tls::rustls::asn1::{
    BIT_STRING, BOOLEAN, Elements, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, context,
};
use crate::transport::tls::rustls::key::Key;

/// A certificate whose fields can be found.
pub(in crate::transport::tls) type Certificate = CertificateDer<'static>;

/// `subjectAltName`, 2.5.29.17.
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
/// `commonName`, 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// The certificate that `der` begins with; `None`: it is none.
pub(in crate::transport::tls) fn from_der(der: &[u8]) -> Option<Certificate> {
    let whole = Elements(der).next()?.whole;
    fields(whole)?;
    Some(Certificate::from(whole.to_vec()))
}

/// Whether `certificate` is of the key's owner.
pub(in crate::transport::tls) fn belongs(certificate: &Certificate, key: &Key) -> bool {
    public_key(certificate).is_some_and(|public_key| key.of(public_key).is_some())
}

/// The owner's public key, a `SubjectPublicKeyInfo` in DER.
pub(super) fn public_key(certificate: &Certificate) -> Option<&[u8]> {
    fields(certificate).map(|fields| fields.public_key)
}

/// Whether `certificate` is of whoever has issued `other`, as far as the names tell.
pub(in crate::transport::tls) fn issued(certificate: &Certificate, other: &Certificate) -> bool {
    match (fields(certificate), fields(other)) {
        (Some(issuer), Some(other)) => issuer.subject == other.issuer,
        _ => false,
    }
}

/// The certificate in DER.
pub(in crate::transport::tls) fn der(certificate: &Certificate) -> Option<Vec<u8>> {
    Some(certificate.to_vec())
}

/// Whether it says that it has issued itself.
pub(super) fn is_self_signed(certificate: &[u8]) -> bool {
    fields(certificate).is_some_and(|fields| fields.subject == fields.issuer)
}

/// Names that it is for: the alternative ones, or, if there are none, the subject's common names (RFC 6125,
/// section 6.4.4). For `*.example.com` a name that this stands for.
pub(super) fn names(certificate: &[u8]) -> Vec<ServerName<'static>> {
    let Some(fields) = fields(certificate) else { return Vec::new() };
    let alternative = fields.alternative_names.map_or_else(Vec::new, |names| {
        names.filter_map(|name| alternative_name(name.tag, name.value)).collect()
    });
    if alternative.is_empty() { common_names(fields.subject) } else { alternative }
}

/// What is in a certificate, each in DER.
struct Fields<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
    /// `SubjectPublicKeyInfo`.
    public_key: &'a [u8],
    alternative_names: Option<Elements<'a>>,
}

fn fields(certificate: &[u8]) -> Option<Fields<'_>> {
    let mut certificate = Elements(certificate).sequence()?;
    let mut fields = certificate.sequence()?;
    certificate.sequence()?; // how it is signed
    certificate.element(BIT_STRING)?;
    let _version = fields.element(context(0));
    let _serial_number = fields.element(INTEGER)?;
    let _signature = fields.sequence()?;
    let [issuer, _validity, subject, public_key] =
        std::array::from_fn(|_| fields.next().filter(|field| field.tag == SEQUENCE));
    Some(Fields {
        issuer: issuer?.whole,
        subject: subject?.whole,
        public_key: public_key?.whole,
        alternative_names: extensions(fields).and_then(alternative_names),
    })
}

/// The extensions among the last fields.
fn extensions(mut fields: Elements<'_>) -> Option<Elements<'_>> {
    let extensions = fields.find(|field| field.tag == context(3))?;
    Elements(extensions.value).sequence()
}

fn alternative_names(mut extensions: Elements<'_>) -> Option<Elements<'_>> {
    while let Some(mut extension) = extensions.sequence() {
        let is_it = extension.element(OBJECT_IDENTIFIER)? == ALTERNATIVE_NAMES;
        let _critical = extension.element(BOOLEAN);
        if is_it {
            return Elements(extension.element(OCTET_STRING)?).sequence();
        }
    }
    None
}

/// A `GeneralName` (RFC 5280, section 4.2.1.6), if it is a host's.
fn alternative_name(tag: u8, value: &[u8]) -> Option<ServerName<'static>> {
    const DNS_NAME: u8 = 0x82;
    const IP_ADDRESS: u8 = 0x87;
    match tag {
        DNS_NAME => dns_name(value),
        IP_ADDRESS => match value.len() {
            4 => Some(ServerName::from(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?)).to_owned()),
            16 => Some(ServerName::from(Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?)).to_owned()),
            _ => None,
        },
        _ => None,
    }
}

fn common_names(subject: &[u8]) -> Vec<ServerName<'static>> {
    let sets = Elements(subject).sequence().into_iter().flatten().filter(|set| set.tag == SET);
    let attributes = sets.flat_map(|set| Elements(set.value)).map(|attribute| Elements(attribute.value));
    let common = attributes.filter_map(|mut attribute| {
        let is_it = attribute.element(OBJECT_IDENTIFIER)? == COMMON_NAME;
        attribute.next().filter(|_| is_it)
    });
    common.filter_map(|name| dns_name(name.value)).collect()
}

fn dns_name(value: &[u8]) -> Option<ServerName<'static>> {
    let name = str::from_utf8(value).ok()?;
    let name = name.strip_prefix("*.").map_or_else(|| name.to_owned(), |parent| format!("any.{parent}"));
    DnsName::try_from(name).ok().map(ServerName::DnsName)
}
