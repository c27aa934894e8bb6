//! Keys and certificates never leave memory: a session with a client's certificate writes no file at all.
#![cfg(target_os = "linux")]

use std::env;
use std::process::Command;

use echo_server::{CertificateKind, Certificates, KeyKind, Options};
use native_api::Value;

use super::{WEBSOCKET, on_server};
use crate::common::server;

const MARK: &str = "VESTNIK_TEST_WITHOUT_FILES";
const NAME: &str = "border::keys::a_session_with_a_key_writes_no_file";

/// In a process that the kernel kills when it writes a byte to a file, be it one that is deleted at once.
#[test]
fn a_session_with_a_key_writes_no_file() {
    if env::var_os(MARK).is_some() {
        return session();
    }
    let run = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(env::current_exe().unwrap());
        command.args([NAME, "--exact", "--nocapture"]).env(MARK, "1").output().unwrap()
    };
    let output = run("ulimit -f 0 && exec \"$0\" \"$@\"");
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success() && told[0].contains("1 passed"), "{}\n{}", told[0], told[1]);
    // The limit is a limit.
    let status =
        Command::new("sh").args(["-c", "ulimit -f 0 && head -c 1 /dev/zero > \"$0\""]).arg(file()).status();
    assert!(!status.unwrap().success());
    std::fs::remove_file(file()).unwrap();
}

fn file() -> std::path::PathBuf {
    crate::common::folder().join("one-byte")
}

fn session() {
    let certificates = Certificates::new().unwrap();
    let tls = Some(certificates.identity(CertificateKind::Good).unwrap());
    let fault = "client-certificate".parse().unwrap();
    let server = server(Options { tls, fault, ..Options::default() });
    let client = certificates.client_identity(CertificateKind::Good, KeyKind::Rsa).unwrap();
    let forms: [[Value; 3]; 3] = [
        [client.certificate_pem().unwrap().into(), "п".into(), client.encrypted_key_pem("п").unwrap().into()],
        [client.pfx("п").unwrap().into(), "п".into(), "".into()],
        [client.old_pfx("п").unwrap().into(), "п".into(), "".into()],
    ];
    for [certificate, password, key] in forms {
        let object = on_server(WEBSOCKET);
        object.call("УстановитьДоверенныеСертификаты", [certificates.authority_pem().unwrap()]).unwrap();
        object.call("УстановитьСертификатКлиента", (certificate, password, key)).unwrap();
        assert_eq!(object.call("Подключиться", [server.url()]).unwrap(), true.into());
        object.call("Отправить", ["шифрованное"]).unwrap();
        assert_eq!(object.call("Получить", [30]).unwrap(), "шифрованное".into());
        object.call("Отключиться", ()).unwrap();
    }
}
