//! The sending half of a connection.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    time::{Instant, sleep, timeout_at},
};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;

use crate::{deflater::Deflater, end::End, fault::Fault, frame, outgoing::Outgoing, script::Script};

/// How long the client may take to answer a close.
const CLOSE_PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Writer<W> {
    output: W,
    shape: Shape,
    deflater: Option<Deflater>,
    sent: u64,
    /// Set once a close frame is sent: until when the client may answer it.
    closing: Option<Instant>,
}

/// How bytes and messages are cut.
enum Shape {
    Whole,
    ByteByByte { pause: Duration },
    Fragmented { fragments: usize, ping: bool },
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    pub(crate) fn new(output: W, fault: &Fault) -> Self {
        let shape = match *fault {
            Fault::OneByte => Shape::ByteByByte { pause: Duration::ZERO },
            Fault::Dribble(pause) => Shape::ByteByByte { pause },
            Fault::Fragmented { fragments, ping } => Shape::Fragmented { fragments, ping },
            _ => Shape::Whole,
        };
        Self { output, shape, deflater: None, sent: 0, closing: None }
    }

    /// From now on, messages go compressed.
    pub(crate) fn compress(&mut self, deflater: Deflater) {
        self.deflater = Some(deflater);
    }

    /// Writes bytes as they are.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Shape::ByteByByte { pause } = self.shape else {
            self.output.write_all(bytes).await?;
            return self.output.flush().await;
        };
        for byte in bytes.chunks(1) {
            if !pause.is_zero() {
                sleep(pause).await;
            }
            self.output.write_all(byte).await?;
            self.output.flush().await?;
        }
        Ok(())
    }

    /// Writes one piece after the other, as they are. Compression begins anew behind them: it does not know them.
    pub(crate) async fn strike(&mut self, pieces: impl Iterator<Item = Vec<u8>>) -> io::Result<()> {
        for piece in pieces {
            self.write(&piece).await?;
        }
        if let Some(deflater) = &mut self.deflater {
            deflater.forget();
        }
        Ok(())
    }

    /// Writes one frame as it is.
    pub(crate) async fn send(&mut self, frame: Frame) -> io::Result<()> {
        self.write(&frame::encode(frame)).await
    }

    /// Writes a close frame, unless there has been one.
    pub(crate) async fn close(&mut self, frame: Frame) -> io::Result<()> {
        if self.closing.is_none() {
            self.closing = Some(Instant::now() + CLOSE_PATIENCE);
            self.send(frame).await?;
        }
        Ok(())
    }

    /// Ends the stream.
    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        self.output.shutdown().await
    }

    /// Writes what waits and what the script says, and calls `sent` for every message, until the connection is to
    /// end, or until `limit` messages have been sent on it: then `None`.
    pub(crate) async fn run(
        &mut self,
        waiting: &mut mpsc::Receiver<Outgoing>,
        script: &mut Script,
        limit: u64,
        sent: impl Fn(),
    ) -> io::Result<Option<End>> {
        while self.sent < limit {
            match self.next(waiting, script).await {
                None => return Ok(Some(End::TimedOut)),
                Some(Outgoing::Message(frame)) if self.closing.is_none() => {
                    self.send_message(frame).await?;
                    self.sent += 1;
                    sent();
                }
                Some(Outgoing::Control(frame)) if self.closing.is_none() => self.send(frame).await?,
                // Nothing may follow a close frame (RFC 6455 §5.5.1).
                Some(Outgoing::Message(_) | Outgoing::Control(_)) => {}
                Some(Outgoing::Close(frame)) => self.close(frame).await?,
                Some(Outgoing::CloseAnswer(frame)) => {
                    self.close(frame).await?;
                    return Ok(Some(End::Clean));
                }
                Some(Outgoing::Violation(frame, text)) => {
                    self.close(frame).await?;
                    return Ok(Some(End::Violation(text)));
                }
            }
        }
        Ok(None)
    }

    /// What to write next; `None` when the client has not answered a close in time.
    async fn next(&self, waiting: &mut mpsc::Receiver<Outgoing>, script: &mut Script) -> Option<Outgoing> {
        match self.closing {
            Some(deadline) => timeout_at(deadline, waiting.recv()).await.ok().flatten(),
            None => tokio::select! {
                waiting = waiting.recv() => waiting,
                scripted = script.next() => Some(scripted),
            },
        }
    }

    async fn send_message(&mut self, mut message: Frame) -> io::Result<()> {
        if let Some(deflater) = &mut self.deflater {
            let payload = deflater.message(message.payload());
            message = frame::compressed(message, payload);
        }
        let Shape::Fragmented { fragments, ping } = self.shape else { return self.send(message).await };
        for fragment in frame::fragments(message, fragments) {
            let more = !fragment.header().is_final;
            self.send(fragment).await?;
            if more && ping {
                self.send(Frame::ping("between")).await?;
            }
        }
        Ok(())
    }
}
