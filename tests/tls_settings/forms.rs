//! A client's certificate and key in every form that 1C may give them in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{Id, PKey, Private};
use openssl::stack::Stack;
use openssl::symm::Cipher;
use openssl::x509::X509;
use vestnik::transport::tls::given::Given;

use crate::authority::{Issued, text};
use crate::common::file;

/// Of everything that is encrypted.
pub(crate) const PASSWORD: &str = "пароль secret";

/// A certificate, a password and perhaps a key apart.
pub(crate) struct Form {
    pub(crate) name: String,
    pub(crate) certificate: Source,
    pub(crate) password: &'static str,
    pub(crate) key: Option<Source>,
}

/// What a [`Given`] borrows.
pub(crate) enum Source {
    Text(String),
    Bytes(Vec<u8>),
}

impl Source {
    pub(crate) fn given(&self) -> Given<'_> {
        match self {
            Self::Text(text) => Given::Text(text),
            Self::Bytes(bytes) => Given::Bytes(bytes),
        }
    }
}

/// A key in every form, with the password it takes.
pub(crate) fn keys(key: &PKey<Private>) -> Vec<(&'static str, Source, &'static str)> {
    let cipher = Cipher::aes_256_cbc;
    let password = PASSWORD.as_bytes();
    let (traditional, encrypted) = if key.id() == Id::RSA {
        let rsa = key.rsa().unwrap();
        (rsa.private_key_to_pem(), rsa.private_key_to_pem_passphrase(cipher(), password))
    } else {
        let ec = key.ec_key().unwrap();
        (ec.private_key_to_pem(), ec.private_key_to_pem_passphrase(cipher(), password))
    };
    let (traditional, encrypted) = (text(traditional), text(encrypted));
    assert!(!traditional.contains("BEGIN PRIVATE KEY") && encrypted.contains("Proc-Type: 4,ENCRYPTED"));
    let encrypted_pkcs8 = text(key.private_key_to_pem_pkcs8_passphrase(cipher(), password));
    assert!(encrypted_pkcs8.contains("BEGIN ENCRYPTED PRIVATE KEY"));
    vec![
        ("traditional PEM", Source::Text(traditional), ""),
        ("encrypted traditional PEM", Source::Text(encrypted), PASSWORD),
        ("PKCS8 PEM", Source::Text(text(key.private_key_to_pem_pkcs8())), "not needed"),
        ("encrypted PKCS8 PEM", Source::Text(encrypted_pkcs8), PASSWORD),
        ("traditional DER", Source::Bytes(key.private_key_to_der().unwrap()), ""),
        ("PKCS8 DER", Source::Bytes(key.private_key_to_pkcs8().unwrap()), ""),
        (
            "encrypted PKCS8 DER",
            Source::Bytes(key.private_key_to_pkcs8_passphrase(cipher(), password).unwrap()),
            PASSWORD,
        ),
    ]
}

/// A PFX as it is made today, with further certificates.
pub(crate) fn pfx(issued: &Issued, others: &[&X509], password: &str) -> Vec<u8> {
    let mut stack = Stack::new().unwrap();
    others.iter().for_each(|other| stack.push((*other).clone()).unwrap());
    let mut builder = Pkcs12::builder();
    builder.pkey(&issued.key).cert(&issued.certificate).ca(stack);
    builder.build2(password).unwrap().to_der().unwrap()
}

/// `client` in every form.
pub(crate) fn forms(client: &Issued, issuer: &X509) -> Vec<Form> {
    let kind = if client.key.id() == Id::RSA { "RSA" } else { "EC" };
    let mut forms = Vec::new();
    let mut add = |name: &str, certificate, password, key| {
        forms.push(Form { name: format!("{kind}, {name}"), certificate, password, key });
    };
    for (name, key, password) in keys(&client.key) {
        if let Source::Text(key) = &key {
            let together = Source::Text(format!("{key}\n{}", client.pem()));
            add(&format!("{name} with the certificate"), together, password, None);
            let path = file(&format!("ключ {kind} {name}.pem"), key.as_bytes());
            add(&format!("{name} in a file"), Source::Text(client.pem()), password, Some(Source::Text(path)));
        }
        add(&format!("{name} apart"), Source::Text(client.pem()), password, Some(key));
    }
    let der = client.certificate.to_der().unwrap();
    let key = || Some(Source::Text(client.key_pem()));
    add("DER", Source::Bytes(der.clone()), "", key());
    add("DER in Base64", Source::Text(STANDARD.encode(der)), "", key());
    let archive = pfx(client, &[issuer], PASSWORD);
    add("PFX in a file", Source::Text(file(&format!("клиент {kind}.pfx"), &archive)), PASSWORD, None);
    add("PFX in Base64", Source::Text(STANDARD.encode(&archive)), PASSWORD, None);
    add("PFX", Source::Bytes(archive), PASSWORD, None);
    add("PFX without a password", Source::Bytes(pfx(client, &[], "")), "", None);
    forms
}
