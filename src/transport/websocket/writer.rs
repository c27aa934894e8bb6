//! Outbox → bytes.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;
use std::time::Instant;
use std::{io, mem};

use tokio::io::{AsyncWriteExt, WriteHalf};
use tokio::select;
use wire::{CloseCode, Sender};

use super::Circumstances;
use crate::log::Level;
use crate::message::Payload;
use crate::reactor::Reply;
use crate::statistics::Statistics;
use crate::transport::dial::Stream;
use crate::transport::outbox::{Message, Outgoing, Ping};

/// Bytes after which a batch is written even if more waits.
const BATCH: usize = 128 << 10;
/// Memory that the buffer keeps after a large message.
const KEPT: usize = 16 << 10;

/// The writing side of one connection.
pub(super) struct Writer {
    stream: WriteHalf<Stream>,
    sender: Sender,
    out: Vec<u8>,
    /// Bytes of `out` that are written.
    written: usize,
    /// The messages in `out` that are not, or not as a whole.
    unwritten: VecDeque<Unwritten>,
    statistics: Arc<Statistics>,
}

/// A message on its way to the socket.
struct Unwritten {
    /// Where in `out` it ends.
    end: usize,
    /// Its size.
    bytes: usize,
    /// Who waits for it.
    reply: Option<Reply<()>>,
}

/// What was accepted and never written is lost; who waits for it learns that by itself.
impl Drop for Writer {
    fn drop(&mut self) {
        let lost = self.unwritten.iter().filter(|message| message.reply.is_none()).count();
        self.statistics.lost.add(u64::try_from(lost).unwrap_or(u64::MAX));
    }
}

impl Writer {
    pub(super) const fn new(stream: WriteHalf<Stream>, sender: Sender, statistics: Arc<Statistics>) -> Self {
        Self { stream, sender, out: Vec::new(), written: 0, unwritten: VecDeque::new(), statistics }
    }

    /// Writes what is queued, in batches; after the request to close, a close frame. Never ends: what became of
    /// the connection is for the reader to find out, who may still have messages to read.
    pub(super) async fn run(&mut self, here: &Circumstances<'_>) {
        loop {
            select! {
                biased;
                () = here.shared.outbox.filled() => {}
                request = here.shared.stop_requested() => {
                    self.close(Some(request.code), &request.reason);
                    // If it cannot be written, the reader or the limit ends the connection.
                    let _ = self.flush_for(here).await;
                    return pending().await;
                }
            }
            if self.write_batch(here).await.is_err() {
                return pending().await;
            }
        }
    }

    /// Appends a close frame, unless one was sent already.
    pub(super) fn close(&mut self, code: Option<CloseCode>, reason: &str) {
        if !self.sender.is_closed() {
            // It fails only after a close.
            let _ = self.sender.close(code, reason, &mut self.out);
        }
    }

    /// Writes what is in the buffer. Dropped in the middle, it can be called again.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        while self.written < self.out.len() {
            let count = self.stream.write(&self.out[self.written..]).await?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.progress(count);
        }
        self.out.clear();
        self.out.shrink_to(KEPT);
        self.written = 0;
        self.stream.flush().await
    }

    /// So many bytes more are written: tells it of the messages that end there.
    fn progress(&mut self, count: usize) {
        self.written += count;
        let (mut messages, mut written) = (0, 0);
        while self.unwritten.front().is_some_and(|message| message.end <= self.written)
            && let Some(Unwritten { bytes, reply, .. }) = self.unwritten.pop_front()
        {
            messages += 1;
            written += bytes;
            if let Some(reply) = reply {
                // Counted before whoever waits is told.
                self.statistics.messages_out.add(mem::take(&mut messages));
                self.statistics.bytes_out.add_bytes(mem::take(&mut written));
                // Whoever waited has given up: nothing to do.
                let _ = reply.give(());
            }
        }
        self.statistics.messages_out.add(messages);
        self.statistics.bytes_out.add_bytes(written);
    }

    /// Writes what is in the buffer, and lets the keepalive see the progress.
    async fn flush_for(&mut self, here: &Circumstances<'_>) -> io::Result<()> {
        while self.written < self.out.len() {
            let count = self.stream.write(&self.out[self.written..]).await?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.progress(count);
            here.pings.keepalive().progressed(Instant::now());
        }
        self.flush().await
    }

    async fn write_batch(&mut self, here: &Circumstances<'_>) -> io::Result<()> {
        let (mut pinged, mut taken) = (false, Vec::new());
        while self.out.len() < BATCH {
            here.shared.outbox.take(BATCH - self.out.len(), &mut taken);
            if taken.is_empty() {
                break;
            }
            taken.drain(..).for_each(|outgoing| self.append(outgoing, here, &mut pinged));
        }
        let messages = self.unwritten.len();
        let bytes = self.unwritten.iter().map(|message| message.bytes).sum::<usize>();
        self.flush_for(here).await?;
        if pinged {
            here.pings.keepalive().sent(Instant::now());
        }
        here.shared
            .common
            .log
            .write(Level::Debug, || format!("Записано сообщений: {messages}, байт: {bytes}"));
        Ok(())
    }

    fn append(&mut self, outgoing: Outgoing, here: &Circumstances<'_>, pinged: &mut bool) {
        let appended = match outgoing {
            Outgoing::Pong(payload) => self.sender.pong(&payload, &mut self.out),
            Outgoing::Ping(Ping(reply)) => {
                // Those who wait for a round trip are not the keepalive's business.
                *pinged |= reply.is_none();
                here.shared.common.statistics.pings.count();
                here.shared.common.log.write(Level::Trace, || "Отправлен ping");
                let payload = here.pings.begin(reply);
                self.sender.ping(&payload, &mut self.out)
            }
            Outgoing::Message(Message { payload, written }) => {
                let appended = match &payload {
                    Payload::Text(text) => self.sender.text(text, &mut self.out),
                    Payload::Binary(bytes) => self.sender.binary(bytes, &mut self.out),
                };
                let (end, bytes) = (self.out.len(), payload.len());
                self.unwritten.push_back(Unwritten { end, bytes, reply: written });
                appended
            }
        };
        debug_assert!(appended.is_ok(), "nothing is written after a close, and pings are short");
    }
}
