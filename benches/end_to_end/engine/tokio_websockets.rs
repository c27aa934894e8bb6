//! tokio-websockets.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_websockets::{ClientBuilder, Config, Message, WebSocketStream};

use crate::engine::{BUFFER, Engine};
use crate::outcome::Outcome;

pub(crate) struct TokioWebsockets(WebSocketStream<TcpStream>);

impl Engine for TokioWebsockets {
    const NAME: &'static str = "tokio-websockets";

    type Message = Message;

    async fn open(stream: TcpStream, _compressed: bool) -> Outcome<Self> {
        let config = Config::default().flush_threshold(BUFFER);
        Ok(Self(ClientBuilder::new().config(config).take_over(stream)))
    }

    fn message(text: &str) -> Message {
        Message::text(text.to_owned())
    }

    async fn feed(&mut self, message: Message) -> Outcome {
        Ok(self.0.feed(message).await?)
    }

    async fn flush(&mut self) -> Outcome {
        Ok(self.0.flush().await?)
    }

    async fn next(&mut self) -> Outcome<usize> {
        loop {
            let message = self.0.next().await.ok_or("the connection has ended")??;
            if message.is_text() || message.is_binary() {
                return Ok(message.as_payload().len());
            }
        }
    }
}
