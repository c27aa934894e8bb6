//! Bytes → messages.

use std::ops::{ControlFlow, Range};

use bytes::BufMut;

use crate::assembly::Assembly;
use crate::buffer::Buffer;
use crate::close::Close;
use crate::frame::{FrameHeader, Opcode};
use crate::handshake::extensions::DeflateParameters;
use crate::inflate::{Inflated, Inflater};
use crate::limits::Limits;
use crate::message::{Kind, Message};
use crate::received::{Binary, Content, Received, Text};
use crate::utf8;
use crate::violation::Violation;

/// Takes apart what a server sends. Its memory is bounded by [`Limits`]: one message, for a moment also the
/// smaller block that it grew out of, and one read buffer.
#[derive(Debug)]
pub struct Receiver {
    state: State,
    buffer: Buffer,
    assembly: Assembly,
    inflater: Option<Inflater>,
    limits: Limits,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Between two frames, and perhaps inside a message.
    Header(Option<Message>),
    /// Inside a frame of a message; `last` or not.
    Payload { message: Message, last: bool },
    /// The server has closed: whatever comes is thrown away (RFC 6455, section 1.4).
    Closed,
    /// The server has broken the protocol.
    Broken(Violation),
}

/// Where that lies which can be handed out.
enum Found {
    Buffered(Kind, Range<usize>),
    Assembled(Kind),
    Control(Opcode, Range<usize>),
    Unfinished,
}

/// Go on, or stop with what was found; with nothing when more bytes are needed.
type Step = ControlFlow<Option<Found>>;

impl Receiver {
    /// A receiver for what was agreed in the handshake. `rest` came together with the handshake's answer.
    #[must_use]
    pub fn new(deflate: Option<DeflateParameters>, limits: Limits, rest: Vec<u8>) -> Self {
        Self {
            state: State::Header(None),
            buffer: Buffer::new(limits.read_buffer, rest),
            assembly: Assembly::new(&limits),
            inflater: deflate.map(Inflater::new),
            limits,
        }
    }

    /// Where to put what is read from the socket: room for one byte at least. To be asked for when
    /// [`receive`](Self::receive) has said `None`.
    pub fn space(&mut self) -> impl BufMut {
        match self.state {
            // The rest of a large frame needs no copy on its way; text is validated on its way.
            State::Payload { message, .. }
                if message.kind == Kind::Binary && !message.compressed && self.buffer.unread().is_empty() =>
            {
                let missing = message.announced - self.assembly.len();
                if missing >= self.limits.read_buffer {
                    self.buffer.clear();
                    return self.assembly.space(missing);
                }
            }
            State::Header(Some(_)) | State::Payload { .. } => {}
            State::Header(None) => self.assembly.release(),
            State::Closed | State::Broken(_) => {
                self.assembly.release();
                self.buffer.clear();
            }
        }
        self.buffer.space()
    }

    /// Memory to read into, used if there is none. It may be that of another receiver that [rests](Self::rest): who
    /// waits needs none.
    pub fn lend(&mut self, memory: &mut Vec<u8>) {
        self.buffer.lend(memory);
    }

    /// Nothing comes at the moment: memory that is not needed until something does goes back to `memory`, instead of
    /// what was there.
    pub fn rest(&mut self, memory: &mut Vec<u8>) {
        if !matches!(self.state, State::Header(Some(_)) | State::Payload { .. }) {
            self.assembly.forget();
        }
        self.buffer.rest(memory);
    }

    /// The next thing that has come; `None` when more must be read from the socket first. To be asked until it
    /// says `None`. After a close it always does.
    ///
    /// # Errors
    /// What the server did wrong. From then on it is always the same.
    pub fn receive(&mut self) -> Result<Option<Received<'_>>, Violation> {
        let found = self.find().inspect_err(|violation| self.state = State::Broken(*violation))?;
        let Some(found) = found else { return Ok(None) };
        let received = hand_out(found, &self.buffer, &mut self.assembly);
        received.map(Some).inspect_err(|violation| self.state = State::Broken(*violation))
    }

    fn find(&mut self) -> Result<Option<Found>, Violation> {
        loop {
            let step = match self.state {
                State::Header(open) => self.header(open)?,
                State::Payload { message, last } if message.compressed => self.inflate(message, last)?,
                State::Payload { message, last } => self.collect(message, last)?,
                State::Closed => ControlFlow::Break(None),
                State::Broken(violation) => return Err(violation),
            };
            if let ControlFlow::Break(found) = step {
                return Ok(found);
            }
        }
    }

    fn header(&mut self, open: Option<Message>) -> Result<Step, Violation> {
        let unread = self.buffer.unread();
        let Some((header, size)) = FrameHeader::decode(unread)? else { return Ok(ControlFlow::Break(None)) };
        let there = unread.len() - size;
        if header.opcode.is_control() {
            return Ok(ControlFlow::Break(self.control(&header, size, there)?));
        }
        let message = Message::admit(&header, open, &self.limits)?;
        self.buffer.consume(size);
        if open.is_none() {
            if header.fin && !message.compressed && message.announced <= there {
                let range = self.buffer.consume(message.announced);
                return Ok(ControlFlow::Break(Some(Found::Buffered(message.kind, range))));
            }
            self.assembly.begin(message.kind);
        }
        self.state = State::Payload { message, last: header.fin };
        Ok(ControlFlow::Continue(()))
    }

    fn control(
        &mut self,
        header: &FrameHeader,
        size: usize,
        there: usize,
    ) -> Result<Option<Found>, Violation> {
        if header.compressed {
            return Err(Violation::ReservedBit);
        }
        let length = match usize::try_from(header.length) {
            Ok(length) if length <= there => length,
            _ => return Ok(None),
        };
        self.buffer.consume(size);
        let range = self.buffer.consume(length);
        if header.opcode == Opcode::Close {
            self.state = State::Closed;
        }
        Ok(Some(Found::Control(header.opcode, range)))
    }

    /// Moves plain payload from the buffer to the message.
    fn collect(&mut self, message: Message, last: bool) -> Result<Step, Violation> {
        let missing = message.announced - self.assembly.len();
        let unread = self.buffer.unread();
        let there = missing.min(unread.len());
        self.assembly.extend(&unread[..there], missing)?;
        self.buffer.consume(there);
        Ok(self.after_payload(message, last, there == missing))
    }

    /// Inflates compressed payload from the buffer into the message, at most a slice.
    fn inflate(&mut self, mut message: Message, last: bool) -> Result<Step, Violation> {
        let Some(inflater) = &mut self.inflater else { return Err(Violation::ReservedBit) };
        let missing = message.announced - message.inflated;
        let unread = self.buffer.unread();
        let mut inflated = inflater.inflate(&unread[..missing.min(unread.len())], &mut self.assembly);
        if let Ok(Inflated { used, unfinished: false }) = inflated
            && used == missing
            && last
        {
            inflated = inflater.finish(&mut self.assembly).and(inflated);
        }
        let inflated = inflated?;
        self.buffer.consume(inflated.used);
        message.inflated += inflated.used;
        self.state = State::Payload { message, last };
        if inflated.unfinished {
            return Ok(ControlFlow::Break(Some(Found::Unfinished)));
        }
        Ok(self.after_payload(message, last, inflated.used == missing))
    }

    const fn after_payload(&mut self, message: Message, last: bool, whole: bool) -> Step {
        if !whole {
            return ControlFlow::Break(None);
        }
        if last {
            self.state = State::Header(None);
            return ControlFlow::Break(Some(Found::Assembled(message.kind)));
        }
        self.state = State::Header(Some(message));
        ControlFlow::Continue(())
    }
}

fn hand_out<'a>(
    found: Found,
    buffer: &'a Buffer,
    assembly: &'a mut Assembly,
) -> Result<Received<'a>, Violation> {
    Ok(match found {
        Found::Buffered(Kind::Text, range) => {
            Received::Text(Text(Content::Part(utf8::validate(buffer.consumed(range))?)))
        }
        Found::Buffered(Kind::Binary, range) => {
            Received::Binary(Binary(Content::Part(buffer.consumed(range))))
        }
        Found::Assembled(Kind::Text) => Received::Text(Text(Content::Whole(assembly.whole_text()?))),
        Found::Assembled(Kind::Binary) => Received::Binary(Binary(Content::Whole(assembly.bytes_mut()))),
        Found::Control(Opcode::Ping, range) => Received::Ping(buffer.consumed(range)),
        Found::Control(Opcode::Pong, range) => Received::Pong(buffer.consumed(range)),
        Found::Control(_, range) => Received::Close(Close::parse(buffer.consumed(range))?),
        Found::Unfinished => Received::Unfinished,
    })
}
