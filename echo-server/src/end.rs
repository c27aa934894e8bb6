//! How a connection ended.

use std::{fmt, io};

/// How a TCP connection ended, as the server saw it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum End {
    /// Close frames went both ways.
    Clean,
    /// The client ended the stream without a close frame.
    Eof,
    /// The client reset TCP.
    Reset,
    /// The client was silent for too long where the server had to wait for it.
    TimedOut,
    /// The server refused the handshake with this HTTP status.
    Refused(u16),
    /// The server ended the stream without a close frame.
    ServerHungUp,
    /// The server reset TCP.
    ServerReset,
    /// The TLS handshake failed; the text is OpenSSL's.
    Tls(String),
    /// The client broke the WebSocket protocol; the text says how.
    Violation(String),
    /// Reading or writing failed in another way.
    Failed(String),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                Self::Reset
            }
            io::ErrorKind::UnexpectedEof => Self::Eof,
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clean => f.write_str("closed cleanly"),
            Self::Eof => f.write_str("ended by the client without a close frame"),
            Self::Reset => f.write_str("reset by the client"),
            Self::TimedOut => f.write_str("given up, the client was silent"),
            Self::Refused(status) => write!(f, "refused with {status}"),
            Self::ServerHungUp => f.write_str("ended by the server without a close frame"),
            Self::ServerReset => f.write_str("reset by the server"),
            Self::Tls(text) => write!(f, "TLS handshake failed: {text}"),
            Self::Violation(text) => write!(f, "protocol broken by the client: {text}"),
            Self::Failed(text) => write!(f, "failed: {text}"),
        }
    }
}
