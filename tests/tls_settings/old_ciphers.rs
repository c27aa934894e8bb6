//! Files encrypted with ciphers that OpenSSL 3 has put aside.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::PKey;
use openssl::provider::Provider;
use openssl::symm::Cipher;
use vestnik::transport::tls::given::Given;
use vestnik::transport::tls::identity::Identity;
use vestnik::transport::tls::unusable::Part;

use crate::authority::{Issued, Wish, rsa, text};
use crate::common::{Peer, ask, is_child, run_child, trusting, variable};

const PASSWORD: &str = "старый";

/// As Windows and OpenSSL 1 made them: the certificates under RC2-40.
fn old_pfx(client: &Issued, key_cipher: Nid) -> String {
    let pfx = Pkcs12::builder()
        .pkey(&client.key)
        .cert(&client.certificate)
        .key_algorithm(key_cipher)
        .cert_algorithm(Nid::PBE_WITHSHA1AND40BITRC2_CBC)
        .mac_md(MessageDigest::sha1())
        .build2(PASSWORD)
        .unwrap();
    STANDARD.encode(pfx.to_der().unwrap())
}

/// Makes the files, which takes the old ciphers, and has them read by a process that has none.
fn run_reader(name: &str) {
    let _old = Provider::try_load(None, "legacy", true).unwrap();
    let client = Issued::self_signed(Wish { key: rsa(2048), ..Wish::default() });
    let (pkcs1, password) = (client.key.rsa().unwrap(), PASSWORD.as_bytes());
    let variables = [
        ("CERTIFICATE", client.pem()),
        ("KEY", client.key_pem()),
        ("PFX_3DES", old_pfx(&client, Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC)),
        ("PFX_RC2", old_pfx(&client, Nid::PBE_WITHSHA1AND40BITRC2_CBC)),
        ("KEY_DES", text(pkcs1.private_key_to_pem_passphrase(Cipher::des_cbc(), password))),
        ("PKCS8_DES", text(client.key.private_key_to_pem_pkcs8_passphrase(Cipher::des_cbc(), password))),
    ];
    run_child(name, &variables.each_ref().map(|(name, value)| (*name, value.as_str())));
}

#[test]
fn they_are_read() {
    const NAME: &str = "old_ciphers::they_are_read";
    if !is_child(NAME) {
        return run_reader(NAME);
    }
    let pem = variable("CERTIFICATE");
    let expected = Identity::read(Given::Text(&pem), "", Some(Given::Text(&variable("KEY")))).unwrap();
    let key = variable("KEY_DES");
    let of_its_own = || PKey::private_key_from_pem_passphrase(key.as_bytes(), PASSWORD.as_bytes());
    assert!(of_its_own().is_err(), "OpenSSL by itself reads it: nothing is proved");

    for name in ["KEY_DES", "PKCS8_DES"] {
        let key = variable(name);
        let read = |password| Identity::read(Given::Text(&pem), password, Some(Given::Text(&key)));
        assert_eq!(read(PASSWORD).as_ref(), Ok(&expected), "{name}");
        assert_eq!(read("wrong").map_err(|unusable| unusable.part), Err(Part::Password), "{name}");
    }
    for name in ["PFX_3DES", "PFX_RC2"] {
        let pfx = variable(name);
        let read = |password| Identity::read(Given::Text(&pfx), password, None);
        assert_eq!(read(PASSWORD).as_ref(), Ok(&expected), "{name}");
        assert_eq!(read("wrong").map_err(|unusable| unusable.part), Err(Part::Password), "{name}");
    }
    // The ciphers of today are still there.
    let root = Issued::root("root");
    assert!(ask(&Peer::tls(&root.leaf(), |_| {}), &trusting(&root)).is_ok());
}
