//! The host process's own OpenSSL configuration is not ours.

use vestnik::transport::tls::TlsSettings;
use vestnik::transport::tls::certificates::Certificates;
use vestnik::transport::tls::given::Given;

use crate::authority::Issued;
use crate::common::{Peer, ask_for, file, is_child, run_child, variable};

/// Activates a provider that does not exist, and not the default one.
const BROKEN: &str = "openssl_conf = init\n[init]\nproviders = all\n[all]\nlegacy = on\nmissing = on\n\
    [on]\nactivate = 1\n";

/// Runs `name` in a child whose `OPENSSL_CONF` is broken. The server stays here: its OpenSSL must work.
fn run_with_broken_configuration(name: &str) {
    let root = Issued::root("root");
    let peer = Peer::tls(&root.leaf(), |_| {});
    let configuration = file(&format!("{}.cnf", name.replace("::", "-")), BROKEN.as_bytes());
    let address = peer.address().to_string();
    run_child(name, &[("OPENSSL_CONF", &configuration), ("ADDRESS", &address), ("ROOT", &root.pem())]);
}

/// Connects to the parent's server.
fn connect() -> Result<(), String> {
    let trusted = Certificates::read(Given::Text(&variable("ROOT"))).map_err(|why| format!("{why:?}"))?;
    let settings = TlsSettings { trusted, ..TlsSettings::default() };
    let answer = ask_for(variable("ADDRESS").parse().unwrap(), "localhost", &settings);
    answer.map(drop).map_err(|failure| format!("{failure:?}"))
}

#[test]
fn a_broken_one_does_no_harm() {
    const NAME: &str = "host_configuration::a_broken_one_does_no_harm";
    if is_child(NAME) {
        connect().unwrap();
    } else {
        run_with_broken_configuration(NAME);
    }
}

/// The proof that the configuration is broken: OpenSSL as it starts by itself obeys it.
#[test]
fn it_would_do_harm() {
    const NAME: &str = "host_configuration::it_would_do_harm";
    if is_child(NAME) {
        openssl::init();
        let failure = connect().unwrap_err();
        assert!(failure.contains("TLS could not be prepared"), "{failure}");
    } else {
        run_with_broken_configuration(NAME);
    }
}
