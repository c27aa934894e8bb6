//! Which versions of TLS will do.

use openssl::pkey::Id;
use openssl::ssl::{SslOptions, SslVersion};
use vestnik::transport::tls::{MinTlsVersion, TlsSettings};

use crate::authority::{Issued, Wish, rsa};
use crate::common::{Peer, ask, assert_says, require, showing, trusting};

const VERSIONS: [(SslVersion, MinTlsVersion, &str); 4] = [
    (SslVersion::TLS1, MinTlsVersion::Tls10, "TLSv1"),
    (SslVersion::TLS1_1, MinTlsVersion::Tls11, "TLSv1.1"),
    (SslVersion::TLS1_2, MinTlsVersion::Tls12, "TLSv1.2"),
    (SslVersion::TLS1_3, MinTlsVersion::Tls13, "TLSv1.3"),
];

/// A server that speaks nothing but `version`, and asks for certificates from `clients`, if any.
fn only(version: SslVersion, root: &Issued, clients: Option<&Issued>) -> Peer {
    let shows = root.issue(Wish { key: rsa(2048), ..Wish::default() });
    assert_eq!(shows.key.id(), Id::RSA, "no other key has a cipher in every version");
    Peer::tls(&shows, |acceptor| {
        acceptor.set_security_level(0);
        acceptor.clear_options(SslOptions::NO_TLSV1 | SslOptions::NO_TLSV1_1);
        acceptor.set_cipher_list("ALL:@SECLEVEL=0").unwrap();
        acceptor.set_min_proto_version(Some(version)).unwrap();
        acceptor.set_max_proto_version(Some(version)).unwrap();
        if let Some(clients) = clients {
            require(acceptor, clients, version);
        }
    })
}

fn at_least(min_version: MinTlsVersion, settings: TlsSettings) -> TlsSettings {
    TlsSettings { min_version, ..settings }
}

#[test]
fn the_least_version_is_1_2() {
    assert_eq!(TlsSettings::default().min_version, MinTlsVersion::Tls12);
}

#[test]
fn older_versions_are_refused_and_all_others_do() {
    let root = Issued::root("root");
    for (index, (version, _, name)) in VERSIONS.into_iter().enumerate() {
        let peer = only(version, &root, None);
        for (least_index, (_, least, _)) in VERSIONS.into_iter().enumerate() {
            let outcome = ask(&peer, &at_least(least, trusting(&root)));
            if index >= least_index {
                assert_eq!(outcome.unwrap(), format!("{name} nobody"), "at least {least:?}");
            } else {
                let number = least.number();
                let (ru, en) = (format!("не поддерживает TLS {number}"), format!("not support TLS {number}"));
                assert_says(&outcome, &ru, &en);
            }
        }
    }
}

#[test]
fn an_old_version_is_as_strict_with_certificates() {
    let (root, clients) = (Issued::root("root"), Issued::root("clients"));
    let peer = only(SslVersion::TLS1, &root, None);
    let with = |settings| ask(&peer, &at_least(MinTlsVersion::Tls10, settings));
    assert_says(&with(TlsSettings::default()), "издатель неизвестен", "unknown issuer");
    assert_says(&with(trusting(&clients)), "издатель неизвестен", "unknown issuer");
    assert!(with(TlsSettings { verify_certificate: false, ..TlsSettings::default() }).is_ok());

    let wrong_name = root.issue(Wish { host: "elsewhere.example", ..Wish::default() });
    let wrong_name = Peer::tls(&wrong_name, |_| {});
    let with = |settings| ask(&wrong_name, &at_least(MinTlsVersion::Tls10, settings));
    assert_says(&with(trusting(&root)), "другого имени узла", "another host name");
    assert!(with(TlsSettings { verify_host_name: false, ..trusting(&root) }).is_ok());

    let mutual = only(SslVersion::TLS1, &root, Some(&clients));
    let client = clients.issue(Wish { name: "client", key: rsa(1024), ..Wish::default() });
    let with = |settings| ask(&mutual, &at_least(MinTlsVersion::Tls10, settings));
    assert_eq!(with(showing(&root, &client)).unwrap(), "TLSv1 client", "a short key does, too");
    assert_says(&with(trusting(&root)), "нужен сертификат клиента", "wants a client certificate");
}
