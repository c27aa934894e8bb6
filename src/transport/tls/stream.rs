//! An encrypted byte stream.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// An established TLS session over a byte stream.
#[cfg_attr(
    not(target_os = "linux"),
    allow(clippy::large_enum_variant, reason = "the usual one is not to be in memory of its own")
)]
pub enum TlsStream<S> {
    /// Of the platform's TLS library.
    Native(tokio_native_tls::TlsStream<S>),
    /// Of OpenSSL, with versions that are out of date allowed.
    #[cfg(target_os = "linux")]
    Outdated(tokio_openssl::SslStream<S>),
    /// Of rustls, with keys in memory.
    #[cfg(not(target_os = "linux"))]
    Rustls(Box<tokio_rustls::client::TlsStream<S>>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Native(stream) => Pin::new(stream).poll_read(cx, buf),
            #[cfg(target_os = "linux")]
            Self::Outdated(stream) => Pin::new(stream).poll_read(cx, buf),
            #[cfg(not(target_os = "linux"))]
            Self::Rustls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Native(stream) => Pin::new(stream).poll_write(cx, buf),
            #[cfg(target_os = "linux")]
            Self::Outdated(stream) => Pin::new(stream).poll_write(cx, buf),
            #[cfg(not(target_os = "linux"))]
            Self::Rustls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Native(stream) => Pin::new(stream).poll_flush(cx),
            #[cfg(target_os = "linux")]
            Self::Outdated(stream) => Pin::new(stream).poll_flush(cx),
            #[cfg(not(target_os = "linux"))]
            Self::Rustls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Native(stream) => Pin::new(stream).poll_shutdown(cx),
            #[cfg(target_os = "linux")]
            Self::Outdated(stream) => Pin::new(stream).poll_shutdown(cx),
            #[cfg(not(target_os = "linux"))]
            Self::Rustls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
