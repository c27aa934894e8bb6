//! sockudo-ws.

use futures_util::{SinkExt, StreamExt};
use sockudo_ws::deflate::DeflateConfig;
use sockudo_ws::stream::{CompressedWebSocketStream, WebSocketStream};
use sockudo_ws::{Config, Message, Role};
use tokio::net::TcpStream;

use crate::engine::{BUFFER, Engine};
use crate::outcome::Outcome;

pub(crate) enum Sockudo {
    Plain(WebSocketStream<TcpStream>),
    Compressed(CompressedWebSocketStream<TcpStream>),
}

impl Engine for Sockudo {
    const NAME: &'static str = "sockudo-ws";

    type Message = Message;

    async fn open(stream: TcpStream, compressed: bool) -> Outcome<Self> {
        let config = Config::builder().write_buffer_size(BUFFER).auto_ping(false).idle_timeout(0).build();
        Ok(if compressed {
            let deflate = DeflateConfig { client_no_context_takeover: true, ..DeflateConfig::default() };
            Self::Compressed(CompressedWebSocketStream::client(stream, config, deflate))
        } else {
            Self::Plain(WebSocketStream::from_raw(stream, Role::Client, config))
        })
    }

    fn message(text: &str) -> Message {
        Message::text(text.to_owned())
    }

    async fn feed(&mut self, message: Message) -> Outcome {
        match self {
            Self::Plain(stream) => stream.feed(message).await?,
            Self::Compressed(stream) => stream.feed(message).await?,
        }
        Ok(())
    }

    async fn flush(&mut self) -> Outcome {
        match self {
            Self::Plain(stream) => stream.flush().await?,
            Self::Compressed(stream) => stream.flush().await?,
        }
        Ok(())
    }

    async fn next(&mut self) -> Outcome<usize> {
        loop {
            let message = match self {
                Self::Plain(stream) => stream.next().await,
                Self::Compressed(stream) => stream.next().await,
            };
            match message.ok_or("the connection has ended")?? {
                Message::Text(bytes) | Message::Binary(bytes) => return Ok(bytes.len()),
                _ => {}
            }
        }
    }
}
