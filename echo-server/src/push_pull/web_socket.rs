//! The push server's side of a WebSocket in text mode: the same frames, several in a message.

use std::{io, pin::pin, sync::Arc};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message as Text,
        handshake::derive_accept_key,
        protocol::{CloseFrame, Role, frame::coding::CloseCode},
    },
};

use crate::{
    frame,
    push_pull::{
        message::Message,
        outcome::Outcome,
        poll::{Subscription, without_subscribing},
        poll_fault::PollFault,
        request::{Asked, Input},
        response::Response,
        site::Site,
    },
};

/// Whether the request asks for a WebSocket.
pub(super) fn is_upgrade(asked: &Asked) -> bool {
    asked.is_get() && asked.header_has("upgrade", "websocket") && asked.header_has("connection", "upgrade")
}

/// Answers the handshake, and sends what is published until the client ends the connection.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    site: &Site,
    asked: &Asked,
    fault: PollFault,
    stream: &mut S,
    input: &mut Input,
) -> io::Result<Outcome> {
    if let Some(outcome) = without_subscribing(&fault) {
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
        let close = CloseFrame { code: CloseCode::from(*code), reason: "closed on purpose".into() };
        socket.close(Some(close)).await?;
        while socket.next().await.is_some_and(|came| came.is_ok()) {}
        return Ok(Outcome::Ended);
    }
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
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(Outcome::Ended),
            },
            () = sleep, if !is_empty => {
                let frames: String = batch.drain(..).map(|message: Arc<Message>| message.frame(site.clock)).collect();
                if let PollFault::Cut(at) = fault {
                    let bytes = frame::encode(frame::text(frames));
                    let at = at.unwrap_or(bytes.len() / 2).min(bytes.len());
                    socket.get_mut().write_all(&bytes[..at]).await?;
                    socket.get_mut().flush().await?;
                    return Ok(Outcome::Reset);
                }
                socket.send(Text::text(frames)).await?;
                due = Instant::now() + site.options.batch_interval;
            }
            message = subscription.next() => batch.push(message),
        }
    }
}
