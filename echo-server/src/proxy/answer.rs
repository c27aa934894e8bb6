//! Gives the proxy's answers, rightly or as its fault wants them.

use std::{io, slice};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, sink};

use crate::proxy::fault::ProxyFault;

/// Is neither an HTTP head nor a SOCKS answer, but text with an end, as of a mail server.
const GARBAGE: &[u8] = b"220 this is no proxy\r\n\r\n";
/// The head that never ends does so here, should the client read it all.
const ENDLESS: usize = 64 << 20;

/// Gives the answer after which a tunnel follows, if it is a good one; whether the client got all of it.
pub(super) async fn give_last<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    fault: &ProxyFault,
    answer: &[u8],
) -> io::Result<bool> {
    match fault {
        ProxyFault::CutAnswer => stream.write_all(&answer[..answer.len() / 2]).await.map(|()| false),
        ProxyFault::Early(text) => stream.write_all(&[answer, text.as_bytes()].concat()).await.map(|()| true),
        ProxyFault::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            let header = format!("X-Padding: {}\r\n", "x".repeat(100));
            for _ in 0..ENDLESS / header.len() {
                stream.write_all(header.as_bytes()).await?;
            }
            Ok(false)
        }
        _ => give(stream, fault, answer).await,
    }
}

/// Gives an answer; whether the client got all of it.
pub(super) async fn give<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    fault: &ProxyFault,
    answer: &[u8],
) -> io::Result<bool> {
    match fault {
        ProxyFault::NeverAnswer => copy(stream, &mut sink()).await.map(|_| false),
        ProxyFault::Garbage => stream.write_all(GARBAGE).await.map(|()| false),
        ProxyFault::OneByte => {
            for byte in answer {
                stream.write_all(slice::from_ref(byte)).await?;
                stream.flush().await?;
            }
            Ok(true)
        }
        _ => stream.write_all(answer).await.map(|()| true),
    }
}
