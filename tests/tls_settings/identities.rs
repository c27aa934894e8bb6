//! The client's certificate: every form of it, what is wrong with it, and what servers say of it.

use openssl::pkcs12::Pkcs12;
use openssl::ssl::SslVersion;
use vestnik::transport::tls::given::Given;
use vestnik::transport::tls::identity::Identity;
use vestnik::transport::tls::unusable::Part;
use vestnik::transport::tls::{MinTlsVersion, TlsSettings};

use crate::authority::{Issued, Wish, ec, rsa, text};
use crate::common::{Peer, ask, assert_says, require, showing, trusting};
use crate::forms::{PASSWORD, Source, forms, keys, pfx};

#[test]
fn every_form_of_certificate_and_key_connects() {
    let (root, clients) = (Issued::root("root"), Issued::root("clients"));
    let peer = Peer::tls(&root.leaf(), |acceptor| require(acceptor, &clients, SslVersion::TLS1_3));
    for key in [ec(), rsa(2048)] {
        let client = clients.issue(Wish { name: "client", key, ..Wish::default() });
        for form in forms(&client, &clients.certificate) {
            let key = form.key.as_ref().map(Source::given);
            let identity = Identity::read(form.certificate.given(), form.password, key);
            let identity = identity.unwrap_or_else(|why| panic!("{}: {why:?}", form.name));
            let settings = TlsSettings { identity: Some(identity), ..trusting(&root) };
            assert_eq!(ask(&peer, &settings).as_deref(), Ok("TLSv1.3 client"), "{}", form.name);
        }
    }
}

#[test]
fn intermediate_certificates_are_shown_whatever_their_order() {
    let (root, clients) = (Issued::root("root"), Issued::root("clients"));
    let authority = |name| Wish { name, authority: true, ..Wish::default() };
    let first = clients.issue(authority("first"));
    let second = first.issue(authority("second"));
    let client = second.issue(Wish { name: "client", ..Wish::default() });
    let archive = pfx(&client, &[&second.certificate, &clients.certificate, &first.certificate], "");
    let pem = [first.pem(), client.key_pem(), second.pem(), client.pem(), clients.pem()].concat();
    for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
        let peer = Peer::tls(&root.leaf(), |acceptor| require(acceptor, &clients, version));
        for given in [Given::Text(&pem), Given::Bytes(&archive)] {
            let identity = Some(Identity::read(given, "", None).unwrap());
            let settings = TlsSettings { identity, ..trusting(&root) };
            // Old versions take another way to the same.
            let too = TlsSettings { min_version: MinTlsVersion::Tls10, ..settings.clone() };
            for settings in [settings, too] {
                let answer = ask(&peer, &settings).unwrap();
                assert!(answer.ends_with(" client"), "{answer}");
            }
        }
    }
}

#[test]
fn a_key_apart_comes_before_the_one_with_the_certificate() {
    let client = Issued::root("clients").leaf();
    let pem = client.pem() + &text(ec().private_key_to_pem_pkcs8());
    assert!(Identity::read(Given::Text(&pem), "", None).is_err());
    assert!(Identity::read(Given::Text(&pem), "", Some(Given::Text(&client.key_pem()))).is_ok());
    let (archive, stranger) = (pfx(&client, &[], ""), ec().private_key_to_der().unwrap());
    assert!(Identity::read(Given::Bytes(&archive), "", Some(Given::Bytes(&stranger))).is_err());
}

#[test]
fn equal_identities_are_equal_however_they_were_given() {
    let (one, other) = (Issued::self_signed(Wish::default()), Issued::self_signed(Wish::default()));
    let read = |given: Given<'_>| Identity::read(given, "", None).unwrap();
    let pem = |issued: &Issued| issued.key_pem() + &issued.pem();
    assert_eq!(read(Given::Text(&pem(&one))), read(Given::Bytes(&pfx(&one, &[], ""))));
    assert_ne!(read(Given::Text(&pem(&one))), read(Given::Text(&pem(&other))));
}

#[test]
fn what_a_server_says_of_the_certificate_is_told() {
    let (root, clients, strangers) =
        (Issued::root("root"), Issued::root("clients"), Issued::root("strangers"));
    let late = clients.issue(Wish { days: (-30, -1), ..Wish::default() });
    let (missing, unknown, expired) =
        (trusting(&root), showing(&root, &strangers.leaf()), showing(&root, &late));
    for (version, required) in [
        (SslVersion::TLS1_2, ("ему нужен сертификат клиента", "wants a client certificate")),
        (SslVersion::TLS1_3, ("Сервер требует сертификат клиента", "requires a client certificate")),
    ] {
        let peer = Peer::tls(&root.leaf(), |acceptor| require(acceptor, &clients, version));
        assert_says(&ask(&peer, &missing), required.0, required.1);
        assert_says(&ask(&peer, &unknown), "издатель ему неизвестен", "does not know the issuer");
        assert_says(&ask(&peer, &expired), "сертификат клиента: просрочен", "client certificate expired");
        assert!(ask(&peer, &showing(&root, &clients.leaf())).is_ok());
    }
}

#[test]
fn a_weak_certificate_is_told() {
    let (root, clients) = (Issued::root("root"), Issued::root("clients"));
    let peer = Peer::tls(&root.leaf(), |_| {});
    let weak = clients.issue(Wish { key: rsa(1024), ..Wish::default() });
    let outcome = ask(&peer, &showing(&root, &weak));
    assert_says(&outcome, "Сертификат клиента слишком слаб", "client certificate is too weak");
}

#[test]
fn what_cannot_be_used_is_told_and_never_shown() {
    let clients = Issued::root("clients");
    let (client, other) = (clients.leaf(), clients.leaf());
    let body = client.key_pem().lines().nth(1).unwrap().to_owned();
    let refuse =
        |certificate: Given<'_>, password: &str, key: Option<Given<'_>>, part, ru: &str, en: &str| {
            let unusable = Identity::read(certificate, password, key).expect_err(en);
            assert_eq!(unusable.part, part, "{en}: {unusable:?}");
            assert!(unusable.why.ru.contains(ru) && unusable.why.en.contains(en), "{en}: {unusable:?}");
            let told = format!("{unusable:?}");
            assert!(!told.contains("secret") && !told.contains(&body), "{told}");
        };
    let (pem, key) = (client.pem(), client.key_pem());
    let (pem, key) = (Given::Text(&pem), Given::Text(&key));
    let wrong = "wrong secret";

    let encrypted = keys(&client.key).into_iter().filter(|(_, _, password)| *password == PASSWORD);
    let encrypted = encrypted.map(|(_, key, _)| key).collect::<Vec<_>>();
    assert_eq!(encrypted.len(), 3);
    for key in encrypted.iter().map(|key| Some(key.given())) {
        refuse(
            pem,
            wrong,
            key,
            Part::Password,
            "неверный пароль закрытого",
            "a wrong password of the private",
        );
        refuse(pem, "", key, Part::Password, "ключ зашифрован", "the private key is encrypted");
    }

    let archive = pfx(&client, &[], PASSWORD);
    let archive = Given::Bytes(&archive);
    refuse(archive, wrong, None, Part::Password, "неверный пароль PFX", "a wrong password of the PFX");
    refuse(archive, "", None, Part::Password, "PFX защищён паролем", "the PFX has a password");
    refuse(archive, "a\0b", None, Part::Password, "U+0000", "U+0000");
    let no_key = Pkcs12::builder().cert(&client.certificate).build2(PASSWORD).unwrap().to_der().unwrap();
    let no_key = Given::Bytes(&no_key);
    refuse(no_key, PASSWORD, None, Part::Key, "закрытого ключа нет", "there is no private key");

    refuse(pem, "", None, Part::Key, "закрытого ключа нет", "there is no private key");
    refuse(pem, "", Some(pem), Part::Key, "PEM без закрытого ключа", "PEM without a private key");
    refuse(pem, "", Some(Given::Text(&other.key_pem())), Part::Key, "не подходит", "does not match");
    let broken = client.key_pem().replace("MI", "MJ");
    refuse(pem, "", Some(Given::Text(&broken)), Part::Key, "ключ, который не читается", "cannot be read");
    refuse(pem, "", Some(Given::Text(&body)), Part::Key, "ни текст PEM, ни имя", "neither a PEM text");
    refuse(pem, "", Some(Given::Text("/secret/key.pem")), Part::Key, "ни имя существующего файла", "exists");

    refuse(key, "", None, Part::Certificate, "без сертификата", "without a certificate");
    refuse(Given::Text("secret"), "", Some(key), Part::Certificate, "ни текст PEM", "neither a PEM text");
    refuse(Given::Bytes(&[0x30, 1, 0]), "", Some(key), Part::Certificate, "ни PFX", "nor a PFX");
    refuse(Given::Bytes(b"secret"), "", Some(key), Part::Certificate, "ни PKCS#12", "nor PKCS#12");
}
