//! A plain HTTP client on a plain TCP stream.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use echo_server::{Portal, PortalJournal, PortalOptions};
use serde_json::Value;

/// Only ever waited out in full by a test that fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Before every message that was ever published.
pub(crate) const ZEROS: &str = "00000000000000000000000000";
/// A poll that nobody publishes for is over soon.
pub(crate) const SHORT: Duration = Duration::from_millis(100);

pub(crate) struct Client {
    stream: TcpStream,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) chunks: usize,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The numbers of the messages in a framed body.
    pub(crate) fn mids(&self) -> Vec<&str> {
        assert_eq!(self.status, 200, "{self:?}");
        let frames =
            self.text().strip_prefix("#!NGINXNMS!#").and_then(|text| text.strip_suffix("#!NGINXNME!#"));
        let frames = frames.unwrap_or_else(|| panic!("no frames: {}", self.text()));
        frames.split("#!NGINXNME!##!NGINXNMS!#").map(mid).collect()
    }
}

fn mid(object: &str) -> &str {
    &object.split_once(r#""mid":""#).unwrap().1[..26]
}

impl Client {
    pub(crate) fn new(portal: &Portal) -> Self {
        let stream = TcpStream::connect(portal.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream }
    }

    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    pub(crate) fn send(&mut self, method: &str, target: &str, headers: &str, body: &str) {
        let length =
            if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let request = format!("{method} {target} HTTP/1.1\r\nHost: portal\r\n{headers}{length}\r\n{body}");
        self.stream.write_all(request.as_bytes()).unwrap();
    }

    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.send("GET", target, "", "");
        self.read()
    }

    /// Calls a REST method with JSON and the token in the header.
    pub(crate) fn call(&mut self, token: &str, method: &str, parameters: &Value) -> Answer {
        let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        self.send("POST", &format!("/rest/{method}"), &headers, &parameters.to_string());
        self.read()
    }

    pub(crate) fn read(&mut self) -> Answer {
        self.try_read().unwrap()
    }

    pub(crate) fn try_read(&mut self) -> io::Result<Answer> {
        let head = self.read_until(b"\r\n\r\n")?;
        let status = head.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
        let mut answer = Answer { status, head, body: Vec::new(), chunks: 0 };
        if answer.header("transfer-encoding") == Some("chunked") {
            loop {
                let length = usize::from_str_radix(self.read_until(b"\r\n")?.trim(), 16).unwrap();
                let mut chunk = vec![0; length + 2];
                self.stream.read_exact(&mut chunk)?;
                assert!(chunk.ends_with(b"\r\n"));
                if length == 0 {
                    break;
                }
                answer.chunks += 1;
                answer.body.extend(&chunk[..length]);
            }
        }
        Ok(answer)
    }

    /// All that comes before the stream ends, and whether it ended cleanly.
    pub(crate) fn read_to_end(&mut self) -> (Vec<u8>, io::Result<()>) {
        let mut bytes = Vec::new();
        let ended = self.stream.read_to_end(&mut bytes).map(|_| ());
        (bytes, ended)
    }

    fn read_until(&mut self, end: &[u8]) -> io::Result<String> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end) {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            bytes.push(byte[0]);
        }
        Ok(String::from_utf8(bytes).unwrap())
    }
}

pub(crate) fn start() -> Portal {
    Portal::start(PortalOptions::default()).unwrap()
}

/// A portal whose polls are over soon.
pub(crate) fn impatient() -> Portal {
    Portal::start(PortalOptions { poll_time: SHORT, ..PortalOptions::default() }).unwrap()
}

pub(crate) fn access(portal: &Portal) -> String {
    portal.tokens().0
}

/// What follows the portal's address in the address of the push server.
pub(crate) fn push_target(portal: &Portal) -> String {
    portal.push_url().strip_prefix(portal.url()).unwrap().to_owned()
}

/// The same from this message on.
pub(crate) fn push_from(portal: &Portal, mid: &str) -> String {
    format!("{}&mid={mid}", push_target(portal))
}

pub(crate) fn await_journal(portal: &Portal, condition: impl Fn(&PortalJournal) -> bool) {
    assert!(portal.wait_for(PATIENCE, condition), "the portal saw only:\n{:?}", portal.journal());
}

pub(crate) fn await_waiting(portal: &Portal, count: usize) {
    await_journal(portal, |journal| journal.waiting == count);
}
