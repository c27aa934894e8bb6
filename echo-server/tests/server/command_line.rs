//! The program `echo-server`.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use echo_server::Fault;

use crate::client::{PATIENCE, connect_to, read_head, read_text, request_with};

/// A running program that does not outlive its test.
struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
}

#[test]
fn the_help_lists_every_fault() {
    let help = String::from_utf8(command(&["--help"]).output().unwrap().stdout).unwrap();
    for fault in Fault::ALL {
        let listed = help.lines().any(|line| line.contains(fault.form) && line.ends_with(fault.text));
        assert!(listed, "{} is missing in\n{help}", fault.form);
    }
}

#[test]
fn what_is_wrong_on_the_command_line_is_told() {
    for (arguments, expected) in [
        (&["--fault", "refuse=200"][..], "expected refuse=STATUS"),
        (&["--replay", "nowhere.tsv"], "nowhere.tsv: "),
        (&["--rate", "5"], "--replay"),
        (&["--answer", "nowhere.txt"], "nowhere.txt: "),
        (&["--compression", "level=9"], "expected parameters of permessage-deflate"),
    ] {
        let output = command(arguments).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(expected), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn it_serves_tells_what_happens_and_ends_on_ctrl_c() {
    let mut program = Program::start(&["--greeting", "3"]);
    let address = program.line_after("address:");
    let stream = TcpStream::connect(address.strip_prefix("ws://").unwrap().trim_end_matches('/')).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut client = connect_to(&format!("{address}path"), stream);
    assert_eq!([1, 2, 3].map(|_| read_text(&mut client)), ["1", "2", "3"]);
    assert_eq!(program.line_after("#1 GET"), "/path");
    drop(client);
    assert!(program.line_after("#1 ended by the client").ends_with("0 messages in, 3 out"));
    let interrupted = Command::new("kill").args(["-INT", &program.child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(program.line_after("1 connections,"), "0 messages in, 3 out");
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn the_authority_is_written_for_clients_to_trust() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authority.pem");
    let mut program = Program::start(&["--tls", "good", "--authority-out", file.to_str().unwrap()]);
    assert!(program.line_after("address:").starts_with("wss://localhost:"));
    let pem = fs::read_to_string(&file).unwrap();
    assert_eq!((pem.matches("CERTIFICATE").count(), pem.matches("KEY").count()), (2, 0));
    fs::remove_file(file).unwrap();
}

#[test]
fn faults_in_turn_subprotocols_and_compression_are_taken() {
    let mut program = Program::start(&[
        "--fault",
        "hang-up",
        "--fault",
        "none",
        "--subprotocol",
        "ari",
        "--compression",
        "--session-limit",
        "2",
    ]);
    let address = program.line_after("address:");
    let connect = || {
        let host = address.strip_prefix("ws://").unwrap().trim_end_matches('/');
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    };
    assert_eq!(connect().read(&mut [0]).unwrap(), 0);
    let mut client = connect();
    let offers = "Sec-WebSocket-Protocol: ari\r\nSec-WebSocket-Extensions: permessage-deflate\r\n";
    client.write_all(&request_with(offers)).unwrap();
    let head = read_head(&mut client);
    assert!(
        head.contains("-Protocol: ari\r\n") && head.contains("-Extensions: permessage-deflate\r\n"),
        "{head}"
    );
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_echo-server"));
    command.args(arguments);
    command
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            command(arguments).args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Skips lines up to one with this beginning; what follows in it.
    fn line_after(&mut self, beginning: &str) -> String {
        let mut skipped = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "no {beginning} in\n{skipped}");
            match line.strip_prefix(beginning) {
                Some(rest) => return rest.trim().to_owned(),
                None => skipped += &line,
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.output.read_to_end(&mut Vec::new());
    }
}
