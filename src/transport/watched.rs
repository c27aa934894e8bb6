//! A byte stream whose progress the keepalive sees.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::transport::keepalive::Keepalive;

/// The keepalive of one connection, shared by those who read, write and watch.
#[derive(Clone, Debug)]
pub(super) struct SharedKeepalive(Arc<Mutex<Keepalive>>);

impl SharedKeepalive {
    pub(super) fn new(keepalive: Keepalive) -> Self {
        Self(Arc::new(Mutex::new(keepalive)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Keepalive> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that tells the keepalive of every byte.
pub(super) struct Watched<S> {
    stream: S,
    keepalive: SharedKeepalive,
}

impl<S> Watched<S> {
    pub(super) const fn new(stream: S, keepalive: SharedKeepalive) -> Self {
        Self { stream, keepalive }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.keepalive.lock().received(Instant::now());
        }
        poll
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(cx, buf);
        if poll.is_ready() {
            self.keepalive.lock().progressed(Instant::now());
        }
        poll
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
