//! Requests of HTTP/1.1, one after the other on a connection that is kept.

use std::{io, sync::Arc};

use httparse::{EMPTY_HEADER, Status};
use tokio::io::{AsyncRead, AsyncReadExt};
use url::form_urlencoded;

use crate::{event::Request, push_pull::parameters::Parameters};

const LONGEST_HEAD: usize = 64 << 10;
const LONGEST_BODY: usize = 4 << 20;
const MOST_HEADERS: usize = 64;

/// A request that was read to its end.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) head: Arc<Request>,
    pub(super) body: String,
}

impl Asked {
    /// The path, without the query.
    pub(super) fn path(&self) -> &str {
        self.head.target.split('?').next().unwrap_or_default()
    }

    pub(super) fn is_get(&self) -> bool {
        self.head.method == "GET"
    }

    /// Whether it asks for a WebSocket.
    pub(super) fn is_upgrade(&self) -> bool {
        self.is_get() && self.header_has("upgrade", "websocket") && self.header_has("connection", "upgrade")
    }

    /// Those of the query, and those of the body, which count more.
    pub(super) fn parameters(&self) -> Parameters {
        let is_json = self.head.header("content-type").is_some_and(|kind| kind.contains("json"));
        let body =
            if is_json { Parameters::from_json(&self.body) } else { Parameters::from_form(&self.body) };
        Parameters::from_form(self.query()).overridden_by(body)
    }

    /// A parameter of the query as nginx reads it: of any case, and a plus is no space.
    pub(super) fn argument(&self, name: &str) -> Option<String> {
        let query = self.query().replace('+', "%2B");
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then(|| value.into_owned()))
    }

    /// Whether a list in the header holds the word.
    pub(super) fn header_has(&self, name: &str, word: &str) -> bool {
        let value = self.head.header(name).unwrap_or_default();
        value.split([',', ';']).any(|item| item.trim().eq_ignore_ascii_case(word))
    }

    fn query(&self) -> &str {
        self.head.target.split_once('?').map_or("", |(_, query)| query)
    }
}

/// The bytes that came on a connection and are not used yet.
#[derive(Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
}

impl Input {
    /// The next request; `None` when the client has ended its side between two.
    ///
    /// # Errors
    /// Those of the stream; [`io::ErrorKind::InvalidData`] for what is no request or is too long.
    pub(super) async fn next(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Asked>> {
        loop {
            if let Some(asked) = self.take()? {
                return Ok(Some(asked));
            }
            if stream.read_buf(&mut self.bytes).await? == 0 {
                return if self.bytes.is_empty() {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
        }
    }

    /// Comes back when the client has ended its side or the stream is broken. What comes meanwhile is kept.
    pub(super) async fn ended(&mut self, stream: &mut (impl AsyncRead + Unpin)) {
        while self.bytes.len() < LONGEST_HEAD && matches!(stream.read_buf(&mut self.bytes).await, Ok(1..)) {}
    }

    /// What came behind the last request.
    pub(super) fn take_rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    fn take(&mut self) -> io::Result<Option<Asked>> {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let length = match parsed.parse(&self.bytes).map_err(invalid)? {
            Status::Complete(length) => length,
            Status::Partial if self.bytes.len() > LONGEST_HEAD => {
                return Err(invalid("the head is too long"));
            }
            Status::Partial => return Ok(None),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let head = Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            target: parsed.path.unwrap_or_default().to_owned(),
            headers: parsed
                .headers
                .iter()
                .map(|header| (header.name.to_ascii_lowercase(), text(header.value)))
                .collect(),
        };
        if head.header("transfer-encoding").is_some() {
            return Err(invalid("a request must tell its length"));
        }
        let body = head.header("content-length").map_or(Ok(0), str::parse::<usize>).map_err(invalid)?;
        if body > LONGEST_BODY {
            return Err(invalid("the body is too long"));
        }
        let end = length + body;
        if self.bytes.len() < end {
            return Ok(None);
        }
        let asked = Asked { body: text(&self.bytes[length..end]), head: Arc::new(head) };
        self.bytes.drain(..end);
        Ok(Some(asked))
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_come_one_after_the_other_and_in_pieces() {
        let text = "POST /a?x=1 HTTP/1.1\r\nContent-Length: 3\r\n\r\ny=2GET /b HTTP/1.1\r\n\r\n";
        let mut input = Input::default();
        let mut seen = Vec::new();
        for byte in text.bytes() {
            input.bytes.push(byte);
            seen.extend(input.take().unwrap());
        }
        assert_eq!(seen.iter().map(Asked::path).collect::<Vec<_>>(), ["/a", "/b"]);
        let parameters = seen[0].parameters();
        assert_eq!((parameters.number("x"), parameters.number("y")), (Some(1), Some(2)));
        assert!(input.take_rest().is_empty());
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for text in [
            "no request\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            let mut input = Input { bytes: text.as_bytes().to_vec() };
            assert_eq!(input.take().unwrap_err().kind(), io::ErrorKind::InvalidData, "{text}");
        }
    }
}
