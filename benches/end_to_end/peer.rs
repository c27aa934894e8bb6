//! The server's process, as those who are measured see it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::outcome::{Outcome, PATIENCE};

/// The server.
#[derive(Clone, Copy)]
pub(crate) struct Peer(SocketAddr);

/// The server's process; it ends with this.
pub(crate) struct PeerProcess {
    peer: Peer,
    process: Child,
}

impl PeerProcess {
    /// Starts this very program as the server.
    pub(crate) fn start() -> Outcome<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok(Self { peer: Peer(line.trim().parse()?), process })
    }

    pub(crate) fn peer(&self) -> Peer {
        self.peer
    }
}

impl Peer {
    /// The server that a parent has started.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self(address)
    }

    pub(crate) fn address(self) -> SocketAddr {
        self.0
    }

    /// How long the longest write of the last stream took, if it goes on until now.
    pub(crate) fn longest_write(self) -> Outcome<Duration> {
        let mut stream = TcpStream::connect(self.0)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET /report HTTP/1.1\r\nHost: {}\r\n\r\n", self.0)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or("no body")?;
        let report = serde_json::from_str::<Value>(body)?;
        let milliseconds = report["longest_write_ms"].as_f64().ok_or("no longest write")?;
        Ok(Duration::from_secs_f64(milliseconds / 1000.0))
    }
}

impl Drop for PeerProcess {
    fn drop(&mut self) {
        // It ends with its input; the end of an ended process is none of our errors.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
