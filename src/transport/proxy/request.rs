//! What is asked of a proxy, and how it says no.

use std::io;

use native_api::Text;
use url::Host;

use crate::transport::tls::explain::explain_io;

/// Where a tunnel is to lead.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The host; a name is resolved by the proxy.
    pub host: &'a Host<String>,
    /// The port.
    pub port: u16,
}

/// Why a proxy opened no tunnel.
#[derive(Debug)]
pub(super) struct Refusal {
    /// HTTP status of its answer.
    pub(super) status: Option<u16>,
    /// In words that follow the name of the proxy.
    pub(super) text: Text,
}

impl From<Text> for Refusal {
    fn from(text: Text) -> Self {
        Self { status: None, text }
    }
}

/// The line to the proxy failed before it had answered.
impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        if let Some(failure) = explain_io(&error) {
            return failure.text.into();
        }
        let text = match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => {
                Text::fixed("соединение закрыто без ответа", "closed the connection without an answer")
            }
            _ => Text::made(format!("обрыв связи: {error}"), format!("the line failed: {error}")),
        };
        text.into()
    }
}
