//! Bytes → messages → inlet → inbox.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use native_api::Text;
use tokio::io::{AsyncReadExt, ReadHalf};
use tokio::select;
use tokio::task::{consume_budget, yield_now};
use wire::{Close, CloseCode, Received, Receiver, Violation};

use super::inlet::{Incoming, Inlet, Passage};
use super::{Circumstances, End};
use crate::delivery::{Batch, Offered};
use crate::log::Level;
use crate::message::Payload;
use crate::transport::dial::Stream;
use crate::transport::outbox::Message;

thread_local! {
    /// Memory that is read into, of whichever connection of this thread has something to read.
    #[cfg_attr(windows, allow(clippy::missing_const_for_thread_local, reason = "it is; not seen on win7 targets"))]
    static MEMORY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The reading side of one connection.
pub(super) struct Reader {
    stream: ReadHalf<Stream>,
    receiver: Receiver,
}

/// What one received thing asks for.
enum Step<'a> {
    Go,
    Yield,
    Take(Incoming<'a>),
    End(End),
}

impl Reader {
    pub(super) const fn new(stream: ReadHalf<Stream>, receiver: Receiver) -> Self {
        Self { stream, receiver }
    }

    pub(super) fn into_inner(self) -> ReadHalf<Stream> {
        self.stream
    }

    /// Reads until the connection ends or must end. What was read goes into the inbox before more is waited for.
    pub(super) async fn run(&mut self, here: &Circumstances<'_>, inlet: &mut impl Inlet) -> End {
        let mut batch = Batch::new(Arc::clone(&here.shared.common.delivery));
        loop {
            let mut frame_ended = false;
            loop {
                if batch.is_due()
                    && let Some(end) = put(&mut batch, here).await
                {
                    return end;
                }
                let step = match self.receiver.receive() {
                    Ok(Some(received)) => {
                        frame_ended |= !matches!(received, Received::Unfinished);
                        judge(received, here)
                    }
                    Ok(None) => break,
                    Err(violation) => Step::End(refuse(violation)),
                };
                match step {
                    Step::Go => {}
                    Step::Yield => yield_now().await,
                    Step::Take(incoming) => {
                        inlet.feed(incoming, &mut batch);
                        if let Some(end) = pass(here, inlet, &mut batch).await {
                            return end;
                        }
                    }
                    Step::End(end) => return put(&mut batch, here).await.unwrap_or(end),
                }
                // Other connections have their turn between any two messages.
                consume_budget().await;
            }
            if frame_ended {
                here.pings.keepalive().frame_ended();
            }
            if let Some(end) = put(&mut batch, here).await {
                return end;
            }
            match self.read().await {
                Ok(1..) => here.pings.keepalive().received(Instant::now()),
                Ok(0) | Err(_) => return End::Cut,
            }
        }
    }
    /// Reads what has come, or waits for it without memory of its own.
    async fn read(&mut self) -> io::Result<usize> {
        poll_fn(|context| {
            MEMORY.with_borrow_mut(|memory| {
                self.receiver.lend(memory);
                let polled = pin!(self.stream.read_buf(&mut self.receiver.space())).poll(context);
                if polled.is_pending() {
                    self.receiver.rest(memory);
                }
                polled
            })
        })
        .await
    }
}

#[inline(always)]
fn judge<'a>(received: Received<'a>, here: &Circumstances<'_>) -> Step<'a> {
    let log = &here.shared.common.log;
    match received {
        Received::Text(text) => {
            log.write(Level::Debug, || came(text.as_str().len()));
            Step::Take(Incoming::Text(text))
        }
        Received::Binary(binary) => {
            log.write(Level::Debug, || came(binary.as_slice().len()));
            Step::Take(Incoming::Binary(binary))
        }
        Received::Ping(payload) => {
            here.shared.outbox.pong(payload.to_vec());
            Step::Go
        }
        Received::Pong(payload) => {
            log.write(Level::Trace, || "Получен pong");
            here.pings.keepalive().pong();
            here.keepalive_changed.notify_one();
            let statistics = &here.shared.common.statistics;
            here.pings.answered(payload, |round_trip| statistics.set_round_trip(round_trip));
            Step::Go
        }
        Received::Close(Close { code, reason }) => Step::End(End::Closed { code, reason: reason.to_owned() }),
        Received::Unfinished => Step::Yield,
    }
}

/// The end that a violation of the protocol or of a limit leads to.
fn refuse(violation: Violation) -> End {
    let code = violation.code();
    let ru = match code {
        CloseCode::INVALID_DATA => "Сервер прислал текст не в UTF-8 или испорченные сжатые данные",
        CloseCode::TOO_LARGE => "Сообщение сервера больше допустимого или состоит из слишком многих частей",
        _ => "Сервер нарушил протокол WebSocket",
    };
    End::Refused(code, Text::made(format!("{ru} ({violation})"), violation.to_string()))
}

fn came(bytes: usize) -> String {
    format!("Получено сообщение, байт: {bytes}")
}

/// Passes on what the inlet has made of a message.
async fn pass(here: &Circumstances<'_>, inlet: &mut impl Inlet, batch: &mut Batch) -> Option<End> {
    while let Some(passage) = inlet.next() {
        match passage {
            Passage::Message(message) => {
                batch.add(message);
                if let Some(end) = put(batch, here).await {
                    return Some(end);
                }
                if inlet.is_given_again() && here.shared.is_stopping() {
                    return Some(End::Left);
                }
            }
            Passage::Answer(text) => {
                let message = Message { payload: Payload::Text(text), written: None };
                here.shared.outbox.push(message, here.shared.common.outgoing());
            }
            Passage::Leave => return Some(End::Left),
        }
    }
    None
}

/// Puts the batch into the inbox; does not read on before there was room for it.
async fn put(batch: &mut Batch, here: &Circumstances<'_>) -> Option<End> {
    let offered = match batch.offer() {
        Offered::Full => {
            here.pings.keepalive().set_reading(false, Instant::now());
            here.shared.common.log.write(Level::Debug, || "Очередь полна, чтение приостановлено");
            // What is held when the end is asked for goes in beyond the limits; reading goes on, or the peer's close
            // would never be seen.
            let offered = select! {
                offered = batch.accept() => Some(offered),
                _ = here.shared.stop_requested() => None,
            };
            here.pings.keepalive().set_reading(true, Instant::now());
            here.keepalive_changed.notify_one();
            offered.unwrap_or_else(|| {
                batch.keep();
                Offered::Whole
            })
        }
        offered => offered,
    };
    (offered == Offered::Close).then_some(End::Refused(
        CloseCode::POLICY_VIOLATION,
        Text::fixed("Очередь входящих сообщений переполнена", "queue overflow"),
    ))
}
