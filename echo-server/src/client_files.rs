//! Files with the certificates and keys of clients, for whoever tries a client in another process.

use std::{fs, io, path::Path};

use echo_server::{CertificateKind, Certificates, KeyKind};

/// Of everything in them that is encrypted.
const PASSWORD: &str = "пароль secret";

/// The files, for people.
pub(crate) const LIST: &str = "Files of --clients-out, under the password `пароль secret` where there is one:
  rsa.pfx, ec.pfx                 certificate and key as PFX of today, RSA and P-256
  old.pfx                         RSA as PFX of the past: RC2-40, triple DES, SHA-1
  ec.pem                          certificate and key, not encrypted
  apart.crt, apart.key            an RSA certificate, and its key as encrypted PKCS#8
  traditional.crt, .key           a P-256 certificate, and its key as SEC1, not encrypted
  stranger.pem                    certificate and key of another authority
";

/// Writes them to `folder`, which is made if need be.
pub(crate) fn write(certificates: &Certificates, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let good = |key| certificates.client_identity(CertificateKind::Good, key);
    let (rsa, ec) = (good(KeyKind::Rsa)?, good(KeyKind::Ec)?);
    fs::write(folder.join("rsa.pfx"), rsa.pfx(PASSWORD)?)?;
    fs::write(folder.join("ec.pfx"), ec.pfx(PASSWORD)?)?;
    fs::write(folder.join("old.pfx"), rsa.old_pfx(PASSWORD)?)?;
    fs::write(folder.join("ec.pem"), ec.key_pem()? + &ec.certificate_pem()?)?;
    fs::write(folder.join("apart.crt"), rsa.certificate_pem()?)?;
    fs::write(folder.join("apart.key"), rsa.encrypted_key_pem(PASSWORD)?)?;
    fs::write(folder.join("traditional.crt"), ec.certificate_pem()?)?;
    fs::write(folder.join("traditional.key"), ec.traditional_key_pem()?)?;
    let stranger = certificates.client_identity(CertificateKind::UnknownIssuer, KeyKind::Ec)?;
    fs::write(folder.join("stranger.pem"), stranger.certificate_pem()? + &stranger.key_pem()?)
}
