//! Throw-away certificates, made in memory at start: an authority of our own, and what it signs.

use std::{fmt, io};

use clap::ValueEnum;
use openssl::{
    error::ErrorStack,
    pkey::{PKey, Private},
    ssl::{SslAcceptor, SslAcceptorBuilder, SslMethod, SslVersion},
    x509::X509,
};

use crate::{
    client_identity::{ClientIdentity, KeyKind},
    issuer::{Issuer, Purpose, leaf, new_ec_key, new_rsa_key},
};

/// Which certificate the server, or a client, shows.
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
    certificate: X509,
    key: PKey<Private>,
    authority: X509,
    latest: Option<SslVersion>,
    acceptor: SslAcceptor,
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
        let pem = self.authority.certificate().to_pem()?;
        Ok(String::from_utf8(pem).expect("PEM is ASCII"))
    }

    /// Makes a certificate for a server.
    ///
    /// # Errors
    /// OpenSSL could not make a key or a certificate.
    pub fn identity(&self, kind: CertificateKind) -> io::Result<Identity> {
        let key = new_ec_key()?;
        let certificate = leaf(kind, Purpose::Server, &key, self.issuer(kind))?;
        let authority = self.authority.certificate().to_owned();
        let acceptor = acceptor(&certificate, &key, None)?.build();
        Ok(Identity { kind, certificate, key, authority, latest: None, acceptor })
    }

    /// Makes a certificate for a client. A server with an identity of the same value and
    /// [`Fault::ClientCertificate`](crate::Fault::ClientCertificate) accepts the good one and, since clients have
    /// no name, the one with the wrong name; it rejects the others.
    ///
    /// # Errors
    /// OpenSSL could not make a key or a certificate.
    pub fn client_identity(&self, kind: CertificateKind, key: KeyKind) -> io::Result<ClientIdentity> {
        let key = match key {
            KeyKind::Ec => new_ec_key(),
            KeyKind::Rsa => new_rsa_key(),
        }?;
        let certificate = leaf(kind, Purpose::Client, &key, self.issuer(kind))?;
        Ok(ClientIdentity::new(certificate, key))
    }

    /// Who signs such a certificate; nobody but itself if `None`.
    fn issuer(&self, kind: CertificateKind) -> Option<&Issuer> {
        match kind {
            CertificateKind::Good | CertificateKind::Expired | CertificateKind::WrongName => {
                Some(&self.authority)
            }
            CertificateKind::UnknownIssuer => Some(&self.stranger),
            CertificateKind::SelfSigned => None,
        }
    }
}

impl Identity {
    /// Which certificate it is.
    #[must_use]
    pub fn kind(&self) -> CertificateKind {
        self.kind
    }

    /// The same, shown over TLS 1.2 and never over TLS 1.3.
    ///
    /// # Errors
    /// OpenSSL failed.
    pub fn without_tls_1_3(self) -> io::Result<Self> {
        let latest = Some(SslVersion::TLS1_2);
        let acceptor = acceptor(&self.certificate, &self.key, latest)?.build();
        Ok(Self { latest, acceptor, ..self })
    }

    pub(crate) fn acceptor(&self) -> &SslAcceptor {
        &self.acceptor
    }

    /// What makes another acceptor like it.
    pub(crate) fn acceptor_builder(&self) -> Result<SslAcceptorBuilder, ErrorStack> {
        acceptor(&self.certificate, &self.key, self.latest)
    }

    pub(crate) fn certificate(&self) -> &X509 {
        &self.certificate
    }

    pub(crate) fn key(&self) -> &PKey<Private> {
        &self.key
    }

    /// The certificate of the authority that made it, whoever has signed it.
    pub(crate) fn authority(&self) -> &X509 {
        &self.authority
    }
}

fn acceptor(
    certificate: &X509,
    key: &PKey<Private>,
    latest: Option<SslVersion>,
) -> Result<SslAcceptorBuilder, ErrorStack> {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    acceptor.set_max_proto_version(latest)?;
    acceptor.set_certificate(certificate)?;
    acceptor.set_private_key(key)?;
    Ok(acceptor)
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
