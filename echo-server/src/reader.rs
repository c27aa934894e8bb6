//! The receiving half of a connection: tungstenite judges what comes, the journal keeps it.

use std::{future::pending, io::ErrorKind};

use futures_util::StreamExt;
use tokio::{
    io::{self, AsyncRead, AsyncReadExt, Join, Sink},
    sync::mpsc,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        error::ProtocolError,
        protocol::{Role, WebSocketConfig, frame::Frame},
    },
};

use crate::{end::End, event::Event, fault::Fault, frame, inflated::Inflated, outgoing::Outgoing};

const LARGEST_MESSAGE: usize = 1 << 30;

/// tungstenite would answer pings and closes by itself: what it writes goes nowhere.
pub(crate) struct Reader<R> {
    socket: WebSocketStream<Join<Inflated<R>, Sink>>,
    answers_ping: bool,
    answers_close: bool,
    /// The last answer is given.
    is_over: bool,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(crate) async fn new(input: Inflated<R>, fault: &Fault) -> Self {
        let limit = match *fault {
            Fault::FrameLimit(bytes) => longest_payload(bytes),
            _ => LARGEST_MESSAGE,
        };
        let config = WebSocketConfig::default().max_message_size(Some(limit)).max_frame_size(Some(limit));
        let stream = io::join(input, io::sink());
        Self {
            socket: WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await,
            answers_ping: *fault != Fault::IgnorePing,
            answers_close: *fault != Fault::IgnoreClose,
            is_over: false,
        }
    }

    /// Reads until the stream ends, calls `seen` for everything that comes, and puts the answers into the queue;
    /// it stops reading while that is full. After a close or a violation whose answer is in the queue, whoever
    /// writes it ends the connection, and this never comes back. Nothing is lost when it is dropped early.
    pub(crate) async fn run(&mut self, answers: &mpsc::Sender<Outgoing>, seen: impl Fn(Event)) -> End {
        while !self.is_over {
            // A place in the queue first, so that a message, once read, is answered without waiting.
            let Ok(place) = answers.reserve().await else { return pending().await };
            let answer = match self.read(&seen).await {
                Received::Answered(answer) => answer,
                Received::Unanswered => continue,
                Received::Closed => return self.drain().await,
                Received::Ended(end) => return end,
            };
            self.is_over = matches!(answer, Outgoing::CloseAnswer(_) | Outgoing::Violation(..));
            place.send(answer);
        }
        pending().await
    }

    /// Reads until the stream ends, calls `seen` for everything that comes, and answers nothing.
    pub(crate) async fn run_mute(&mut self, seen: impl Fn(Event)) -> End {
        while !self.is_over {
            match self.read(&seen).await {
                Received::Answered(Outgoing::CloseAnswer(_) | Outgoing::Violation(..)) | Received::Closed => {
                    self.is_over = true;
                }
                Received::Answered(_) | Received::Unanswered => {}
                Received::Ended(end) => return end,
            }
        }
        self.drain().await
    }

    /// Reads and throws away whatever comes until the stream ends.
    pub(crate) async fn drain(&mut self) -> End {
        drain(self.socket.get_mut().reader_mut().inner_mut()).await
    }

    async fn read(&mut self, seen: impl Fn(Event)) -> Received {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => {
                seen(Event::Text(text.to_string()));
                Received::Answered(Outgoing::Message(frame::text(text)))
            }
            Some(Ok(Message::Binary(bytes))) => {
                seen(Event::Binary(bytes.to_vec()));
                Received::Answered(Outgoing::Message(frame::binary(bytes)))
            }
            Some(Ok(Message::Ping(payload))) => {
                seen(Event::Ping(payload.to_vec()));
                match self.answers_ping {
                    true => Received::Answered(Outgoing::Control(Frame::pong(payload))),
                    false => Received::Unanswered,
                }
            }
            Some(Ok(Message::Pong(payload))) => {
                seen(Event::Pong(payload.to_vec()));
                Received::Unanswered
            }
            Some(Ok(Message::Close(close))) => {
                let code = close.as_ref().map(|close| u16::from(close.code));
                let reason = close.map_or_else(String::new, |close| close.reason.to_string());
                seen(Event::Close { code, reason });
                match self.answers_close {
                    true => Received::Answered(Outgoing::CloseAnswer(frame::close(code, ""))),
                    false => Received::Closed,
                }
            }
            Some(Ok(Message::Frame(_))) => Received::Unanswered,
            Some(Err(error)) => judgement(error),
            None => Received::Closed,
        }
    }
}

enum Received {
    Answered(Outgoing),
    Unanswered,
    Closed,
    Ended(End),
}

/// What an error of tungstenite means, with the close code of RFC 6455 §7.4.1 for what the client did wrong.
fn judgement(error: tungstenite::Error) -> Received {
    let code = match error {
        // It cannot be inflated.
        tungstenite::Error::Io(ref error) if error.kind() == ErrorKind::InvalidData => 1007,
        tungstenite::Error::Io(error) => return Received::Ended(error.into()),
        tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            return Received::Ended(End::Eof);
        }
        tungstenite::Error::Utf8(_) => 1007,
        tungstenite::Error::Capacity(_) => 1009,
        _ => 1002,
    };
    Received::Answered(Outgoing::Violation(frame::close(Some(code), ""), error.to_string()))
}

/// The payload of the longest masked frame of so many bytes (RFC 6455 §5.2).
fn longest_payload(frame: usize) -> usize {
    match frame.saturating_sub(8) {
        0..=125 => frame.saturating_sub(6).min(125),
        payload @ 126..=0xFFFF => payload,
        _ => frame.saturating_sub(14).max(0xFFFF),
    }
}

/// Reads and throws away whatever comes until the stream ends.
pub(crate) async fn drain(input: &mut (impl AsyncRead + Unpin)) -> End {
    let mut thrown_away = vec![0; 16 << 10];
    loop {
        match input.read(&mut thrown_away).await {
            Ok(0) => return End::Eof,
            Ok(_) => {}
            Err(error) => return error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_frame_counts() {
        for (frame, payload) in
            [(6, 0), (131, 125), (132, 125), (133, 125), (134, 126), (65_535, 65_527), (65_550, 65_536)]
        {
            assert_eq!(longest_payload(frame), payload, "{frame}");
        }
    }
}
