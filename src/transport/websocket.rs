//! One WebSocket from its handshake to its end: reads, writes, watches.
//!
//! It knows nothing of 1C, JSON or filters. Reading and writing go on side by side, so that two peers that
//! both write cannot lock each other up.

mod handshake;
pub(crate) mod inlet;
pub(crate) mod line;
mod pings;
mod reader;
mod secrets;
mod writer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use native_api::Text;
use tokio::io::{AsyncReadExt, ReadHalf, WriteHalf, split};
use tokio::select;
use tokio::sync::Notify;
use tokio::time::{sleep_until, timeout, timeout_at};
use wire::{CloseCode, Limits, Receiver, Sender};

use self::inlet::Inlet;
use self::pings::Pings;
use self::reader::Reader;
use self::secrets::{secrets_of, without};
use self::writer::Writer;
use crate::log::Level;
use crate::log::secrets::Secrets;
use crate::message::{Closing, Failure};
use crate::transport::address::Address;
use crate::transport::dial::{Stream, dial};
use crate::transport::keepalive::{Action, Keepalive};
use crate::transport::session::{CloseRequest, Shared, State};
use crate::transport::settings::Settings;

/// How long a last close frame may take, and how long the peer may take to end the TCP connection after it.
const LINGER: Duration = Duration::from_secs(1);
const READ_BUFFER: usize = 16 << 10;
/// Shorter messages are sent as they are: compressing makes them longer.
const COMPRESSION_THRESHOLD: usize = 16;

/// No close frame came (RFC 6455, section 7.1.5).
const ABNORMAL: u16 = 1006;

/// An established connection.
pub(crate) struct Link {
    reading: ReadHalf<Stream>,
    writing: WriteHalf<Stream>,
    receiver: Receiver,
    sender: Sender,
    subprotocol: String,
    secrets: Secrets,
}

/// What all that serve one connection share.
struct Circumstances<'a> {
    shared: &'a Shared,
    pings: Pings,
    /// Told when the keepalive may have something else to wait for: a pong came, or reading goes on.
    keepalive_changed: Notify,
}

/// How the conversation ended.
enum End {
    /// The peer sent a close frame.
    Closed { code: Option<CloseCode>, reason: String },
    /// The line was cut, or the peer did not answer in time.
    Cut,
    /// We end it, and the peer is told why.
    Refused(CloseCode, Text),
    /// The inlet has had enough.
    Left,
}

/// How a conversation was over.
pub(crate) enum Farewell {
    /// The connection ended; whether both sides have said goodbye.
    Ended { closing: Closing, cleanly: bool },
    /// It was left for the inlet's sake: whether something has ended for 1C is for its owner to say.
    Left,
}

impl Link {
    /// Connects to `address` and makes the opening handshake. Dropped, it gives the attempt up.
    pub(crate) async fn open(address: &Address, settings: &Settings) -> Result<Self, Failure> {
        let mut stream = dial(address, &settings.dial).await?;
        let secrets = secrets_of(address, settings);
        let (accepted, random) = handshake::perform(&mut stream, address, settings, &secrets).await?;
        let (reading, writing) = split(stream);
        let limits =
            Limits { message_size: settings.max_message_size, read_buffer: READ_BUFFER, ..Limits::default() };
        let mut sender = Sender::new(accepted.deflate, random);
        sender.set_compression_threshold(COMPRESSION_THRESHOLD);
        Ok(Self {
            reading,
            writing,
            receiver: Receiver::new(accepted.deflate, limits, accepted.rest),
            sender,
            subprotocol: accepted.subprotocol.unwrap_or_default(),
            secrets,
        })
    }

    /// The subprotocol that the server chose; empty if none.
    pub(crate) fn subprotocol(&self) -> &str {
        &self.subprotocol
    }
}

/// Talks until the connection ends, or the inlet leaves it.
pub(crate) async fn converse(
    link: Link,
    shared: &Shared,
    settings: &Settings,
    inlet: &mut impl Inlet,
) -> Farewell {
    let Link { reading, writing, receiver, sender, secrets, .. } = link;
    let keepalive = Keepalive::new(settings.ping_interval, settings.pong_timeout, Instant::now());
    let here = Circumstances { shared, pings: Pings::new(keepalive), keepalive_changed: Notify::new() };
    let mut reader = Reader::new(reading, receiver);
    let mut writer = Writer::new(writing, sender, Arc::clone(&shared.common.statistics));
    let is_given_again = inlet.is_given_again();
    let end = select! {
        biased;
        _ = shared.stop_requested(), if is_given_again => End::Left,
        end = async { select! {
            end = reader.run(&here, inlet) => end,
            () = writer.run(&here) => End::Cut,
            () = watch(&here) => End::Cut,
            () = closing_limit(shared) => End::Cut,
        } } => end,
    };
    let side = shared.side();
    if !matches!(end, End::Left) {
        // From here on nothing is accepted that could not be sent any more.
        shared.go(State::Open, State::Closing);
    }
    let ended = |code: u16, reason: Text, cleanly| Farewell::Ended {
        closing: Closing { side, code, reason },
        cleanly,
    };
    match end {
        End::Cut => ended(ABNORMAL, Text::fixed("", ""), false),
        End::Closed { code, reason } => {
            writer.close(code, "");
            part(writer, reader).await;
            // A server may repeat what we have sent, secrets included.
            let reason = without(&secrets, &reason);
            ended(code.map_or(1005, CloseCode::get), Text::made(reason.clone(), reason), true)
        }
        End::Refused(code, reason) => {
            writer.close(Some(code), &reason.en);
            part(writer, reader).await;
            ended(code.get(), reason, false)
        }
        End::Left => {
            writer.close(Some(CloseCode::NORMAL), "");
            // If it cannot be written the server finds out by itself.
            let _ = timeout(LINGER, writer.flush()).await;
            Farewell::Left
        }
    }
}

/// Writes the last close frame, then reads and forgets what the peer still sends until it ends the TCP
/// connection: one that ends with unread bytes is reset, and the peer would lose the close frame.
async fn part(mut writer: Writer, reader: Reader) {
    let deadline = Instant::now() + LINGER;
    let mut reading = reader.into_inner();
    let farewell = async {
        let mut forgotten = vec![0; READ_BUFFER];
        while let Ok(1..) = reading.read(&mut forgotten).await {}
    };
    let written = async {
        let _ = timeout(LINGER, writer.flush()).await;
        std::future::pending::<()>().await;
    };
    // The connection ends either way; nothing depends on how.
    let _ = timeout_at(deadline.into(), async {
        select! {
            () = farewell => {}
            () = written => {}
        }
    })
    .await;
}

/// Pings, and ends when no pong came.
async fn watch(here: &Circumstances<'_>) {
    loop {
        let now = Instant::now();
        let action = here.pings.keepalive().action(now);
        match action {
            Action::Ping => {
                here.pings.keepalive().queued(now);
                here.shared.outbox.ping(None);
            }
            Action::GiveUp => {
                here.shared.common.log.write(Level::Warn, || "Сервер не ответил на ping за отведенное время");
                return;
            }
            Action::WaitUntil(due) => select! {
                () = sleep_until(due.into()) => {}
                () = here.keepalive_changed.notified() => {}
            },
            Action::Wait => here.keepalive_changed.notified().await,
        }
    }
}

/// Ends when the closing has taken as long as it may.
async fn closing_limit(shared: &Shared) {
    let CloseRequest { mut deadline, .. } = shared.stop_requested().await;
    while Instant::now() < deadline {
        select! {
            () = sleep_until(deadline.into()) => {}
            earlier = shared.stop_before(deadline) => deadline = earlier.deadline,
        }
    }
}
