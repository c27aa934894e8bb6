//! Tests that run in a process of their own.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::stage::certificates;

const MARK: &str = "VESTNIK_MATRIX_CHILD";

/// Runs `body` in a process of its own that trusts the authority of the certificates. The test that calls this is
/// `name`, its full path.
pub(crate) fn trusting(name: &str, body: impl FnOnce()) {
    const FILE: &str = "SSL_CERT_FILE";
    if env::var(MARK).is_ok_and(|child| child == name) {
        // Written before the library looks for it, which it does with its first connection.
        let pem = certificates().authority_pem().unwrap();
        std::fs::write(env::var(FILE).unwrap(), pem).unwrap();
        return body();
    }
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("matrix-{}.pem", std::process::id()));
    let (success, output) = output(name, &[(FILE, file.to_str().unwrap())]);
    std::fs::remove_file(file).unwrap();
    assert!(success, "{name} in a child:\n{output}");
    println!("{output}");
}

/// Runs one test in a process of its own, ignored or not, with these environment variables; whether it succeeded, and
/// what it said.
pub(crate) fn output(name: &str, variables: &[(&str, &str)]) -> (bool, String) {
    let output = Command::new(env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--include-ignored"])
        .envs(variables.iter().copied())
        .env(MARK, name)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let out = text(&output.stdout);
    let success = output.status.success() && out.contains("1 passed");
    (success, out + &text(&output.stderr))
}
