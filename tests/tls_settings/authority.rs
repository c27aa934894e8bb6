//! Throw-away certificates of every kind.

use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Name};

const DAY: i64 = 86_400;

/// A certificate and its key.
pub(crate) struct Issued {
    pub(crate) certificate: X509,
    pub(crate) key: PKey<Private>,
}

/// What a certificate is to be.
pub(crate) struct Wish<'a> {
    /// Common name.
    pub(crate) name: &'a str,
    /// DNS name or IP address that it is for.
    pub(crate) host: &'a str,
    /// Days from now: not before, not after.
    pub(crate) days: (i64, i64),
    pub(crate) authority: bool,
    pub(crate) key: PKey<Private>,
}

impl Default for Wish<'_> {
    fn default() -> Self {
        Self { name: "leaf", host: "localhost", days: (-1, 30), authority: false, key: ec() }
    }
}

pub(crate) fn ec() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

pub(crate) fn rsa(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

impl Issued {
    /// An authority that signs itself.
    pub(crate) fn root(name: &str) -> Self {
        Self::make(Wish { name, authority: true, ..Wish::default() }, None)
    }

    /// A certificate that signs itself.
    pub(crate) fn self_signed(wish: Wish<'_>) -> Self {
        Self::make(wish, None)
    }

    /// A certificate signed by this one.
    pub(crate) fn issue(&self, wish: Wish<'_>) -> Self {
        Self::make(wish, Some(self))
    }

    /// A client's or server's certificate, by default.
    pub(crate) fn leaf(&self) -> Self {
        self.issue(Wish::default())
    }

    pub(crate) fn pem(&self) -> String {
        text(self.certificate.to_pem())
    }

    /// PKCS#8.
    pub(crate) fn key_pem(&self) -> String {
        text(self.key.private_key_to_pem_pkcs8())
    }

    fn make(wish: Wish<'_>, issuer: Option<&Self>) -> Self {
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        let mut serial = BigNum::new().unwrap();
        serial.rand(127, MsbOption::MAYBE_ZERO, false).unwrap();
        builder.set_serial_number(&Asn1Integer::from_bn(&serial).unwrap()).unwrap();
        let mut subject = X509Name::builder().unwrap();
        subject.append_entry_by_nid(Nid::COMMONNAME, wish.name).unwrap();
        let subject = subject.build();
        builder.set_subject_name(&subject).unwrap();
        let issuer_name = issuer.map_or(&*subject, |issuer| issuer.certificate.subject_name());
        builder.set_issuer_name(issuer_name).unwrap();
        builder.set_pubkey(&wish.key).unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let now = i64::try_from(now).unwrap();
        let time = |days: i64| Asn1Time::from_unix(now + days * DAY).unwrap();
        builder.set_not_before(&time(wish.days.0)).unwrap();
        builder.set_not_after(&time(wish.days.1)).unwrap();
        if wish.authority {
            builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
            builder.append_extension(KeyUsage::new().critical().key_cert_sign().build().unwrap()).unwrap();
        } else {
            builder.append_extension(BasicConstraints::new().critical().build().unwrap()).unwrap();
            let mut names = SubjectAlternativeName::new();
            match wish.host.parse::<IpAddr>() {
                Ok(_) => names.ip(wish.host),
                Err(_) => names.dns(wish.host),
            };
            let names = names.build(&builder.x509v3_context(None, None)).unwrap();
            builder.append_extension(names).unwrap();
        }
        builder.sign(issuer.map_or(&wish.key, |issuer| &issuer.key), MessageDigest::sha256()).unwrap();
        Self { certificate: builder.build(), key: wish.key }
    }
}

/// PEM is text.
pub(crate) fn text(pem: Result<Vec<u8>, openssl::error::ErrorStack>) -> String {
    String::from_utf8(pem.unwrap()).unwrap()
}
