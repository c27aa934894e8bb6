//! Whom we believe.

use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::pkcs12::Pkcs12;
use openssl::stack::Stack;
use vestnik::transport::tls::certificates::Certificates;
use vestnik::transport::tls::given::Given;
use vestnik::transport::tls::unusable::Part;
use vestnik::transport::tls::{TlsSettings, handshake};

use crate::authority::{Issued, Wish, rsa};
use crate::common::{PATIENCE, Peer, acceptor, ask, ask_for, assert_says, converse, file, trusting};

fn unverified() -> TlsSettings {
    TlsSettings { verify_certificate: false, ..TlsSettings::default() }
}

#[test]
fn a_trusted_issuer_is_enough() {
    let root = Issued::root("root");
    let peer = Peer::tls(&root.leaf(), |_| {});
    assert_eq!(ask(&peer, &trusting(&root)).unwrap(), "TLSv1.3 nobody");
    // Settings do not mix: the ones made last do not serve the others.
    assert!(ask(&peer, &TlsSettings::default()).is_err());
    assert!(ask(&peer, &trusting(&Issued::root("root"))).is_err());
    assert!(ask(&peer, &unverified()).is_ok());
    assert!(ask(&peer, &TlsSettings::default()).is_err());
}

#[test]
fn what_is_wrong_with_a_certificate_is_told() {
    let root = Issued::root("root");
    let wish = |days, host| Wish { days, host, ..Wish::default() };
    let (refused_ru, refused_en) =
        ("Сертификат сервера не принят: ", "The server's certificate is not accepted: ");
    for (shows, ru, en) in [
        (root.issue(wish((-30, -1), "localhost")), "истёк срок", "it or its issuer has expired"),
        (root.issue(wish((1, 30), "localhost")), "срок действия ещё не начался", "it is not valid yet"),
        (
            root.issue(wish((-1, 30), "elsewhere.example")),
            "он выдан для другого имени узла",
            "it is for another host name",
        ),
        (Issued::self_signed(Wish::default()), "он подписан сам собой", "it is self-signed"),
        (Issued::root("stranger").leaf(), "издатель неизвестен", "unknown issuer"),
        (root.issue(Wish { key: rsa(1024), ..Wish::default() }), "слишком короткий ключ", "a key too short"),
    ] {
        let peer = Peer::tls(&shows, |acceptor| acceptor.set_security_level(0));
        let outcome = ask(&peer, &trusting(&root));
        assert_says(&outcome, &format!("{refused_ru}{ru}"), &format!("{refused_en}{en}"));
        assert!(ask(&peer, &unverified()).is_ok(), "whoever does not verify connects: {en}");
    }
}

#[test]
fn an_unknown_root_in_the_chain_is_told() {
    let root = Issued::root("root");
    let peer = Peer::tls(&root.leaf(), |acceptor| {
        acceptor.add_extra_chain_cert(root.certificate.clone()).unwrap();
    });
    let outcome = ask(&peer, &TlsSettings::default());
    assert_says(&outcome, "корневой сертификат не входит в доверенные", "the root certificate is not among");
}

#[test]
fn addresses_are_verified_as_names_are() {
    let root = Issued::root("root");
    let (by_name, by_address) = (Peer::tls(&root.leaf(), |_| {}), {
        let leaf = root.issue(Wish { host: "127.0.0.1", ..Wish::default() });
        Peer::tls(&leaf, |_| {})
    });
    let ask = |peer: &Peer| ask_for(peer.address(), "127.0.0.1", &trusting(&root));
    assert_says(&ask(&by_name), "не для этого IP-адреса", "not for this IP address");
    assert!(ask(&by_address).is_ok());
}

#[test]
fn the_name_alone_may_be_left_unverified() {
    let root = Issued::root("root");
    let elsewhere = || Wish { host: "elsewhere.example", ..Wish::default() };
    let settings = TlsSettings { verify_host_name: false, ..trusting(&root) };
    assert!(ask(&Peer::tls(&root.issue(elsewhere()), |_| {}), &settings).is_ok());
    let stranger = Peer::tls(&Issued::root("stranger").issue(elsewhere()), |_| {});
    assert_says(&ask(&stranger, &settings), "издатель неизвестен", "unknown issuer");
}

#[test]
fn a_self_signed_certificate_can_be_trusted_itself() {
    let own = Issued::self_signed(Wish::default());
    assert!(ask(&Peer::tls(&own, |_| {}), &trusting(&own)).is_ok());
}

#[test]
fn trusted_certificates_come_in_every_form() {
    let (root, other) = (Issued::root("root"), Issued::root("other"));
    let peer = Peer::tls(&root.leaf(), |_| {});
    let der = root.certificate.to_der().unwrap();
    let both = format!("# the others\n{}\r\n{}{}", other.pem(), root.key_pem(), root.pem());
    let mut stack = Stack::new().unwrap();
    stack.push(other.certificate.clone()).unwrap();
    stack.push(root.certificate.clone()).unwrap();
    let pfx = Pkcs12::builder().ca(stack).build2("").unwrap().to_der().unwrap();
    let file = file("доверенные.crt", both.as_bytes());
    for (form, given) in [
        ("PEM", Given::Text(&both)),
        ("PEM as bytes", Given::Bytes(both.as_bytes())),
        ("DER", Given::Bytes(&der)),
        ("Base64", Given::Text(&STANDARD.encode(&der))),
        ("a path", Given::Text(&file)),
        ("a file after a BOM", Given::Bytes(&[b"\xef\xbb\xbf", both.as_bytes()].concat())),
        ("PKCS#12", Given::Bytes(&pfx)),
    ] {
        let trusted = Certificates::read(given).unwrap_or_else(|why| panic!("{form}: {why:?}"));
        let settings = TlsSettings { trusted, ..TlsSettings::default() };
        assert!(ask(&peer, &settings).is_ok(), "{form}");
    }
}

#[test]
fn what_holds_no_certificate_is_refused() {
    let root = Issued::root("root");
    let broken = root.pem().replace("MII", "MIJ");
    let pfx = Pkcs12::builder().cert(&root.certificate).build2("secret").unwrap().to_der().unwrap();
    for (given, part, ru, en) in [
        (
            Given::Text("no such file"),
            Part::Certificate,
            "ни текст PEM, ни имя",
            "neither a PEM text nor the name",
        ),
        (Given::Text(&root.key_pem()), Part::Certificate, "без сертификатов", "without certificates"),
        (Given::Text(&broken), Part::Certificate, "который не читается", "cannot be read"),
        (Given::Bytes(b"text"), Part::Certificate, "ни PEM, ни DER", "neither PEM nor DER"),
        (
            Given::Bytes(&[0x30, 1, 0]),
            Part::Certificate,
            "не являются ни сертификатом",
            "neither a certificate",
        ),
        (Given::Bytes(&pfx), Part::Password, "PFX защищён паролем", "the PFX has a password"),
    ] {
        let unusable = Certificates::read(given).expect_err(en);
        assert_eq!(unusable.part, part, "{en}");
        assert!(unusable.why.ru.contains(ru) && unusable.why.en.contains(en), "{unusable:?}");
    }
}

#[test]
fn who_does_not_speak_tls_is_told() {
    for (answer, ru, en) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "не говорит на TLS", "does not speak TLS"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "не говорит на TLS", "does not speak TLS"),
        (&[0; 64], "не говорит на TLS", "does not speak TLS"),
        (b"", "оборвалась во время рукопожатия", "was cut during the TLS handshake"),
    ] {
        let peer = Peer::start(move |mut stream: TcpStream| {
            // Read first: unread bytes would reset the connection.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        });
        assert_says(&ask(&peer, &TlsSettings::default()), ru, en);
    }
}

#[test]
fn tls_goes_through_tls() {
    let (proxy, root) = (Issued::root("proxy"), Issued::root("root"));
    let (outer, inner) = (acceptor(&proxy.leaf(), |_| {}), acceptor(&root.leaf(), |_| {}));
    let peer = Peer::start(move |stream| {
        let mut stream = inner.accept(outer.accept(stream).unwrap()).unwrap();
        let mut greeting = [0; 5];
        stream.read_exact(&mut greeting).unwrap();
        stream.write_all(&greeting).unwrap();
        stream.shutdown().unwrap();
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asked = async {
        let stream = tokio::net::TcpStream::connect(peer.address()).await.unwrap();
        let stream = handshake(stream, "localhost", &trusting(&proxy)).await.unwrap();
        converse(handshake(stream, "localhost", &trusting(&root)).await.unwrap()).await
    };
    let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, asked).await.unwrap() });
    assert_eq!(answer.unwrap(), "hello");
}
