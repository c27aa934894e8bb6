//! Dialling as the transport uses it: directly, through every kind of proxy, and into every wall.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod direct;
mod http_proxy;
mod proxies;
mod socks_proxy;
mod system_proxy;

use std::time::Duration;

use echo_server::{
    CertificateKind, Certificates, Options, Proxy, ProxyJournal, ProxyOptions, ProxyProtocol, Server,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use vestnik::message::{Failure, FailureKind};
use vestnik::transport::address::Address;
use vestnik::transport::dial::{DialSettings, Stream, dial};
use vestnik::transport::proxy::Proxy as ProxySetting;
use vestnik::transport::tls::TlsSettings;
use vestnik::transport::tls::certificates::Certificates as Trusted;
use vestnik::transport::tls::given::Given;

/// Only ever waited out in full by a test that fails.
const PATIENCE: Duration = Duration::from_secs(30);
/// A name that only the proxies of these tests know, and that of [`CertificateKind::WrongName`].
const NAME: &str = "elsewhere.example";
/// What no text may hold.
const SECRET: &str = "s3cret";

/// An authority, and settings that trust it.
struct World {
    certificates: Certificates,
    tls: TlsSettings,
}

impl World {
    fn new() -> Self {
        let certificates = Certificates::new().unwrap();
        let authority = certificates.authority_pem().unwrap();
        let trusted = Trusted::read(Given::Text(&authority)).unwrap();
        Self { certificates, tls: TlsSettings { trusted, ..TlsSettings::default() } }
    }

    fn secure_server(&self, kind: CertificateKind) -> Server {
        let tls = Some(self.certificates.identity(kind).unwrap());
        Server::start(Options { tls, ..Options::default() }).unwrap()
    }

    /// A proxy over TLS.
    fn secure_proxy(&self, kind: CertificateKind, options: ProxyOptions) -> Proxy {
        let tls = Some(self.certificates.identity(kind).unwrap());
        proxy(ProxyProtocol::Http, ProxyOptions { tls, ..options })
    }

    fn settings(&self, proxy: &str) -> DialSettings {
        DialSettings { proxy: ProxySetting::parse(proxy).unwrap(), tls: self.tls.clone() }
    }
}

fn server() -> Server {
    Server::start(Options::default()).unwrap()
}

/// A proxy that knows [`NAME`].
fn proxy(protocol: ProxyProtocol, options: ProxyOptions) -> Proxy {
    Proxy::start(ProxyOptions { protocol, names: vec![NAME.to_owned()], ..options }).unwrap()
}

fn faulty(protocol: ProxyProtocol, fault: &str) -> Proxy {
    proxy(protocol, ProxyOptions { fault: fault.parse().unwrap(), ..ProxyOptions::default() })
}

/// Settings without TLS of their own.
fn through(proxy: &str) -> DialSettings {
    DialSettings { proxy: ProxySetting::parse(proxy).unwrap(), ..DialSettings::default() }
}

/// The URI of `server` by `host`, with secrets in it.
fn uri(server: &Server, host: &str) -> String {
    let scheme = server.url().split(':').next().unwrap().to_owned();
    format!("{scheme}://user:{SECRET}@{host}:{}/{SECRET}?key={SECRET}", server.address().port())
}

/// Dials; a failure holds no secret.
async fn outcome(uri: &str, settings: &DialSettings) -> Result<Stream, Failure> {
    let address = Address::parse(uri).unwrap();
    let outcome = timeout(PATIENCE, dial(&address, settings)).await.expect("an outcome in time");
    if let Err(failure) = &outcome {
        let shown = format!("{failure:?}");
        assert!(!shown.contains(SECRET), "{shown}");
    }
    outcome
}

async fn succeed(uri: &str, settings: &DialSettings) -> Stream {
    outcome(uri, settings).await.unwrap_or_else(|failure| panic!("{failure:?}"))
}

async fn fail(uri: &str, settings: &DialSettings) -> Failure {
    outcome(uri, settings).await.err().expect("a failure")
}

/// Asserts a failure of a proxy, and returns what is behind the name of the proxy in its English text.
async fn fail_at_proxy(uri: &str, proxy: &Proxy, settings: &DialSettings) -> (Option<u16>, String) {
    let failure = fail(uri, settings).await;
    assert_eq!(failure.kind, FailureKind::Proxy, "{failure:?}");
    let behind = |text: &str, before: &str| {
        text.strip_prefix(&format!("{before} {}: ", proxy.url())).expect("the name of the proxy").to_owned()
    };
    assert!(behind(&failure.text.ru, "Прокси").contains(char::is_alphabetic));
    (failure.status, behind(&failure.text.en, "Proxy"))
}

/// At the other end there is an echo server: it answers a WebSocket handshake.
async fn assert_server(stream: &mut Stream) {
    let request = "GET / HTTP/1.1\r\nHost: echo\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(PATIENCE, stream.read_u8()).await.expect("an answer in time").unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
}

fn await_journal(proxy: &Proxy, condition: impl Fn(&ProxyJournal) -> bool) {
    assert!(proxy.wait_for(PATIENCE, condition), "the proxy saw only:\n{:?}", proxy.journal());
}

/// A port of this machine where nobody listens.
fn closed_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A name that cannot be looked up, and no name server is asked to find out (RFC 1035, section 2.3.4).
fn unresolvable() -> String {
    format!("{}.invalid", "x".repeat(64))
}
