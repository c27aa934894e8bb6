//! The table of faults, for people.

use super::Fault;
use crate::error::InvalidValue;

/// A row of [`Fault::ALL`].
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The form to write, such as `refuse=STATUS`; what is in brackets may be left out.
    pub form: &'static str,
    /// A text that parses.
    pub example: &'static str,
    /// What the server does, in one line.
    pub text: &'static str,
}

const fn row(form: &'static str, example: &'static str, text: &'static str) -> Description {
    Description { form, example, text }
}

impl Fault {
    /// Every fault there is, each with its form and a line about it.
    pub const ALL: &'static [Description] = &[
        row("none", "none", "nothing is wrong"),
        row("accept-late=SECONDS", "accept-late=2.5", "answers the handshake late"),
        row("never-accept", "never-accept", "accepts TCP and never answers, not even to TLS"),
        row("hang-up", "hang-up", "accepts TCP and ends it with zero bytes"),
        row("tls-1.0", "tls-1.0", "speaks TLS 1.0 only"),
        row(
            "client-certificate",
            "client-certificate",
            "demands a certificate of its own authority over TLS",
        ),
        row("refuse=STATUS", "refuse=401", "refuses the handshake with an HTTP status from 400 to 599"),
        row("redirect=LOCATION", "redirect=ws://localhost/", "answers the handshake with 302"),
        row("endless-head", "endless-head", "answers the handshake with headers without an end"),
        row("endless-body=STATUS", "endless-body=500", "refuses the handshake with a body without an end"),
        row("wrong-accept", "wrong-accept", "accepts the handshake of another key"),
        row("subprotocol=NAME", "subprotocol=unasked", "chooses a subprotocol, whatever is offered"),
        row("extension=TEXT", "extension=x-unasked; a=1", "chooses extensions, whatever is offered"),
        row("close[=CODE[,REASON]]", "close=1011,out of order", "closes with a code and a reason"),
        row("close-and-end[=CODE[,REASON]]", "close-and-end=1000", "closes and ends the stream at once"),
        row("close-and-stay[=CODE[,REASON]]", "close-and-stay=1003", "closes and never ends the stream"),
        row("reset", "reset", "resets TCP"),
        row("eof", "eof", "ends the stream without a close"),
        row("half-frame", "half-frame", "sends half a frame, then nothing more"),
        row("cut-frame", "cut-frame", "sends half a frame, then ends the stream"),
        row("bad-utf8", "bad-utf8", "sends a text that is not UTF-8"),
        row("masked-frame", "masked-frame", "sends a masked frame"),
        row("reserved-opcode", "reserved-opcode", "sends a frame with opcode 3"),
        row("reserved-bit=BIT", "reserved-bit=1", "sends a frame with reserved bit 1, 2 or 3"),
        row("bad-deflate", "bad-deflate", "sends a compressed message that cannot be inflated"),
        row("big-message[=BYTES]", "big-message=16777216", "sends one large message, 16 MiB if not told"),
        row(
            "byte-fragments[=COUNT]",
            "byte-fragments=100001",
            "sends one message byte by byte, 16 MiB if not told",
        ),
        row(
            "compression-bomb[=BYTES]",
            "compression-bomb=1073741824",
            "sends what inflates to 1 GiB if not told",
        ),
        row("ping-flood[=COUNT]", "ping-flood=100000", "sends pings as fast as they go, 100,000 if not told"),
        row("stop-reading", "stop-reading", "reads nothing more"),
        row("frame-limit=BYTES", "frame-limit=65535", "closes with 1009 when more comes, header included"),
        row("ignore-ping", "ignore-ping", "never answers a ping"),
        row("ignore-close", "ignore-close", "never answers a close"),
        row("one-byte", "one-byte", "writes every byte alone"),
        row("dribble=SECONDS", "dribble=0.5", "waits before every byte it writes"),
        row("fragmented[=COUNT[,ping]]", "fragmented=4,ping", "splits messages, with pings between if told"),
    ];
}

/// The name and the parameter of a text such as `refuse=503`.
pub(crate) fn split(text: &str) -> (&str, Option<&str>) {
    text.split_once('=').map_or((text, None), |(name, parameter)| (name, Some(parameter)))
}

/// What was expected in the place of `text`: the form of the fault of that name, or one of `all` names.
pub(crate) fn misfit(all: &[Description], text: &str) -> InvalidValue {
    let (name, _) = split(text);
    match all.iter().find(|row| row.name() == name) {
        Some(row) => InvalidValue::new(text, row.form),
        None => {
            let names = all.iter().map(Description::name).collect::<Vec<_>>();
            InvalidValue::new(text, format_args!("one of {}", names.join(", ")))
        }
    }
}

impl Description {
    /// The part of the form before any parameter.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.form.split(['=', '[']).next().unwrap_or(self.form)
    }
}
