//! A portal or a push server that does as a test tells it, however odd.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use native_api_host::Object;
use serde_json::json;

use super::bitrix;
use super::listener::expect_open;
use crate::common::PATIENCE;

/// A server of HTTP that does as it is told.
pub(super) struct Peer {
    port: u16,
}

/// What it does about a request.
pub(super) enum Deed {
    /// Answers with this status and body.
    Answer(u16, String),
    /// Never answers.
    Hold,
    /// Ends the connection.
    HangUp,
}

impl Peer {
    /// `deed` is given the method, the target and the body of each request, on the connection's own thread.
    pub(super) fn start(deed: impl Fn(&str, &str) -> Deed + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let deed = Arc::new(deed);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let deed = Arc::clone(&deed);
                thread::spawn(move || serve(stream, &*deed));
            }
        });
        Self { port }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn channel(&self) -> String {
        format!("{}/sub/?CHANNEL_ID=x", self.url())
    }
}

/// Serves one connection until either side ends it.
pub(super) fn serve(stream: TcpStream, deed: &(impl Fn(&str, &str) -> Deed + ?Sized)) -> Option<()> {
    let mut writing = stream.try_clone().ok()?;
    let mut reading = BufReader::new(stream);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        reading.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        loop {
            let mut header = String::new();
            reading.read_line(&mut header).ok().filter(|read| *read > 0)?;
            let Some((name, value)) = header.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        reading.read_exact(&mut vec![0; length]).ok()?;
        match deed(&method, &target) {
            Deed::Answer(status, _) if method == "CONNECT" && status == 200 => {
                writing.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
            }
            Deed::Answer(status, body) => {
                let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
                writing.write_all((head + &body).as_bytes()).ok()?;
            }
            Deed::Hold => {
                let mut nothing = [0];
                while reading.read(&mut nothing).is_ok_and(|read| read > 0) {}
                return None;
            }
            Deed::HangUp => return None,
        }
    }
}

/// The configuration with this push server and channel.
pub(super) fn configuration(push_server: &str, channel: &str) -> Deed {
    let server =
        json!({ "version": 4, "server_enabled": true, "long_polling": format!("{push_server}/sub/") });
    let shared = json!({ "id": channel, "type": "shared", "end": 4_102_444_800_u64 });
    Deed::Answer(200, json!({ "result": { "server": server, "channels": { "shared": shared } } }).to_string())
}

pub(super) fn mid(number: usize) -> String {
    format!("1795302676{number:016}")
}

pub(super) fn message(number: usize) -> String {
    json!({ "module_id": "crm", "command": "x", "params": { "number": number } }).to_string()
}

pub(super) fn expire() -> String {
    json!({ "module_id": "pull", "command": "channel_expire", "params": { "action": "get_config" } })
        .to_string()
}

pub(super) fn frame(number: usize, text: &str) -> String {
    format!(r##"#!NGINXNMS!#{{"id":1,"mid":"{}","text":{text}}}#!NGINXNME!#"##, mid(number))
}

pub(super) fn parameter(target: &str, name: &str) -> String {
    let query = target.split_once('?').unwrap_or_default().1;
    let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_default().to_owned()
}

/// What a push server stores: channel, number, text; and what was asked for it.
#[derive(Default)]
pub(super) struct Store {
    messages: Mutex<Vec<(&'static str, usize, String)>>,
    changed: Condvar,
    pub(super) waiting: AtomicUsize,
}

impl Store {
    pub(super) fn publish(&self, messages: impl IntoIterator<Item = (&'static str, usize, String)>) {
        self.messages.lock().unwrap().extend(messages);
        self.changed.notify_all();
    }

    /// Answers a poll as soon as there is a later message on its channel than that which it names.
    pub(super) fn poll(&self, target: &str) -> Deed {
        let (channel, after) = (parameter(target, "CHANNEL_ID"), parameter(target, "mid"));
        let found = |messages: &[(&str, usize, String)]| -> String {
            let later = messages.iter().filter(|(on, number, _)| *on == channel && mid(*number) > after);
            later.map(|(_, number, text)| frame(*number, text)).collect()
        };
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let messages = self.messages.lock().unwrap();
        let (messages, timeout) = self
            .changed
            .wait_timeout_while(messages, PATIENCE, |messages| found(messages).is_empty())
            .unwrap();
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        if timeout.timed_out() { Deed::HangUp } else { Deed::Answer(200, found(&messages)) }
    }
}

/// An object with a token that listens to what the peer says.
pub(super) fn listener_of(address: &str) -> Object {
    let object = bitrix();
    object.call("УстановитьТокены", ["access-secret"]).unwrap();
    assert_eq!(object.call("Подключиться", [address]).unwrap(), true.into());
    expect_open(&object, "Start");
    object
}
