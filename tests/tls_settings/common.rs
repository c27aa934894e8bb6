//! A TLS server that tells its clients who they are, and a client of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{env, fs};

use openssl::nid::Nid;
use openssl::ssl::{SslAcceptor, SslAcceptorBuilder, SslMethod, SslRef, SslVerifyMode, SslVersion};
use openssl::x509::store::X509StoreBuilder;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use vestnik::message::{Failure, FailureKind};
use vestnik::transport::tls::certificates::Certificates;
use vestnik::transport::tls::explain::explain_io;
use vestnik::transport::tls::given::Given;
use vestnik::transport::tls::identity::Identity;
use vestnik::transport::tls::{TlsSettings, handshake};

use crate::authority::Issued;

/// Longest wait for anything; only ever hit on failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server on a thread of its own, one connection after the other.
pub(crate) struct Peer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    /// A server that does `serve` with every connection.
    pub(crate) fn start(serve: impl Fn(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.set_write_timeout(Some(PATIENCE)).unwrap();
                serve(stream);
            }
        });
        Self { address, stop, thread: Some(thread) }
    }

    /// A TLS server that answers the first bytes with version and client's name.
    pub(crate) fn tls(shows: &Issued, change: impl FnOnce(&mut SslAcceptorBuilder)) -> Self {
        let acceptor = acceptor(shows, change);
        Self::start(move |stream| {
            // A client that does not like us, or whom we do not like, has its own opinion of it.
            let Ok(mut stream) = acceptor.accept(stream) else { return };
            let answer = format!("{} {}", stream.ssl().version_str(), common_name(stream.ssl()));
            if stream.read(&mut [0; 64]).is_ok() {
                let _ = stream.write_all(answer.as_bytes());
                let _ = stream.shutdown();
            }
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        let ended = self.thread.take().expect("it is joined once").join();
        if !std::thread::panicking() {
            ended.unwrap();
        }
    }
}

/// The server's side of TLS, showing `shows`.
pub(crate) fn acceptor(shows: &Issued, change: impl FnOnce(&mut SslAcceptorBuilder)) -> SslAcceptor {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    change(&mut acceptor);
    acceptor.set_certificate(&shows.certificate).unwrap();
    acceptor.set_private_key(&shows.key).unwrap();
    acceptor.build()
}

fn common_name(ssl: &SslRef) -> String {
    let Some(certificate) = ssl.peer_certificate() else { return "nobody".into() };
    let name = certificate.subject_name().entries_by_nid(Nid::COMMONNAME).next().unwrap();
    name.data().to_string().unwrap()
}

/// Makes an acceptor ask for a certificate from `authority`, and insist.
pub(crate) fn require(acceptor: &mut SslAcceptorBuilder, authority: &Issued, version: SslVersion) {
    let mut store = X509StoreBuilder::new().unwrap();
    store.add_cert(authority.certificate.clone()).unwrap();
    acceptor.set_cert_store(store.build());
    acceptor.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    acceptor.set_min_proto_version(Some(version)).unwrap();
    acceptor.set_max_proto_version(Some(version)).unwrap();
}

/// Connects as `localhost`; what the server answers.
pub(crate) fn ask(peer: &Peer, settings: &TlsSettings) -> Result<String, Failure> {
    ask_for(peer.address(), "localhost", settings)
}

/// Connects to a server that is expected to call itself `name`.
pub(crate) fn ask_for(address: SocketAddr, name: &str, settings: &TlsSettings) -> Result<String, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asked = async {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        converse(handshake(stream, name, settings).await?).await
    };
    runtime.block_on(async { tokio::time::timeout(PATIENCE, asked).await.expect("an answer in time") })
}

/// Sends a greeting and reads the answer.
pub(crate) async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<String, Failure> {
    // The server may have cut the connection already; why it did can still be read.
    let _ = stream.write_all(b"hello").await;
    let mut answer = String::new();
    match stream.read_to_string(&mut answer).await {
        Ok(_) => Ok(answer),
        Err(error) => Err(explain_io(&error).unwrap_or_else(|| panic!("not of TLS: {error}"))),
    }
}

/// A file with this content; its path.
pub(crate) fn file(name: &str, content: &[u8]) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.into_os_string().into_string().unwrap()
}

/// Settings that trust `authority` beside the system's.
pub(crate) fn trusting(authority: &Issued) -> TlsSettings {
    let trusted = Certificates::read(Given::Text(&authority.pem())).unwrap();
    TlsSettings { trusted, ..TlsSettings::default() }
}

/// Settings that trust `authority` and show `client`.
pub(crate) fn showing(authority: &Issued, client: &Issued) -> TlsSettings {
    let pem = client.pem() + &client.key_pem();
    TlsSettings {
        identity: Some(Identity::read(Given::Text(&pem), "", None).unwrap()),
        ..trusting(authority)
    }
}

/// Both languages say this; the kind is TLS.
pub(crate) fn assert_says(outcome: &Result<String, Failure>, ru: &str, en: &str) {
    let failure = outcome.as_ref().expect_err(en);
    assert_eq!(failure.kind, FailureKind::Tls);
    let text = &failure.text;
    assert!(text.ru.contains(ru) && text.en.contains(en), "expected «{ru}», «{en}»: {text:?}");
}

const CHILD: &str = "VESTNIK_TEST_CHILD";

/// Whether this process was started by [`run_child`] for the test `name`.
pub(crate) fn is_child(name: &str) -> bool {
    env::var(CHILD).is_ok_and(|child| child == name)
}

/// Runs the test `name`, given with its full path, in a process of its own: this very test program again, with
/// these environment variables.
pub(crate) fn run_child(name: &str, variables: &[(&str, &str)]) {
    let output = Command::new(env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .envs(variables.iter().copied())
        .env(CHILD, name)
        .output()
        .unwrap();
    let told = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(
        output.status.success() && told[0].contains("1 passed"),
        "{name} in a child:\n{}",
        told.join("\n")
    );
}

/// The variable that a parent has set for its child.
pub(crate) fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is set by the parent"))
}
