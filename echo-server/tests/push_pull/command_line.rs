//! The subcommand `bitrix`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Stdio},
};

use echo_server::{PollFault, RestFault};

use crate::client::PATIENCE;

/// A running program that does not outlive its test.
struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(&[&["--listen", "127.0.0.1:0"], arguments].concat())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
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
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_echo-server"));
    command.arg("bitrix").args(arguments);
    command
}

/// The whole answer to a request that asks for the connection to be closed.
fn ask(address: &str, method: &str, target: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = format!("{method} {target} HTTP/1.1\r\nHost: portal\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_help_lists_every_fault() {
    let help = String::from_utf8(command(&["--help"]).output().unwrap().stdout).unwrap();
    for fault in PollFault::ALL.iter().chain(RestFault::ALL) {
        let listed = help.lines().any(|line| line.contains(fault.form) && line.ends_with(fault.text));
        assert!(listed, "{} is missing in\n{help}", fault.form);
    }
}

#[test]
fn it_tells_how_to_raise_an_event_and_logs_no_token() {
    let mut program = Program::start(&["--bind", "ONX,OneC", "--rest-fault", "none"]);
    let url = program.line_after("address:");
    let address = url.strip_prefix("http://").unwrap();
    let token = program.line_after("access token:");
    let poll = program.line_after("to poll:");
    let raise = program.line_after("to raise it:");
    let raise = raise.strip_prefix("curl -X POST \"").unwrap().strip_suffix('"').unwrap();
    assert!(ask(address, "POST", raise.strip_prefix(&url).unwrap()).contains(r#"{"recorded":1}"#));
    let target = format!("{}&mid={}", poll.strip_prefix(&url).unwrap(), "0".repeat(26));
    assert!(ask(address, "GET", &target).contains("event_offline"));
    let get = format!("/rest/event.offline.get?auth={token}&auth_connector=OneC");
    assert!(ask(address, "GET", &get).contains(r#""EVENT_NAME":"ONX""#));
    assert_eq!(program.line_after("#1 POST"), "/stand-in/offline-event");
    assert_eq!(program.line_after("#2 GET"), format!("/bitrix/subws/ from {}", "0".repeat(26)));
    assert_eq!(program.line_after("#3 GET"), "/rest/event.offline.get");
}

#[test]
fn a_push_server_of_another_version_over_tls() {
    let mut program = Program::start(&["--tls", "good", "--push-server", "5"]);
    assert_eq!(program.line_after("certificate:"), "good");
    let url = program.line_after("address:");
    assert!(url.starts_with("https://localhost:"), "{url}");
    assert!(program.line_after("to poll:").starts_with(&format!("{url}/bitrix/subws/?token=")));
    assert!(program.line_after("to raise it:").starts_with("curl --insecure -X POST \"https://localhost:"));
    let refused = command(&["--push-server", "3"]).output().unwrap();
    assert!(String::from_utf8(refused.stderr).unwrap().contains("possible values: 2, 4, 5"));
}
