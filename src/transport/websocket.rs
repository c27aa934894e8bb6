//! The task that owns one WebSocket: connect, read, write, watch, close.
//!
//! It knows nothing of 1C, JSON or filters. Reading and writing go on side by side, so that two peers that
//! both write cannot lock each other up.

use std::future::pending;
use std::time::{Duration, Instant};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::select;
use tokio::sync::Notify;
use tokio::time::{sleep_until, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error};
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::message::{Failure, FailureKind};
use crate::transport::address::Address;
use crate::transport::dial::{Stream, dial};
use crate::transport::keepalive::{Action, Keepalive};
use crate::transport::outbox::Outgoing;
use crate::transport::session::{Ending, Session, Shared};
use crate::transport::watched::{SharedKeepalive, Watched};

/// Largest message that is taken.
const MAX_MESSAGE_SIZE: usize = 64 << 20;
const BUFFER_SIZE: usize = 16 << 10;
/// Bytes after which a batch of messages is flushed even if more wait.
const FLUSH_AT: usize = 128 << 10;
/// How long a last close frame may take, and how long the peer may take to end the TCP connection after it.
const LINGER: Duration = Duration::from_secs(1);

type Socket = WebSocketStream<Watched<Stream>>;

/// How an open connection ended.
enum End {
    /// Both sides have sent a close frame.
    Cleanly,
    /// The line was cut, or the peer did not answer in time.
    Cut,
    /// The peer sent what we cannot take: it is told why.
    Broken(CloseCode),
}

/// The life of one connection.
pub(super) async fn run(ending: Ending, address: Address, previous: Option<Session>, deadline: Instant) {
    let shared = ending.shared();
    if let Some(previous) = previous {
        select! {
            () = previous.ended() => {}
            limit = shared.stop_requested() => {
                previous.close_by(limit);
                previous.ended().await;
            }
        }
    }
    let cancelled = || Failure::new(FailureKind::Cancelled, "given up by 1C");
    let now = Instant::now();
    let settings = shared.keepalive;
    let keepalive = SharedKeepalive::new(Keepalive::new(settings.ping_interval, settings.pong_timeout, now));
    let opened = select! {
        biased;
        _ = shared.stop_requested() => Err(cancelled()),
        opened = timeout_at(deadline.into(), open(&address, &keepalive)) => {
            opened.unwrap_or_else(|_| Err(Failure::new(FailureKind::Timeout, "no answer in time")))
        }
    };
    match opened {
        Err(failure) => ending.failed(failure),
        Ok(_) if !shared.opened() => ending.failed(cancelled()),
        Ok(socket) => {
            let cleanly = converse(socket, shared, &keepalive).await;
            ending.closed(cleanly);
        }
    }
}

async fn open(address: &Address, keepalive: &SharedKeepalive) -> Result<Socket, Failure> {
    let protocol = |error: &dyn std::fmt::Display| Failure::new(FailureKind::Protocol, error);
    let mut request = address.uri().into_client_request().map_err(|error| protocol(&error))?;
    if let Some(authorization) = address.authorization() {
        let mut value = authorization
            .parse::<tokio_tungstenite::tungstenite::http::HeaderValue>()
            .map_err(|error| protocol(&error))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_SIZE)
        .write_buffer_size(BUFFER_SIZE)
        .max_message_size(Some(MAX_MESSAGE_SIZE))
        .max_frame_size(Some(MAX_MESSAGE_SIZE));
    let stream = Watched::new(dial(address).await?, keepalive.clone());
    let opened = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
    opened.map(|(socket, _)| socket).map_err(|error| match error {
        Error::Http(response) => {
            Failure::new(FailureKind::Http(response.status().as_u16()), response.status())
        }
        Error::Io(error) => Failure::new(FailureKind::Network, error),
        error => protocol(&error),
    })
}

/// Reads, writes and watches until one of them says that it is over. Whether it ended cleanly.
async fn converse(socket: Socket, shared: &Shared, keepalive: &SharedKeepalive) -> bool {
    let resumed = Notify::new();
    let (mut sink, mut stream) = socket.split();
    let end = select! {
        end = read(&mut stream, shared, keepalive, &resumed) => end,
        () = write(&mut sink, shared, keepalive) => End::Cut,
        () = watch(shared, keepalive, &resumed) => End::Cut,
        () = closing_limit(shared) => End::Cut,
    };
    if let End::Broken(code) = end
        && let Ok(socket) = sink.reunite(stream)
    {
        // The connection ends either way; the peer should know why, if it listens.
        let _ = timeout(LINGER, say_goodbye(socket, code)).await;
    }
    matches!(end, End::Cleanly)
}

/// Sends a close frame, then reads and forgets what the peer is still sending: a TCP connection that ends with
/// unread bytes is reset, and the peer would lose the close frame.
async fn say_goodbye(mut socket: Socket, code: CloseCode) {
    let frame = CloseFrame { code, reason: Utf8Bytes::default() };
    if socket.send(Message::Close(Some(frame))).await.is_err() {
        return;
    }
    let mut stream = socket.into_inner();
    let mut forgotten = vec![0; BUFFER_SIZE];
    while let Ok(1..) = stream.read(&mut forgotten).await {}
}

async fn read(
    stream: &mut SplitStream<Socket>,
    shared: &Shared,
    keepalive: &SharedKeepalive,
    resumed: &Notify,
) -> End {
    loop {
        let Some(message) = stream.next().await else { return End::Cut };
        match message {
            Ok(Message::Text(text)) => {
                keepalive.lock().frame_ended();
                if shared.delivery.wants(&text) {
                    take(text, shared, keepalive, resumed).await;
                }
            }
            Ok(Message::Pong(_)) => {
                let mut keepalive = keepalive.lock();
                keepalive.frame_ended();
                keepalive.pong();
            }
            Ok(Message::Close(_)) => {
                // Reading on writes our own close frame and waits for the end of the TCP connection.
                let drained = async { while let Some(Ok(_)) = stream.next().await {} };
                let _ = timeout(LINGER, drained).await;
                return End::Cleanly;
            }
            Ok(_) => keepalive.lock().frame_ended(),
            Err(Error::Capacity(CapacityError::MessageTooLong { .. })) => {
                return End::Broken(CloseCode::Size);
            }
            Err(Error::Utf8(_)) => return End::Broken(CloseCode::Invalid),
            Err(Error::Protocol(_)) => return End::Broken(CloseCode::Protocol),
            Err(_) => return End::Cut,
        }
        // Other connections have their turn between any two messages.
        tokio::task::consume_budget().await;
    }
}

/// Hands a text over; does not read on before there was room for it.
async fn take(text: Utf8Bytes, shared: &Shared, keepalive: &SharedKeepalive, resumed: &Notify) {
    if let Err(text) = shared.delivery.offer(text.to_string()) {
        keepalive.lock().set_reading(false, Instant::now());
        shared.delivery.accept(text).await;
        keepalive.lock().set_reading(true, Instant::now());
        resumed.notify_one();
    }
}

/// Writes what is queued, in batches; after the request to close, a close frame. Never ends: what became of
/// the connection is for the reader to find out, who may still have messages to read.
async fn write(sink: &mut SplitSink<Socket, Message>, shared: &Shared, keepalive: &SharedKeepalive) {
    loop {
        let first = select! {
            biased;
            outgoing = shared.outbox.pop() => outgoing,
            _ = shared.stop_requested() => break,
        };
        if write_batch(first, sink, shared, keepalive).await.is_err() {
            pending::<()>().await;
        }
    }
    let frame = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::default() };
    // If it cannot be written, the reader or the limit ends the connection.
    let _ = sink.send(Message::Close(Some(frame))).await;
    pending::<()>().await;
}

async fn write_batch(
    first: Outgoing,
    sink: &mut SplitSink<Socket, Message>,
    shared: &Shared,
    keepalive: &SharedKeepalive,
) -> Result<(), Error> {
    let mut next = Some(first);
    let (mut bytes, mut pinged, mut replies) = (0, false, Vec::new());
    while let Some(outgoing) = next {
        match outgoing {
            Outgoing::Text(text, reply) => {
                bytes += text.len();
                sink.feed(Message::text(text)).await?;
                replies.extend(reply);
            }
            Outgoing::Ping => {
                sink.feed(Message::Ping(Default::default())).await?;
                pinged = true;
            }
        }
        next = if bytes < FLUSH_AT { shared.outbox.try_pop() } else { None };
    }
    sink.flush().await?;
    if pinged {
        keepalive.lock().sent(Instant::now());
    }
    replies.into_iter().for_each(|reply| reply.give(()));
    Ok(())
}

/// Pings, and ends when no pong came.
async fn watch(shared: &Shared, keepalive: &SharedKeepalive, resumed: &Notify) {
    loop {
        let now = Instant::now();
        let action = keepalive.lock().action(now);
        match action {
            Action::Ping => {
                keepalive.lock().queued(now);
                shared.outbox.push(Outgoing::Ping);
            }
            Action::GiveUp => return,
            Action::WaitUntil(due) => sleep_until(due.into()).await,
            Action::Wait => resumed.notified().await,
        }
    }
}

/// Ends when the closing has taken as long as it may.
async fn closing_limit(shared: &Shared) {
    let mut limit = shared.stop_requested().await;
    // A later request may shorten the limit.
    while Instant::now() < limit {
        select! {
            () = sleep_until(limit.into()) => {}
            earlier = shared.stop_before(limit) => limit = earlier,
        }
    }
}
