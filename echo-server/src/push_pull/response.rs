//! Answers of HTTP/1.1.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use tokio_tungstenite::tungstenite::http::StatusCode;

use crate::push_pull::clock::{Clock, http_date};

/// How long a chunk is unless every byte is one.
const CHUNK: usize = 16 << 10;

/// An answer that is not written yet.
#[derive(Clone, Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    /// `None` for an answer that has no body by its nature, as 304.
    pub(super) body: Option<Vec<u8>>,
    /// Whether every byte of the body is a chunk of its own, which cuts characters in two.
    pub(super) byte_chunks: bool,
}

impl Response {
    pub(super) fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", kind.to_owned())],
            body: Some(body.into()),
            byte_chunks: false,
        }
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None, byte_chunks: false }
    }

    pub(super) fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", value.to_string())
    }

    /// What proxies and portals out of order answer.
    pub(super) fn html(status: u16) -> Self {
        let reason = reason(status);
        let page = format!(
            "<!DOCTYPE html>\n<html><head><title>{status} {reason}</title></head>\
             <body><h1>{status} {reason}</h1><hr>nginx</body></html>\n"
        );
        Self::new(status, "text/html; charset=UTF-8", page)
    }

    pub(super) fn redirect(location: String) -> Self {
        Self::html(302).with("Location", location)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with its body compressed.
    pub(super) fn gzip(self) -> Self {
        let Some(body) = &self.body else { return self };
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).expect("a Vec takes every byte");
        let body = Some(encoder.finish().expect("a Vec takes every byte"));
        Self { body, ..self }.with("Content-Encoding", "gzip")
    }

    /// The bytes of the head and of the body, which goes in chunks.
    pub(super) fn encode(&self, clock: Clock, keep_alive: Option<u64>) -> (Vec<u8>, Vec<u8>) {
        let status = self.status;
        let mut head = format!(
            "HTTP/1.1 {status} {}\r\nServer: nginx\r\nDate: {}\r\n",
            reason(status),
            http_date(clock.seconds())
        );
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &match keep_alive {
            Some(seconds) => format!("Connection: keep-alive\r\nKeep-Alive: timeout={seconds}\r\n"),
            None => "Connection: close\r\n".to_owned(),
        };
        let mut chunks = Vec::new();
        if let Some(body) = &self.body {
            head += "Transfer-Encoding: chunked\r\n";
            for chunk in body.chunks(if self.byte_chunks { 1 } else { CHUNK }) {
                chunks.extend(format!("{:x}\r\n", chunk.len()).bytes());
                chunks.extend(chunk);
                chunks.extend(b"\r\n");
            }
            chunks.extend(b"0\r\n\r\n");
        }
        head += "\r\n";
        (head.into_bytes(), chunks)
    }
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(response: &Response, keep_alive: Option<u64>) -> (String, String) {
        let (head, body) = response.encode(Clock::default(), keep_alive);
        (String::from_utf8(head).unwrap(), String::from_utf8(body).unwrap())
    }

    #[test]
    fn a_body_goes_in_chunks() {
        let mut response = Response::new(200, "text/plain", "abc");
        let (head, body) = text(&response, Some(5));
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("\r\nKeep-Alive: timeout=5\r\n"));
        assert_eq!(body, "3\r\nabc\r\n0\r\n\r\n");
        response.byte_chunks = true;
        assert_eq!(text(&response, None).1, "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n");
    }

    #[test]
    fn an_answer_without_a_body_has_no_chunks() {
        let (head, body) = text(&Response::empty(304), None);
        assert!(!head.contains("chunked") && head.contains("Connection: close\r\n") && body.is_empty());
    }
}
