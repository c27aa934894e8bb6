//! What the client asks for.

use std::error::Error;
use std::fmt;

use super::extensions;
use super::headers::is_token;
use super::key;
use super::response::{Expected, ResponseReader};
use crate::random::Random;

/// An opening handshake to be sent. Nothing that is put into it can break out of its line.
pub struct Request {
    /// Request line and `Host`.
    head: String,
    headers: String,
    subprotocols: Vec<String>,
    compression: bool,
}

impl Request {
    /// Asks for `target`, path and query, at a host. `secure` tells which port need not be named: 443 or 80.
    /// An IPv6 address may stand in brackets or not.
    ///
    /// # Errors
    /// [`RequestError::Host`], [`RequestError::Target`].
    pub fn new(secure: bool, host: &str, port: u16, target: &str) -> Result<Self, RequestError> {
        let is_visible = |byte: u8| byte.is_ascii_graphic();
        if host.is_empty() || !host.bytes().all(|byte| is_visible(byte) && !b"/?#@\\".contains(&byte)) {
            return Err(RequestError::Host);
        }
        if !target.starts_with('/') || !target.bytes().all(|byte| is_visible(byte) && byte != b'#') {
            return Err(RequestError::Target);
        }
        let host = match host.contains(':') && !host.starts_with('[') {
            true => format!("[{host}]"),
            false => host.to_owned(),
        };
        let port = match (secure, port) {
            (true, 443) | (false, 80) => String::new(),
            _ => format!(":{port}"),
        };
        let head = format!("GET {target} HTTP/1.1\r\nHost: {host}{port}\r\n");
        Ok(Self { head, headers: String::new(), subprotocols: Vec::new(), compression: false })
    }

    /// Adds a header.
    ///
    /// # Errors
    /// [`RequestError::HeaderName`], [`RequestError::HeaderValue`], [`RequestError::ReservedHeader`].
    pub fn header(&mut self, name: &str, value: &str) -> Result<(), RequestError> {
        if !is_token(name) {
            return Err(RequestError::HeaderName);
        }
        if is_reserved(name) {
            return Err(RequestError::ReservedHeader(name.to_owned()));
        }
        // All but control characters (RFC 9110, section 5.5).
        if !value.bytes().all(|byte| byte == b'\t' || !byte.is_ascii_control()) {
            return Err(RequestError::HeaderValue(name.to_owned()));
        }
        self.headers.extend([name, ": ", value, "\r\n"]);
        Ok(())
    }

    /// Adds an `Authorization` header, as `Basic …` or `Bearer …`.
    ///
    /// # Errors
    /// [`RequestError::HeaderValue`].
    pub fn authorization(&mut self, value: &str) -> Result<(), RequestError> {
        self.header("Authorization", value)
    }

    /// Offers a subprotocol; the first offered is the one liked best.
    ///
    /// # Errors
    /// [`RequestError::Subprotocol`].
    pub fn subprotocol(&mut self, name: &str) -> Result<(), RequestError> {
        if !is_token(name) || self.subprotocols.iter().any(|other| other == name) {
            return Err(RequestError::Subprotocol);
        }
        self.subprotocols.push(name.to_owned());
        Ok(())
    }

    /// Offers permessage-deflate, with `client_no_context_takeover` and `client_max_window_bits`.
    pub const fn compression(&mut self) {
        self.compression = true;
    }

    /// Appends the request to `out`, with a new key from `random`. What is returned takes the answer.
    pub fn write(self, random: &mut impl Random, out: &mut Vec<u8>) -> ResponseReader {
        let key = key::new(random);
        let mut text = self.head;
        text.push_str("Upgrade: websocket\r\nConnection: Upgrade\r\n");
        text.extend(["Sec-WebSocket-Key: ", &key, "\r\nSec-WebSocket-Version: 13\r\n"]);
        if !self.subprotocols.is_empty() {
            text.extend(["Sec-WebSocket-Protocol: ", &self.subprotocols.join(", "), "\r\n"]);
        }
        if self.compression {
            text.extend([extensions::HEADER, ": ", extensions::OFFER, "\r\n"]);
        }
        text.extend([&self.headers, "\r\n"]);
        out.extend_from_slice(text.as_bytes());
        ResponseReader::new(Expected {
            accept: key::accept(&key),
            subprotocols: self.subprotocols,
            compression: self.compression,
        })
    }
}

/// Headers that belong to the handshake itself, or would give the request a body.
fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("sec-websocket-")
        || ["host", "upgrade", "connection", "content-length", "transfer-encoding"].contains(&&*name)
}

/// Without target and headers, where passwords and tokens are.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("subprotocols", &self.subprotocols)
            .field("compression", &self.compression)
            .finish_non_exhaustive()
    }
}

/// What would break the request. The value itself, which may be secret, is never told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// The host is empty or has characters that no host has.
    Host,
    /// The target does not begin with `/`, or has characters that must be percent-encoded.
    Target,
    /// The name of a header is not a token.
    HeaderName,
    /// The value of the header of this name has control characters.
    HeaderValue(String),
    /// The header of this name is the handshake's own.
    ReservedHeader(String),
    /// A subprotocol is not a token, or is there twice.
    Subprotocol,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("the host is malformed"),
            Self::Target => f.write_str("the path or query is malformed"),
            Self::HeaderName => f.write_str("the name of a header has forbidden characters"),
            Self::HeaderValue(name) => write!(f, "the value of header {name} has forbidden characters"),
            Self::ReservedHeader(name) => write!(f, "header {name} belongs to the handshake"),
            Self::Subprotocol => f.write_str("a subprotocol has forbidden characters or is there twice"),
        }
    }
}

impl Error for RequestError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(request: Request) -> String {
        let mut out = Vec::new();
        request.write(&mut |bytes: &mut [u8]| bytes.copy_from_slice(b"the sample nonce"), &mut out);
        String::from_utf8(out).unwrap()
    }

    fn request() -> Request {
        Request::new(false, "example.com", 80, "/").unwrap()
    }

    #[test]
    fn a_request_with_everything() {
        let mut request = Request::new(false, "127.0.0.1", 18088, "/ari/events?app=crm").unwrap();
        request.authorization("Basic b25lYzpzM2NyZXQ=").unwrap();
        request.header("X-Name", "Имя").unwrap();
        request.subprotocol("foo").unwrap();
        request.subprotocol("ari").unwrap();
        request.compression();
        assert!(!format!("{request:?}").contains("b25"), "secrets stay out of logs");
        let expected = "GET /ari/events?app=crm HTTP/1.1\r\n\
            Host: 127.0.0.1:18088\r\n\
            Upgrade: websocket\r\n\
            Connection: Upgrade\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            Sec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Protocol: foo, ari\r\n\
            Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; \
            client_max_window_bits\r\n\
            Authorization: Basic b25lYzpzM2NyZXQ=\r\n\
            X-Name: Имя\r\n\
            \r\n";
        assert_eq!(written(request), expected);
    }

    #[test]
    fn only_an_unusual_port_is_named() {
        let host = |secure, host, port| {
            let text = written(Request::new(secure, host, port, "/").unwrap());
            text.lines().nth(1).unwrap().to_owned()
        };
        assert_eq!(host(false, "a.example", 80), "Host: a.example");
        assert_eq!(host(true, "a.example", 443), "Host: a.example");
        assert_eq!(host(true, "a.example", 80), "Host: a.example:80");
        assert_eq!(host(false, "::1", 8080), "Host: [::1]:8080");
        assert_eq!(host(false, "[::1]", 80), "Host: [::1]");
    }

    #[test]
    fn nothing_can_be_injected() {
        for host in ["", "a b", "a\r\nb", "a/b", "u@h", "хост"] {
            assert_eq!(Request::new(false, host, 80, "/").err(), Some(RequestError::Host), "{host:?}");
        }
        for target in ["", "a", "/a b", "/a\r\nb", "/ф", "/#f", "/\0"] {
            assert_eq!(Request::new(false, "h", 80, target).err(), Some(RequestError::Target), "{target:?}");
        }
        let mut request = request();
        for name in ["", "a b", "a:", "a\r\nb", "\0", "ключ"] {
            assert_eq!(request.header(name, "1"), Err(RequestError::HeaderName), "{name:?}");
        }
        for value in ["a\r\nX: y", "a\n", "\0", "\x7F", "\x1B"] {
            let error = request.header("X", value).unwrap_err();
            assert_eq!(error, RequestError::HeaderValue("X".to_owned()), "{value:?}");
        }
        for name in ["Host", "UPGRADE", "connection", "Sec-WebSocket-Key", "Content-Length"] {
            let error = request.header(name, "secret").unwrap_err();
            assert_eq!(error, RequestError::ReservedHeader(name.to_owned()));
            assert!(!error.to_string().contains("secret"));
        }
        request.subprotocol("ari").unwrap();
        for name in ["", "a b", "a,b", "ari", "\r\n"] {
            assert_eq!(request.subprotocol(name), Err(RequestError::Subprotocol), "{name:?}");
        }
    }
}
