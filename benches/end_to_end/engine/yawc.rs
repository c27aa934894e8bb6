//! yawc.

use futures_util::SinkExt;
use tokio::net::TcpStream;
use yawc::{Frame, OpCode, Options, Role, WebSocket};

use crate::engine::Engine;
use crate::outcome::Outcome;

pub(crate) struct Yawc(WebSocket<TcpStream>);

impl Engine for Yawc {
    const NAME: &'static str = "yawc";

    type Message = Frame;

    async fn open(stream: TcpStream, compressed: bool) -> Outcome<Self> {
        // It limits both below what is received here otherwise.
        let options = Options::default().with_utf8().with_limits(64 << 20, 64 << 20);
        Ok(Self(if compressed {
            let agreed = "permessage-deflate; client_no_context_takeover";
            let options = options.with_balanced_compression();
            WebSocket::from_stream_with_extensions(stream, Role::Client, Some(agreed), options)?
        } else {
            WebSocket::from_stream(stream, Role::Client, options)?
        }))
    }

    fn message(text: &str) -> Frame {
        Frame::text(text.to_owned())
    }

    async fn feed(&mut self, message: Frame) -> Outcome {
        Ok(self.0.feed(message).await?)
    }

    async fn flush(&mut self) -> Outcome {
        Ok(self.0.flush().await?)
    }

    async fn next(&mut self) -> Outcome<usize> {
        loop {
            let frame = self.0.next_frame().await?;
            if matches!(frame.opcode(), OpCode::Text | OpCode::Binary) {
                return Ok(frame.payload().len());
            }
        }
    }
}
