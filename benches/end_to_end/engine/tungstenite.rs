//! tokio-tungstenite.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::engine::{BUFFER, Engine};
use crate::outcome::Outcome;

pub(crate) struct Tungstenite(WebSocketStream<TcpStream>);

impl Engine for Tungstenite {
    const NAME: &'static str = "tokio-tungstenite";

    type Message = Message;

    async fn open(stream: TcpStream, _compressed: bool) -> Outcome<Self> {
        let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(BUFFER);
        Ok(Self(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await))
    }

    fn message(text: &str) -> Message {
        Message::text(text)
    }

    async fn feed(&mut self, message: Message) -> Outcome {
        Ok(self.0.feed(message).await?)
    }

    async fn flush(&mut self) -> Outcome {
        Ok(self.0.flush().await?)
    }

    async fn next(&mut self) -> Outcome<usize> {
        loop {
            match self.0.next().await.ok_or("the connection has ended")?? {
                Message::Text(text) => return Ok(text.len()),
                Message::Binary(bytes) => return Ok(bytes.len()),
                _ => {}
            }
        }
    }
}
