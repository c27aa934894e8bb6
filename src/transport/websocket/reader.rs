//! Bytes → messages → inlet → inbox.

use std::time::Instant;

use native_api::Text;
use tokio::io::{AsyncReadExt, ReadHalf};
use tokio::select;
use tokio::task::{consume_budget, yield_now};
use wire::{Close, CloseCode, Received, Receiver, Violation};

use super::inlet::{Inlet, Passage};
use super::{Circumstances, End};
use crate::delivery::inbox::Offer;
use crate::log::Level;
use crate::message::{Occurrence, Payload};
use crate::transport::dial::Stream;
use crate::transport::outbox::Message;

/// The reading side of one connection.
pub(super) struct Reader {
    stream: ReadHalf<Stream>,
    receiver: Receiver,
}

/// What one received thing asks for.
enum Step {
    Go,
    Yield,
    Take(Payload),
    End(End),
}

impl Reader {
    pub(super) const fn new(stream: ReadHalf<Stream>, receiver: Receiver) -> Self {
        Self { stream, receiver }
    }

    pub(super) fn into_inner(self) -> ReadHalf<Stream> {
        self.stream
    }

    /// Reads until the connection ends or must end.
    pub(super) async fn run(&mut self, here: &Circumstances<'_>, inlet: &mut impl Inlet) -> End {
        loop {
            loop {
                let step = match self.receiver.receive() {
                    Ok(Some(received)) => judge(received, here),
                    Ok(None) => break,
                    Err(violation) => return refuse(violation),
                };
                match step {
                    Step::Go => {}
                    Step::Yield => yield_now().await,
                    Step::Take(payload) => {
                        if let Some(end) = pass(payload, here, inlet).await {
                            return end;
                        }
                    }
                    Step::End(end) => return end,
                }
                // Other connections have their turn between any two messages.
                consume_budget().await;
            }
            match self.stream.read_buf(&mut self.receiver.space()).await {
                Ok(1..) => here.pings.keepalive().received(Instant::now()),
                Ok(0) | Err(_) => return End::Cut,
            }
        }
    }
}

fn judge(received: Received<'_>, here: &Circumstances<'_>) -> Step {
    if !matches!(received, Received::Unfinished) {
        here.pings.keepalive().frame_ended();
    }
    match received {
        Received::Text(text) => match text.to_str() {
            Ok(text) => Step::Take(Payload::Text(text.to_owned())),
            Err(violation) => Step::End(refuse(violation)),
        },
        Received::Binary(binary) => Step::Take(Payload::Binary(binary.into_vec())),
        Received::Ping(payload) => {
            here.shared.outbox.pong(payload.to_vec());
            Step::Go
        }
        Received::Pong(payload) => {
            here.shared.common.log.write(Level::Trace, || "Получен pong");
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

/// Lets a message through the inlet, and hands over what comes out of it.
async fn pass(payload: Payload, here: &Circumstances<'_>, inlet: &mut impl Inlet) -> Option<End> {
    here.shared.common.log.write(Level::Debug, || format!("Получено сообщение, байт: {}", payload.len()));
    inlet.feed(payload);
    while let Some(passage) = inlet.next() {
        match passage {
            Passage::Message(message) => {
                if let Some(end) = take(message, here).await {
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

/// Hands a message over; does not read on before there was room for it.
async fn take(message: Occurrence, here: &Circumstances<'_>) -> Option<End> {
    let delivery = &here.shared.common.delivery;
    let offer = match delivery.offer(delivery.sift(message)?) {
        Offer::Wait(message) => {
            here.pings.keepalive().set_reading(false, Instant::now());
            here.shared.common.log.write(Level::Debug, || "Очередь полна, чтение приостановлено");
            // A message that is held when the end is asked for goes in beyond the limits; reading goes on, or
            // the peer's close would never be seen.
            let offer = select! {
                offer = delivery.accept(message) => offer,
                _ = here.shared.stop_requested() => Offer::Taken,
            };
            here.pings.keepalive().set_reading(true, Instant::now());
            here.keepalive_changed.notify_one();
            offer
        }
        offer => offer,
    };
    (offer == Offer::Close).then_some(End::Refused(
        CloseCode::POLICY_VIOLATION,
        Text::fixed("Очередь входящих сообщений переполнена", "queue overflow"),
    ))
}
