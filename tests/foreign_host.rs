//! The library under a host that is not ours: C++ declarations of its own, tables laid out by g++, objects
//! ended by `delete` and by `DestroyObject` in every phase; then the same under valgrind.

#![cfg(all(unix, target_pointer_width = "64"))]

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use echo_server::{Options, Server};

#[test]
fn a_cpp_host_finds_what_the_reference_says() {
    if !installed("g++") {
        return;
    }
    let server = Server::start(Options::default()).expect("an echo server");
    let host = compile("foreign-host");
    assert_success(&Command::new(host).arg(library()).arg(server.url()).output().unwrap());
}

#[test]
fn nothing_leaks_and_nothing_touches_freed_memory() {
    if !installed("g++") || !installed("valgrind") {
        return;
    }
    let server = Server::start(Options::default()).expect("an echo server");
    let host = compile("foreign-host-under-valgrind");
    let output = Command::new("valgrind")
        .args(["--quiet", "--leak-check=full", "--error-exitcode=99"])
        // A block that a thread still points at from its own storage is neither lost nor an error.
        .args(["--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect"])
        .arg(host)
        .arg(library())
        .arg(server.url())
        .output()
        .unwrap();
    assert_success(&output);
}

/// Whether `tool` can be run here. Without it a test is skipped on a developer's machine, where Rust, a C
/// compiler, make and perl are all that is asked for; in CI, where `CI` is set, it fails.
fn installed(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        assert!(std::env::var_os("CI").is_none(), "{tool} is not installed, and CI must have it");
        // Not `eprintln!`: the test harness would swallow it.
        writeln!(std::io::stderr(), "skipped: {tool} not found").expect("an error stream");
    }
    found
}

/// Compiles the C++ host into a program of this name.
fn compile(program: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("native-api/host/cpp/foreign_host.cpp");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(program);
    let mut compiler = Command::new("g++");
    compiler.args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-g", "-pthread"]);
    compiler.args([source.as_os_str(), OsStr::new("-o"), program.as_os_str(), OsStr::new("-ldl")]);
    assert_success(&compiler.output().expect("g++ runs"));
    program
}

fn library() -> PathBuf {
    native_api_host::locate("vestnik").expect("the library beside this test")
}

fn assert_success(output: &Output) {
    assert!(
        output.status.success(),
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
