//! The push server's side of a WebSocket: what polls get, several messages in one, or JSON-RPC.

use std::{io, pin::pin, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message as Received,
        handshake::derive_accept_key,
        protocol::{CloseFrame, Role, frame::coding::CloseCode},
    },
};

use crate::{
    frame,
    push_pull::{
        format::Format,
        heartbeat::{Beat, Heartbeat},
        outcome::Outcome,
        poll::without_subscribing,
        poll_fault::PollFault,
        request::{Asked, Input},
        response::Response,
        site::Site,
        subscription::Subscription,
    },
};

/// How long a client may take to answer a close frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// Answers the handshake, and sends what is published until either side ends the connection.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    site: &Site,
    asked: &Asked,
    fault: PollFault,
    stream: &mut S,
    input: &mut Input,
) -> io::Result<Outcome> {
    if let Some(outcome) = without_subscribing(site, &fault) {
        return Ok(outcome);
    }
    let subscription = match Subscription::new(site, asked, &fault) {
        Ok(subscription) => subscription,
        Err(response) => return Ok(response.into()),
    };
    let Some(key) = asked.head.header("sec-websocket-key") else { return Ok(Response::html(400).into()) };
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    );
    stream.write_all(head.as_bytes()).await?;
    stream.flush().await?;
    let socket = WebSocketStream::from_partially_read(stream, input.take_rest(), Role::Server, None).await;
    // However a WebSocket ends, the connection ends with it.
    Ok(send_all(site, subscription, socket, &fault).await.unwrap_or(Outcome::Ended))
}

/// The first message leaves at once; those that follow wait until the interval since the last is over.
async fn send_all<S: AsyncRead + AsyncWrite + Unpin>(
    site: &Site,
    mut subscription: Subscription,
    mut socket: WebSocketStream<S>,
    fault: &PollFault,
) -> tungstenite::Result<Outcome> {
    if let PollFault::Close(code) = fault {
        return close(&mut socket, *code, "closed on purpose").await;
    }
    let format = subscription.format;
    let is_json_rpc = format == Format::JsonRpc;
    let mut heartbeat = Heartbeat::new(is_json_rpc.then_some(site.options.ping_interval));
    let _waiting = site.journal.wait();
    let mut batch = std::mem::take(&mut subscription.history);
    let mut due = Instant::now();
    loop {
        let is_empty = batch.is_empty();
        let sleep = pin!(sleep_until(due));
        tokio::select! {
            biased;
            // Pings are answered as it reads; what else comes is ignored in text mode.
            came = socket.next() => match came {
                Some(Ok(Received::Text(text))) if is_json_rpc => {
                    if site.journal.hear(&text) {
                        heartbeat.answered();
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(Outcome::Ended),
            },
            beat = heartbeat.next() => match beat {
                Beat::Ping => socket.send(Received::text("ping")).await?,
                Beat::GiveUp => {
                    site.journal.give_up();
                    return close(&mut socket, CloseCode::Away.into(), "no pong").await;
                }
            },
            () = sleep, if !is_empty => {
                for messages in std::mem::take(&mut batch).chunks(format.largest_batch()) {
                    let text = format.text(messages, site.clock);
                    if let PollFault::Cut(at) = fault {
                        return cut(&mut socket, text, *at).await;
                    }
                    socket.send(Received::text(text)).await?;
                }
                if format.largest_batch() > 1 {
                    due = Instant::now() + site.options.batch_interval;
                }
            }
            message = subscription.next() => batch.push(message),
        }
    }
}

async fn close<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    code: u16,
    reason: &'static str,
) -> tungstenite::Result<Outcome> {
    socket.close(Some(CloseFrame { code: CloseCode::from(code), reason: reason.into() })).await?;
    let answered = async { while socket.next().await.is_some_and(|came| came.is_ok()) {} };
    // Who does not answer is hung up on.
    let _ = timeout(CLOSE_PATIENCE, answered).await;
    Ok(Outcome::Ended)
}

/// Sends so many bytes of a message, half of it if not told.
async fn cut<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    text: String,
    at: Option<usize>,
) -> tungstenite::Result<Outcome> {
    let bytes = frame::encode(frame::text(text));
    let at = at.unwrap_or(bytes.len() / 2).min(bytes.len());
    socket.get_mut().write_all(&bytes[..at]).await?;
    socket.get_mut().flush().await?;
    Ok(Outcome::Reset)
}
