//! An answer to the handshake as a real server gave it, byte for byte.

use std::{fs, io, path::Path, str::FromStr};

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::error::InvalidValue;

const REQUEST: &str = ">>> request\n";
const RESPONSE: &str = "<<< response\n";
const LEFT_OPEN: &str = "<open>";
const ACCEPT: &str = "\r\nsec-websocket-accept:";

/// A recorded answer to a handshake, given to every client unchanged but for one thing: what accepts the key of the
/// request is made for the key that came.
///
/// Its text form (`FromStr`) is a line `>>> request`, the request, a line `<<< response`, all that came back, and
/// `<open>` if the stream was left open. After an answer 101 the connection is open as after the server's own;
/// after any other the server ends the stream, or leaves that to the client if it was left open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    target: String,
    response: String,
    status: u16,
    left_open: bool,
}

impl Answer {
    /// Reads a file in the text form.
    ///
    /// # Errors
    /// The file cannot be read or is not UTF-8; as [`io::ErrorKind::InvalidData`], it is not in that form.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        fs::read_to_string(path)?.parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// The target of the recorded request, such as `/events?app=1`.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn left_open(&self) -> bool {
        self.left_open
    }

    /// The bytes for a request with this key.
    pub(crate) fn to(&self, key: Option<&[u8]>) -> Vec<u8> {
        let mut response = self.response.clone();
        let found = response.to_ascii_lowercase().find(ACCEPT);
        if let (Some(key), Some(found)) = (key, found) {
            let start = found + ACCEPT.len();
            let length = response[start..].find('\r').unwrap_or_default();
            response.replace_range(start..start + length, &format!(" {}", derive_accept_key(key)));
        }
        response.into_bytes()
    }
}

impl FromStr for Answer {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let invalid = |expected| InvalidValue::new(text.lines().next().unwrap_or_default(), expected);
        let (request, response) = text
            .strip_prefix(REQUEST)
            .and_then(|text| text.split_once(RESPONSE))
            .ok_or_else(|| invalid("`>>> request` and `<<< response`, each in a line of its own"))?;
        let target = request.split(' ').nth(1).ok_or_else(|| invalid("a request with a target"))?;
        let status = response
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .ok_or_else(|| invalid("a response that begins with HTTP/1.1 and a status"))?;
        let whole = response.trim_end_matches('\n').strip_suffix(LEFT_OPEN);
        Ok(Self {
            target: target.to_owned(),
            response: whole.unwrap_or(response).to_owned(),
            status,
            left_open: whole.is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &str = ">>> request\nGET /a?b HTTP/1.1\r\n\r\n<<< response\nHTTP/1.1 401 No\r\n\r\n{}";

    #[test]
    fn a_record_is_read() {
        let closed: Answer = REFUSED.parse().unwrap();
        assert_eq!((closed.target(), closed.status(), closed.left_open()), ("/a?b", 401, false));
        let open: Answer = format!("{REFUSED}<open>\n").parse().unwrap();
        assert!(open.left_open());
        for answer in [closed, open] {
            assert_eq!(answer.to(Some(b"any key")), b"HTTP/1.1 401 No\r\n\r\n{}");
        }
    }

    #[test]
    fn only_the_accepted_key_changes() {
        let record = ">>> request\nGET / HTTP/1.1\r\n\r\n<<< response\nHTTP/1.1 101 X\r\nA: b\r\n\
            Sec-WebSocket-Accept: recorded\r\nC:  d\r\n\r\n";
        let answer: Answer = record.parse().unwrap();
        // The example of RFC 6455 §1.3.
        let expected = "HTTP/1.1 101 X\r\nA: b\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
            C:  d\r\n\r\n";
        assert_eq!(answer.to(Some(b"dGhlIHNhbXBsZSBub25jZQ==")), expected.as_bytes());
    }

    #[test]
    fn what_is_no_record_is_rejected() {
        for text in
            ["", "GET / HTTP/1.1", ">>> request\nGET / HTTP/1.1\r\n", ">>> request\n<<< response\nbye"]
        {
            assert!(text.parse::<Answer>().is_err(), "{text}");
        }
    }
}
