//! Outbox → bytes.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncWriteExt, WriteHalf};
use tokio::select;
use tokio::task::yield_now;
use tokio::time::sleep;
use wire::{CloseCode, SendError, Sender};

use super::Circumstances;
use crate::log::Level;
use crate::message::Payload;
use crate::reactor::Reply;
use crate::statistics::Statistics;
use crate::texts::Texts;
use crate::transport::dial::Stream;
use crate::transport::outbox::{Message, Outgoing, Ping};

/// Bytes after which a batch is written even if more waits.
const BATCH: usize = 128 << 10;
/// Bytes of a batch that is worth waiting for more, if one follows the other.
const LITTLE: usize = 8 << 10;
/// How often the other tasks have their turn meanwhile: some microseconds, if there are none.
const GATHERING: usize = 16;
/// Memory that the buffer keeps when there is nothing to write for long.
const KEPT: usize = 1 << 10;
/// How long that is: between two messages of a burst nothing is given back.
const QUIET: Duration = Duration::from_secs(1);

/// The writing side of one connection.
pub(super) struct Writer {
    stream: WriteHalf<Stream>,
    sender: Sender,
    out: Vec<u8>,
    /// Bytes of `out` that are written.
    written: usize,
    /// The messages in `out` that are not, or not as a whole.
    unwritten: VecDeque<Unwritten>,
    /// Who waits for some of them, and where in `out` those end.
    replies: VecDeque<(usize, Reply<()>)>,
    statistics: Arc<Statistics>,
}

/// A message on its way to the socket.
struct Unwritten {
    /// Where in `out` it ends.
    end: usize,
    /// Its size.
    bytes: usize,
}

/// What a batch consists of.
struct Appended {
    /// Bytes of its messages.
    bytes: usize,
    /// Whether the keepalive's ping is among it.
    pinged: bool,
}

/// What was accepted and never written is lost; who waits for it learns that by itself.
impl Drop for Writer {
    fn drop(&mut self) {
        let lost = self.unwritten.len() - self.replies.len();
        self.statistics.lost.add(u64::try_from(lost).unwrap_or(u64::MAX));
    }
}

impl Writer {
    pub(super) const fn new(stream: WriteHalf<Stream>, sender: Sender, statistics: Arc<Statistics>) -> Self {
        Self {
            stream,
            sender,
            out: Vec::new(),
            written: 0,
            unwritten: VecDeque::new(),
            replies: VecDeque::new(),
            statistics,
        }
    }

    /// Writes what is queued, in batches; after the request to close, a close frame. Never ends: what became of
    /// the connection is for the reader to find out, who may still have messages to read.
    pub(super) async fn run(&mut self, here: &Circumstances<'_>) {
        let outbox = &here.shared.outbox;
        let (mut taken, mut used) = (Vec::new(), Vec::new());
        let mut is_flowing = false;
        loop {
            // Asked before: what was accepted until the end was asked for is in the outbox now.
            let is_stopping = here.shared.is_stopping();
            if outbox.take(BATCH, &mut used, &mut taken) {
                let mut batch = self.append(&mut taken, &mut used, here);
                if is_flowing && self.out.len() < LITTLE {
                    // Many small writes would cost both sides more than the messages do.
                    for _ in 0..GATHERING {
                        yield_now().await;
                    }
                    outbox.take(BATCH, &mut used, &mut taken);
                    let more = self.append(&mut taken, &mut used, here);
                    batch = Appended { bytes: batch.bytes + more.bytes, pinged: batch.pinged | more.pinged };
                }
                if self.write_batch(batch, here).await.is_err() {
                    return pending().await;
                }
                is_flowing = true;
            } else if is_stopping {
                let request = here.shared.stop_requested().await;
                self.close(Some(request.code), &request.reason);
                // If it cannot be written, the reader or the limit ends the connection.
                let _ = self.flush_for(here).await;
                return pending().await;
            } else {
                is_flowing = false;
                let is_large = self.out.capacity() > KEPT;
                select! {
                    () = outbox.filled() => {}
                    _ = here.shared.stop_requested() => {}
                    () = sleep(QUIET), if is_large => {
                        (taken, used) = (Vec::new(), Vec::new());
                        (self.out, self.unwritten) = (Vec::new(), VecDeque::new());
                        outbox.shrink();
                    }
                }
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
        self.written = 0;
        self.stream.flush().await
    }

    /// So many bytes more are written: tells it of the messages that end there.
    fn progress(&mut self, count: usize) {
        self.written += count;
        let messages = self.unwritten.partition_point(|message| message.end <= self.written);
        let bytes = self.unwritten.drain(..messages).map(|message| message.bytes).sum();
        // Counted before whoever waits is told.
        self.statistics.messages_out.add(u64::try_from(messages).unwrap_or(u64::MAX));
        self.statistics.bytes_out.add_bytes(bytes);
        let answered = self.replies.partition_point(|(end, _)| *end <= self.written);
        for (_, reply) in self.replies.drain(..answered) {
            // Whoever waited has given up: nothing to do.
            let _ = reply.give(());
        }
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

    /// Appends what was `taken` to what is to be written, and leaves the memory of its texts in `used`.
    fn append(
        &mut self,
        taken: &mut Vec<Outgoing>,
        used: &mut Vec<Texts>,
        here: &Circumstances<'_>,
    ) -> Appended {
        let (mut pinged, mut bytes) = (false, 0);
        for outgoing in taken.drain(..) {
            match outgoing {
                Outgoing::Pong(payload) => appended(self.sender.pong(&payload, &mut self.out)),
                Outgoing::Ping(Ping(reply)) => {
                    // Those who wait for a round trip are not the keepalive's business.
                    pinged |= reply.is_none();
                    here.shared.common.statistics.pings.count();
                    here.shared.common.log.write(Level::Trace, || "Отправлен ping");
                    let payload = here.pings.begin(reply);
                    appended(self.sender.ping(&payload, &mut self.out));
                }
                Outgoing::Texts(mut texts) => {
                    bytes += texts.bytes();
                    for text in texts.iter() {
                        appended(self.sender.text(text, &mut self.out));
                        self.unwritten.push_back(Unwritten { end: self.out.len(), bytes: text.len() });
                    }
                    texts.clear();
                    used.push(texts);
                }
                Outgoing::Message(Message { payload, written }) => {
                    bytes += payload.len();
                    appended(match &payload {
                        Payload::Text(text) => self.sender.text(text, &mut self.out),
                        Payload::Binary(bytes) => self.sender.binary(bytes, &mut self.out),
                    });
                    let end = self.out.len();
                    self.unwritten.push_back(Unwritten { end, bytes: payload.len() });
                    self.replies.extend(written.map(|reply| (end, reply)));
                }
            }
        }
        Appended { bytes, pinged }
    }

    async fn write_batch(&mut self, batch: Appended, here: &Circumstances<'_>) -> io::Result<()> {
        let Appended { bytes, pinged } = batch;
        let messages = self.unwritten.len();
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
}

fn appended(outcome: Result<(), SendError>) {
    debug_assert!(outcome.is_ok(), "nothing is written after a close, and pings are short");
}
