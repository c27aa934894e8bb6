//! On Linux, where OpenSSL makes the certificates and is the server.
#![allow(clippy::unwrap_used, reason = "a test may end where it likes")]

use std::time::Duration;

use echo_server::{CertificateKind, Certificates, ClientIdentity, Fault, KeyKind, Options, Server};
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::transport::tls::given::Given;
use crate::transport::tls::rustls::asn1::{Elements, OCTET_STRING};
use crate::transport::tls::unusable::{Part, Unusable};
use crate::transport::tls::{certificates, pem};

const PASSWORD: &str = "пароль secret";
/// Longest wait for anything; only ever hit on failure.
const PATIENCE: Duration = Duration::from_secs(30);

fn client(certificates: &Certificates, kind: CertificateKind, key: KeyKind) -> ClientIdentity {
    certificates.client_identity(kind, key).unwrap()
}

fn certificate(client: &ClientIdentity) -> Certificate {
    let pem = client.certificate_pem().unwrap();
    x509::from_der(&pem::blocks(&pem).next().unwrap().der().unwrap()).unwrap()
}

fn der(pem: &str) -> Vec<u8> {
    pem::blocks(pem).next().unwrap().der().unwrap()
}

#[test]
fn every_form_of_a_key_is_read() {
    let certificates = Certificates::new().unwrap();
    for kind in [KeyKind::Rsa, KeyKind::Ec] {
        let client = client(&certificates, CertificateKind::Good, kind);
        let certificate = certificate(&client);
        let traditional = client.traditional_key_pem().unwrap();
        let pkcs8 = client.key_pem().unwrap();
        let encrypted = client.encrypted_key_pem(PASSWORD).unwrap();
        for (pem, password) in [(traditional, ""), (pkcs8, "not needed"), (encrypted, PASSWORD)] {
            for given in [Given::Text(&pem), Given::Bytes(&der(&pem))] {
                let key = key::read(given, password).unwrap_or_else(|why| panic!("{kind:?}: {why:?}"));
                assert!(x509::belongs(&certificate, &key), "{kind:?}");
            }
        }
    }
}

#[test]
fn a_key_may_lack_its_public_half() {
    use crate::transport::tls::rustls::asn1::{INTEGER, SEQUENCE, context, written};

    let certificates = Certificates::new().unwrap();
    let client = || client(&certificates, CertificateKind::Good, KeyKind::Ec);
    let (client, other) = (client(), client());
    let sec1 = der(&client.traditional_key_pem().unwrap());
    let pkcs8 = der(&client.key_pem().unwrap());
    let fields = |der| Elements(der).sequence().unwrap();
    let kept = fields(&sec1).filter(|field| field.tag != context(1)).flat_map(|field| field.whole);
    let half = written(SEQUENCE, &kept.copied().collect::<Vec<_>>());
    let algorithm = fields(&pkcs8).nth(1).unwrap().whole;
    let wrapped = [&[INTEGER, 1, 0][..], algorithm, &written(OCTET_STRING, &half)].concat();
    for form in [half, written(SEQUENCE, &wrapped)] {
        let key = key::read(Given::Bytes(&form), "").unwrap();
        assert!(matches!(key, Key::Half(_)));
        assert!(x509::belongs(&certificate(&client), &key));
        assert!(!x509::belongs(&certificate(&other), &key));
    }
}

#[test]
fn issuers_are_told_by_their_names() {
    let certificates = Certificates::new().unwrap();
    let authority = x509::from_der(&der(&certificates.authority_pem().unwrap())).unwrap();
    let good = certificate(&client(&certificates, CertificateKind::Good, KeyKind::Ec));
    assert!(x509::issued(&authority, &good) && !x509::issued(&good, &authority));
    assert!(x509::is_self_signed(&authority) && !x509::is_self_signed(&good));
    assert_eq!(x509::der(&good).unwrap(), &good[..]);
    let followed = [&good[..], b"and more"].concat();
    assert_eq!(x509::from_der(&followed), Some(good));
    assert_eq!(x509::from_der(&followed[..followed.len() / 2]), None);
}

#[test]
fn every_kind_of_pfx_is_opened() {
    let certificates = Certificates::new().unwrap();
    for kind in [KeyKind::Rsa, KeyKind::Ec] {
        let client = client(&certificates, CertificateKind::Good, kind);
        for password in [PASSWORD, ""] {
            for der in [client.pfx(password).unwrap(), client.old_pfx(password).unwrap()] {
                for form in [ber(&der), der] {
                    let pfx = pfx::open(&form, password).unwrap();
                    assert_eq!(pfx.certificates, [certificate(&client)]);
                    assert!(x509::belongs(&pfx.certificates[0], &pfx.key.unwrap()));
                    for end in [0, 1, form.len() / 2, form.len() - 1] {
                        assert!(pfx::open(&form[..end], password).is_err());
                    }
                }
            }
        }
    }
}

#[test]
fn broken_files_are_refused_and_nothing_worse() {
    let certificates = Certificates::new().unwrap();
    let client = client(&certificates, CertificateKind::Good, KeyKind::Ec);
    let (random, certificate) = (&mut fastrand::Rng::with_seed(7), der(&client.certificate_pem().unwrap()));
    for form in [client.old_pfx(PASSWORD).unwrap(), ber(&client.old_pfx(PASSWORD).unwrap())] {
        for _ in 0..1000 {
            let mut form = form.clone();
            for _ in 0..random.usize(1..=3) {
                // Numbers of iterations stay as they are: millions would only take their time.
                let index = random.usize(..form.len());
                form[index] = if form[index] == 8 { 8 } else { random.u8(..) };
            }
            let _ = pfx::open(&form, PASSWORD);
        }
    }
    for _ in 0..10_000 {
        let mut certificate = certificate.clone();
        let index = random.usize(..certificate.len());
        certificate[index] = random.u8(..);
        if let Some(certificate) = x509::from_der(&certificate) {
            x509::names(&certificate);
        }
    }
}

/// The same with indefinite lengths and octet strings in pieces, also in what octet strings contain.
fn ber(der: &[u8]) -> Vec<u8> {
    let elements = Elements(der).map(|element| match element.tag {
        OCTET_STRING => {
            let pieces = element.value.chunks(100).flat_map(|piece| {
                let length = u8::try_from(piece.len()).unwrap();
                [&[OCTET_STRING, length][..], piece].concat()
            });
            [&[0x24, 0x80][..], &pieces.collect::<Vec<_>>(), &[0, 0]].concat()
        }
        tag if tag & 0x20 != 0 => [&[tag, 0x80][..], &ber(element.value), &[0, 0]].concat(),
        _ => element.whole.to_vec(),
    });
    elements.collect::<Vec<_>>().concat()
}

#[test]
fn what_cannot_be_used_is_told() {
    let certificates = Certificates::new().unwrap();
    let client = client(&certificates, CertificateKind::Good, KeyKind::Ec);
    let refuse = |outcome: Result<(), Unusable>, part, ru: &str, en: &str| {
        let unusable = outcome.expect_err(en);
        assert_eq!(unusable.part, part, "{unusable:?}");
        assert!(unusable.why.ru.contains(ru) && unusable.why.en.contains(en), "{unusable:?}");
    };
    let key = |pem: &str, password: &str| key::read(Given::Text(pem), password).map(drop);
    let encrypted = client.encrypted_key_pem(PASSWORD).unwrap();
    refuse(key(&encrypted, "wrong"), Part::Password, "неверный пароль закрытого", "a wrong password of the");
    refuse(key(&encrypted, ""), Part::Password, "ключ зашифрован", "the private key is encrypted");
    let old = client.encrypted_traditional_key_pem(PASSWORD).unwrap();
    refuse(key(&old, PASSWORD), Part::Key, "openssl pkcs8 -topk8", "openssl pkcs8 -topk8");
    let broken = client.key_pem().unwrap().replace("MI", "MJ");
    refuse(key(&broken, ""), Part::Key, "который не читается", "cannot be read");
    let certificate = client.certificate_pem().unwrap();
    refuse(key(&certificate, ""), Part::Key, "PEM без закрытого ключа", "PEM without a private key");

    let p521 = EcKey::generate(&EcGroup::from_curve_name(Nid::SECP521R1).unwrap()).unwrap();
    let short = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    for unsupported in [PKey::from_ec_key(p521).unwrap(), short] {
        let der = unsupported.private_key_to_pkcs8().unwrap();
        let outcome = key::read(Given::Bytes(&der), "").map(drop);
        refuse(outcome, Part::Key, "RSA от 2048 до 4096 бит", "RSA of 2048 to 4096 bits");
    }

    for archive in [client.pfx(PASSWORD).unwrap(), client.old_pfx(PASSWORD).unwrap()] {
        let open = |password| pfx::open(&archive, password).map(drop);
        refuse(open("wrong"), Part::Password, "неверный пароль PFX", "a wrong password of the PFX");
        refuse(open(""), Part::Password, "PFX защищён паролем", "the PFX has a password");
    }
    refuse(pfx::open(&[0x30, 1, 0], "").map(drop), Part::Certificate, "ни PFX", "nor a PFX");
}

/// A server, and settings that trust it.
fn server(certificates: &Certificates, shows: CertificateKind, fault: Fault, tls_1_3: bool) -> Server {
    let identity = certificates.identity(shows).unwrap();
    let identity = if tls_1_3 { identity } else { identity.without_tls_1_3().unwrap() };
    Server::start(Options { tls: Some(identity), fault, ..Options::default() }).unwrap()
}

fn trusting(certificates: &Certificates) -> TlsSettings {
    let trusted = certificates::Certificates::read(Given::Text(&certificates.authority_pem().unwrap()));
    TlsSettings { trusted: trusted.unwrap(), ..TlsSettings::default() }
}

/// Connects, and waits for the answer to a request that is none.
fn ask(server: &Server, settings: &TlsSettings, client: Option<&ClientIdentity>) -> Result<(), Failure> {
    let shown = client.map(|client| {
        let key = key::read(Given::Text(&client.key_pem().unwrap()), "").unwrap();
        (vec![certificate(client)], key)
    });
    let shown = shown.as_ref().map(|(chain, key)| (&chain[..], key));
    let connector = connector(settings, shown).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let mut stream = connect(&connector, "localhost", stream, settings).await?;
        // The server may have cut the connection already; why it did can still be read.
        let _ = stream.write_all(b"none\r\n\r\n").await;
        match stream.read(&mut [0; 1]).await {
            Ok(_) => Ok(()),
            Err(error) => explain::explain_io(&error).map_or(Ok(()), Err),
        }
    })
}

#[test]
fn the_certificate_is_shown_and_judged() {
    let certificates = Certificates::new().unwrap();
    for tls_1_3 in [true, false] {
        let server = server(&certificates, CertificateKind::Good, Fault::ClientCertificate, tls_1_3);
        let settings = trusting(&certificates);
        for key in [KeyKind::Rsa, KeyKind::Ec] {
            let good = client(&certificates, CertificateKind::Good, key);
            assert_eq!(ask(&server, &settings, Some(&good)), Ok(()), "{key:?}");
        }
        let stranger = client(&certificates, CertificateKind::UnknownIssuer, KeyKind::Ec);
        let late = client(&certificates, CertificateKind::Expired, KeyKind::Ec);
        let missing = if tls_1_3 { "requires a client" } else { "wants a client" };
        for (shown, words) in [
            (None, missing),
            (Some(&stranger), "does not know the issuer"),
            (Some(&late), "client certificate expired"),
        ] {
            let failure = ask(&server, &settings, shown).expect_err(words);
            assert!(failure.text.en.contains(words), "{failure:?}");
        }
    }
}

#[test]
fn the_servers_certificate_is_judged() {
    let certificates = Certificates::new().unwrap();
    let trusting = trusting(&certificates);
    let nameless = TlsSettings { verify_host_name: false, ..trusting.clone() };
    let careless = TlsSettings { verify_certificate: false, ..TlsSettings::default() };
    for (kind, words) in [
        (CertificateKind::Good, ""),
        (CertificateKind::WrongName, "another host name"),
        (CertificateKind::Expired, "has expired"),
        (CertificateKind::SelfSigned, "self-signed"),
        (CertificateKind::UnknownIssuer, "unknown issuer"),
    ] {
        let server = server(&certificates, kind, Fault::None, true);
        assert_eq!(ask(&server, &careless, None), Ok(()), "{kind:?}");
        for settings in [&trusting, &nameless] {
            let connects = matches!(kind, CertificateKind::Good)
                || matches!(kind, CertificateKind::WrongName) && !settings.verify_host_name;
            match ask(&server, settings, None) {
                Ok(()) => assert!(connects, "{kind:?}, {settings:?}"),
                Err(failure) => {
                    assert!(!connects && failure.text.en.contains(words), "{kind:?}, {failure:?}");
                }
            }
        }
    }
}

#[test]
fn versions_below_the_least_are_refused() {
    let certificates = Certificates::new().unwrap();
    let settings = TlsSettings { min_version: MinTlsVersion::Tls13, ..trusting(&certificates) };
    let new = server(&certificates, CertificateKind::Good, Fault::None, true);
    assert_eq!(ask(&new, &settings, None), Ok(()));
    let old = server(&certificates, CertificateKind::Good, Fault::None, false);
    let failure = ask(&old, &settings, None).expect_err("it is older");
    assert!(failure.text.en.contains("does not support TLS 1.3"), "{failure:?}");
    let oldest = server(&certificates, CertificateKind::Good, Fault::Tls10, true);
    let failure = ask(&oldest, &trusting(&certificates), None).expect_err("it is older");
    assert!(failure.text.en.contains("does not support TLS 1.2"), "{failure:?}");
}

#[test]
fn a_session_that_nobody_waits_for_any_more_is_given_up() {
    let certificates = Certificates::new().unwrap();
    let server = server(&certificates, CertificateKind::Good, Fault::NeverAccept, true);
    let settings = trusting(&certificates);
    let connector = connector(&settings, None).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let connecting = connect(&connector, "localhost", stream, &settings);
        let outcome = tokio::time::timeout(Duration::from_millis(50), connecting).await;
        assert!(outcome.is_err(), "it never answers");
    });
    assert!(server.wait_for(PATIENCE, |journal| journal.totals().ended == 1), "the stream is still open");
    runtime.shutdown_timeout(PATIENCE);
}
