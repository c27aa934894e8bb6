//! The proxy that the environment names. It is read in a child process, where it can be what a test wants.

use std::env;
use std::process::Command;

use echo_server::{
    CertificateKind, Proxy, ProxyOptions,
    ProxyProtocol::{Http, Socks5},
};
use vestnik::message::FailureKind;
use vestnik::transport::dial::DialSettings;
use vestnik::transport::tls::TlsSettings;

use crate::{NAME, SECRET, World, assert_server, fail, proxy, server, succeed, through, unresolvable, uri};

const CHILD: &str = "VESTNIK_DIALLING_CHILD";
const URIS: &str = "VESTNIK_DIALLING_URIS";
/// Everything that says something about proxies.
const VARIABLES: [&str; 9] = [
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "REQUEST_METHOD",
];

/// In the child process of this test, the URIs it was given.
fn child(test: &str) -> Option<Vec<String>> {
    let is_child = env::var(CHILD).is_ok_and(|child| child == test);
    is_child.then(|| env::var(URIS).unwrap().split(' ').map(str::to_owned).collect())
}

/// Runs this test in a child process with these variables, which must succeed.
fn run_child(test: &str, uris: &[String], variables: &[(&str, &str)]) {
    let mut command = Command::new(env::current_exe().unwrap());
    VARIABLES.iter().for_each(|variable| {
        command.env_remove(variable);
    });
    command.args([test, "--exact", "--nocapture"]).env(CHILD, test).env(URIS, uris.join(" "));
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{test} in a child:\n{out}\n{err}");
}

#[tokio::test]
async fn every_scheme_has_its_variable() {
    const TEST: &str = "system_proxy::every_scheme_has_its_variable";
    if let Some(uris) = child(TEST) {
        let tls = TlsSettings { verify_certificate: false, ..TlsSettings::default() };
        for uri in uris {
            let settings = DialSettings { tls: tls.clone(), ..through("system") };
            assert_server(&mut succeed(&uri, &settings).await).await;
        }
        return;
    }
    let (plain, secure) = (server(), World::new().secure_server(CertificateKind::Good));
    let credentials = Some(("user".to_owned(), SECRET.to_owned()));
    let http = proxy(Http, ProxyOptions { credentials, ..ProxyOptions::default() });
    let socks = proxy(Socks5, ProxyOptions::default());
    run_child(
        TEST,
        &[uri(&plain, NAME), uri(&secure, NAME)],
        &[("http_proxy", &http.url_as(&format!("user:{SECRET}"))), ("HTTPS_PROXY", &socks.url())],
    );
    let ports =
        |proxy: &Proxy| proxy.journal().requests.iter().map(|request| request.port).collect::<Vec<_>>();
    assert_eq!(ports(&http), [plain.address().port()]);
    assert_eq!(ports(&socks), [secure.address().port()]);
}

#[tokio::test]
async fn this_machine_is_reached_directly() {
    const TEST: &str = "system_proxy::this_machine_is_reached_directly";
    if let Some(uris) = child(TEST) {
        for uri in uris {
            assert_server(&mut succeed(&uri, &through("system")).await).await;
        }
        return;
    }
    let (server, proxy) = (server(), proxy(Http, ProxyOptions::default()));
    let uris = [uri(&server, "localhost"), uri(&server, "127.0.0.1")];
    run_child(TEST, &uris, &[("ALL_PROXY", &proxy.url())]);
    assert_eq!(proxy.journal().accepted, 0);
}

#[tokio::test]
async fn exceptions_are_reached_directly() {
    const TEST: &str = "system_proxy::exceptions_are_reached_directly";
    if let Some(uris) = child(TEST) {
        let failure = fail(&uris[0], &through("system")).await;
        assert_eq!(failure.kind, FailureKind::Dns, "{failure:?}");
        assert_server(&mut succeed(&uris[1], &through("system")).await).await;
        return;
    }
    let (server, proxy) = (server(), proxy(Http, ProxyOptions::default()));
    let excepted = unresolvable();
    let uris = [uri(&server, &excepted), uri(&server, NAME)];
    run_child(TEST, &uris, &[("all_proxy", &proxy.url()), ("no_proxy", &excepted)]);
    assert_eq!(proxy.journal().accepted, 1);
}

#[tokio::test]
async fn a_variable_that_names_no_proxy_is_told() {
    const TEST: &str = "system_proxy::a_variable_that_names_no_proxy_is_told";
    if let Some(uris) = child(TEST) {
        let failure = fail(&uris[0], &through("system")).await;
        assert_eq!(failure.kind, FailureKind::Proxy);
        assert_eq!(failure.text.ru, "Неверный адрес прокси (переменная среды http_proxy): неверный порт");
        return;
    }
    let variables = [("http_proxy", "http://user:s3cret@proxy:port")];
    run_child(TEST, &[format!("ws://{NAME}/")], &variables);
}

#[tokio::test]
async fn without_variables_there_is_no_proxy() {
    const TEST: &str = "system_proxy::without_variables_there_is_no_proxy";
    if let Some(uris) = child(TEST) {
        assert_eq!(fail(&uris[0], &through("system")).await.kind, FailureKind::Dns);
        return;
    }
    run_child(TEST, &[format!("ws://{}/", unresolvable())], &[]);
}
