//! What goes on while a connection is open, and the fault that strikes it.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::timeout,
};

use crate::{
    end::End, event::Event, fault::Fault, frame, outgoing::Outgoing, reader::Reader, script::Script,
    shared_journal::SharedJournal, strike, writer::Writer,
};

/// How long a broken stream may take to give what had come on it.
const HEARING: Duration = Duration::from_secs(5);

pub(crate) struct Exchange<'a, R, W> {
    pub(crate) connection: u64,
    pub(crate) journal: &'a SharedJournal,
    pub(crate) reader: Reader<R>,
    pub(crate) writer: Writer<W>,
    pub(crate) queue: mpsc::Sender<Outgoing>,
    pub(crate) waiting: mpsc::Receiver<Outgoing>,
    pub(crate) script: Script,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Exchange<'_, R, W> {
    /// Runs until the connection is to end. `fault` strikes when `after` messages have been sent.
    pub(crate) async fn run(&mut self, fault: &Fault, after: u64) -> End {
        let end = if fault.strikes() { self.run_to_fault(fault, after).await } else { self.talk().await };
        end.unwrap_or_else(End::from)
    }

    async fn run_to_fault(&mut self, fault: &Fault, after: u64) -> io::Result<End> {
        if let Some(end) = self.talk_until(after).await? {
            return Ok(end);
        }
        match fault {
            Fault::Reset => return Ok(End::ServerReset),
            Fault::Eof => return Ok(End::ServerHungUp),
            Fault::CutFrame => {
                self.writer.write(&frame::half()).await?;
                return Ok(End::ServerHungUp);
            }
            Fault::HalfFrame => {
                self.writer.write(&frame::half()).await?;
                return Ok(self.listen().await);
            }
            Fault::StopReading => return self.talk_deaf().await,
            Fault::Close { code, reason } => self.writer.close(frame::close(*code, reason)).await?,
            Fault::CloseAndEnd { code, reason } => {
                self.writer.close(frame::close(*code, reason)).await?;
                return Ok(End::ServerHungUp);
            }
            Fault::CloseAndStay { code, reason } => {
                self.writer.close(frame::close(*code, reason)).await?;
                return Ok(self.listen().await);
            }
            Fault::PingFlood(pings) => self.script.flood(*pings),
            _ => {
                if let Some(end) = self.strike(fault).await? {
                    return Ok(end);
                }
            }
        }
        self.talk().await
    }

    async fn talk(&mut self) -> io::Result<End> {
        let end = self.talk_until(u64::MAX).await?;
        Ok(end.expect("nobody sends 2^64 messages"))
    }

    /// Reads and writes until the connection is to end, or until so many messages have been sent: then `None`.
    async fn talk_until(&mut self, limit: u64) -> io::Result<Option<End>> {
        let (journal, connection) = (self.journal, self.connection);
        let seen = |event: Event| journal.record(connection, event);
        let sent = || journal.count_sent(connection);
        // In random order: each of the two may find work for ever, and the other must have its turn.
        let end = tokio::select! {
            end = self.writer.run(&mut self.waiting, &mut self.script, limit, sent) => end,
            end = self.reader.run(&self.queue, seen) => Ok(Some(end)),
        };
        self.hear_out(end).await
    }

    /// Writes what the fault sends, and reads meanwhile; `None` when all is written.
    async fn strike(&mut self, fault: &Fault) -> io::Result<Option<End>> {
        let (journal, connection) = (self.journal, self.connection);
        let seen = |event: Event| journal.record(connection, event);
        let pieces = strike::pieces(fault).expect("every other fault that strikes is known to the caller");
        let end = tokio::select! {
            struck = self.writer.strike(pieces) => struck.map(|()| None),
            end = self.reader.run(&self.queue, seen) => Ok(Some(end)),
        };
        self.hear_out(end).await
    }

    /// When the client takes no more, what it had said before is still read.
    async fn hear_out<T>(&mut self, end: io::Result<T>) -> io::Result<T> {
        if end.is_err() {
            // Ends at once: the stream is broken.
            let _ = timeout(HEARING, self.listen()).await;
        }
        end
    }

    /// Reads, and answers nothing.
    pub(crate) async fn listen(&mut self) -> End {
        let (journal, connection) = (self.journal, self.connection);
        self.reader.run_mute(|event| journal.record(connection, event)).await
    }

    /// Writes on without reading.
    async fn talk_deaf(&mut self) -> io::Result<End> {
        let (journal, connection) = (self.journal, self.connection);
        let sent = || journal.count_sent(connection);
        let end = self.writer.run(&mut self.waiting, &mut self.script, u64::MAX, sent).await?;
        Ok(end.expect("nobody sends 2^64 messages"))
    }
}
