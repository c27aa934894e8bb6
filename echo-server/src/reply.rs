//! What a request is answered with.

use tokio_tungstenite::tungstenite::handshake::server::Request as HttpRequest;

use crate::{
    answer::Answer,
    compression::Compression,
    fault::Fault,
    handshake::{acceptance, header_values, redirection, refusal},
    options::Options,
};

/// Without an end: what is repeated in a head, and in a body.
const ENDLESS_HEADER: &[u8] = b"X-Endless: 0123456789abcdefghijklmnopqrstuvwxyz\r\n";
const ENDLESS_TEXT: &[u8] = b"There is no end to this text. ";
/// How much of it is written at a time.
const ENDLESS_PIECE: usize = 16 << 10;

pub(crate) enum Reply {
    /// 101; the connection is open, with what was agreed on.
    Accept { head: Vec<u8>, agreed: Option<Compression> },
    /// Any other status.
    Refuse { status: u16, response: Vec<u8>, left_open: bool },
    /// Any status; the second part again and again.
    Endless { beginning: Vec<u8>, again: Vec<u8> },
}

impl Reply {
    pub(crate) fn to(request: &HttpRequest, options: &Options, fault: &Fault) -> Self {
        match fault {
            Fault::Refuse(status) => return Self::refuse(*status, "refused on purpose"),
            Fault::Redirect(location) => {
                return Self::Refuse { status: 302, response: redirection(location), left_open: false };
            }
            Fault::EndlessHead => {
                return Self::endless(b"HTTP/1.1 101 Switching Protocols\r\n".to_vec(), ENDLESS_HEADER);
            }
            Fault::EndlessBody(status) => {
                let head = format!("HTTP/1.1 {status} Endless\r\nContent-Type: text/plain\r\n\r\n");
                return Self::endless(head.into_bytes(), ENDLESS_TEXT);
            }
            _ => {}
        }
        match &options.answer {
            Some(answer) => Self::recorded(answer, request),
            None => Self::accept(request, options, fault),
        }
    }

    pub(crate) fn refuse(status: u16, text: &str) -> Self {
        Self::Refuse { status, response: refusal(status, text), left_open: false }
    }

    fn endless(beginning: Vec<u8>, again: &[u8]) -> Self {
        Self::Endless { beginning, again: again.repeat(ENDLESS_PIECE / again.len()) }
    }

    fn recorded(answer: &Answer, request: &HttpRequest) -> Self {
        let key = request.headers().get("Sec-WebSocket-Key").map(|key| key.as_bytes());
        let response = answer.to(key);
        match answer.status() {
            101 => Self::Accept { head: response, agreed: None },
            status => Self::Refuse { status, response, left_open: answer.left_open() },
        }
    }

    fn accept(request: &HttpRequest, options: &Options, fault: &Fault) -> Self {
        let mut headers = Vec::new();
        let subprotocol = match fault {
            Fault::Subprotocol(name) => Some(name.clone()),
            _ => chosen_subprotocol(request, &options.subprotocols),
        };
        if let Some(name) = subprotocol {
            headers.push(("Sec-WebSocket-Protocol", name));
        }
        let (extension, agreed) = match fault {
            Fault::Extension(text) => (Some(text.clone()), None),
            _ => {
                let agreed = options
                    .compression
                    .and_then(|wanted| wanted.agree(header_values(request, "Sec-WebSocket-Extensions")));
                (agreed.map(|agreed| agreed.to_header()), agreed)
            }
        };
        if let Some(text) = extension {
            headers.push(("Sec-WebSocket-Extensions", text));
        }
        match acceptance(request, &headers, *fault == Fault::WrongAccept) {
            Ok(head) => Self::Accept { head, agreed },
            Err(error) => Self::refuse(400, &error.to_string()),
        }
    }
}

/// The first of `known` that the client offers.
fn chosen_subprotocol(request: &HttpRequest, known: &[String]) -> Option<String> {
    let offered: Vec<_> = header_values(request, "Sec-WebSocket-Protocol")
        .flat_map(|header| header.split(','))
        .map(str::trim)
        .collect();
    known.iter().find(|name| offered.contains(&name.as_str())).cloned()
}
