//! The HTTP side of a WebSocket connection (RFC 6455 §4.2).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_tungstenite::tungstenite::{
    self,
    handshake::{
        derive_accept_key,
        machine::TryParse,
        server::{Request as HttpRequest, create_response},
    },
    http::StatusCode,
};

use crate::event::Request;

const LONGEST_HEAD: usize = 64 << 10;

/// A request and the bytes that came behind it, or why what came is no request.
pub(crate) type Head = Result<(HttpRequest, Vec<u8>), String>;

/// Reads the head of a request.
///
/// # Errors
/// Those of the stream; [`io::ErrorKind::UnexpectedEof`] when it ends early.
pub(crate) async fn read_head(input: &mut (impl AsyncRead + Unpin)) -> io::Result<Head> {
    let mut bytes = Vec::with_capacity(4096);
    loop {
        if input.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match HttpRequest::try_parse(&bytes) {
            Ok(Some((length, request))) => return Ok(Ok((request, bytes.split_off(length)))),
            Ok(None) if bytes.len() < LONGEST_HEAD => {}
            Ok(None) => return Ok(Err("the head is too long".to_owned())),
            Err(error) => return Ok(Err(error.to_string())),
        }
    }
}

/// The answer 101 with these headers besides its own, if the request asks for a WebSocket; made for the key of another
/// request if it is to be wrong.
pub(crate) fn acceptance(
    request: &HttpRequest,
    headers: &[(&str, String)],
    wrong: bool,
) -> tungstenite::Result<Vec<u8>> {
    create_response(request)?;
    let key = match request.headers().get("Sec-WebSocket-Key") {
        Some(key) if !wrong => key.as_bytes(),
        _ => b"the key of another request",
    };
    let mut head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {}\r\n",
        derive_accept_key(key)
    );
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    Ok(head.into_bytes())
}

/// An answer with this status and a body of plain text.
pub(crate) fn refusal(status: u16, text: &str) -> Vec<u8> {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let line = format!("{status} {}", reason.unwrap_or("Refused"));
    let challenge = match status {
        401 => "WWW-Authenticate: Basic realm=\"echo-server\"\r\n",
        _ => "",
    };
    let body = format!("{line}: {text}\n");
    format!(
        "HTTP/1.1 {line}\r\n{challenge}Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// An answer that sends the client elsewhere.
pub(crate) fn redirection(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

/// The values of all headers of that name that are ASCII.
pub(crate) fn header_values<'a>(
    request: &'a HttpRequest,
    name: &str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    request.headers().get_all(name).iter().filter_map(|value| value.to_str().ok())
}

impl From<&HttpRequest> for Request {
    fn from(request: &HttpRequest) -> Self {
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        Self {
            method: request.method().to_string(),
            target: request.uri().to_string(),
            headers: headers.collect(),
        }
    }
}
