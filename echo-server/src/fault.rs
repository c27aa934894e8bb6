//! Everything the server can do wrong on purpose.

mod description;
mod text;

use std::time::Duration;

pub use description::Description;
pub(crate) use description::{misfit, split};

/// One thing the server does wrong.
///
/// Its text form (`FromStr`, `Display`) is `name` or `name=parameter`, as in [`Fault::ALL`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Fault {
    /// Nothing is wrong.
    #[default]
    None,
    /// The answer to the handshake comes this late.
    AcceptLate(Duration),
    /// TCP is accepted, and nothing is ever answered, not even to a TLS greeting.
    NeverAccept,
    /// TCP is accepted and ended at once, with zero bytes.
    HangUp,
    /// TLS is spoken in version 1.0 only; without effect over plain TCP.
    Tls10,
    /// TLS clients must show a certificate of the server's authority; without effect over plain TCP.
    ClientCertificate,
    /// The handshake is refused with this HTTP status (400 to 599) and a body.
    Refuse(u16),
    /// The handshake is answered with 302 and this `Location`.
    Redirect(String),
    /// The handshake is answered with 101 and header after header, without an end.
    EndlessHead,
    /// The handshake is refused with this HTTP status (400 to 599) and a body without an end.
    EndlessBody(u16),
    /// The handshake is accepted with the `Sec-WebSocket-Accept` of another key.
    WrongAccept,
    /// The handshake is accepted with this `Sec-WebSocket-Protocol`, whatever the client offered.
    Subprotocol(String),
    /// The handshake is accepted with this `Sec-WebSocket-Extensions`, whatever the client offered; nothing that it
    /// names is done.
    Extension(String),
    /// The server closes with this code, any number, legal or not; `None` sends a close frame without a code.
    Close {
        /// The status code of the close frame.
        code: Option<u16>,
        /// The reason of the close frame; sent only with a code. More than 123 bytes make an illegal frame.
        reason: String,
    },
    /// The server closes, and ends the stream without waiting for the client's close.
    CloseAndEnd {
        /// As in [`Fault::Close`].
        code: Option<u16>,
        /// As in [`Fault::Close`].
        reason: String,
    },
    /// The server closes, and leaves it to the client to end the stream.
    CloseAndStay {
        /// As in [`Fault::Close`].
        code: Option<u16>,
        /// As in [`Fault::Close`].
        reason: String,
    },
    /// TCP is reset.
    Reset,
    /// The stream ends without a close frame.
    Eof,
    /// The first half of a text frame, then silence for good.
    HalfFrame,
    /// The first half of a text frame, then the end of the stream.
    CutFrame,
    /// A text message that is not UTF-8.
    BadUtf8,
    /// A text frame that is masked, as only a client's may be.
    MaskedFrame,
    /// A frame with the reserved opcode 3.
    ReservedOpcode,
    /// A text frame with this reserved bit, 1 to 3. The first is legal where compression is negotiated, but the
    /// payload is not compressed.
    ReservedBit(u8),
    /// A message marked as compressed that no inflater can read.
    BadDeflate,
    /// A text message of this many bytes in one frame: the digits 0 to 9, over and over.
    BigMessage(usize),
    /// A text message in so many fragments of one byte each: the digits 0 to 9, over and over.
    ByteFragments(usize),
    /// A compressed text message that inflates to this many bytes, a thousand times its size.
    CompressionBomb(usize),
    /// So many pings, as fast as they go; their payloads count from 1.
    PingFlood(u64),
    /// The server reads nothing more.
    StopReading,
    /// A frame or message of the client that is larger, the header of one frame included, is answered with close
    /// 1009 and the end of the stream.
    FrameLimit(usize),
    /// No ping is answered.
    IgnorePing,
    /// No close is answered; the server waits until the client ends the stream.
    IgnoreClose,
    /// Every byte is written and flushed alone, the answer to the handshake too.
    OneByte,
    /// As [`Fault::OneByte`], with a pause before each byte.
    Dribble(Duration),
    /// Every message is split into fragments.
    Fragmented {
        /// How many fragments, at least 1; those that a short message cannot fill are empty.
        fragments: usize,
        /// Whether a ping is sent after each fragment but the last.
        ping: bool,
    },
}

impl Fault {
    /// Whether the fault strikes an open connection once, after as many messages as
    /// [`Options::fault_after`](crate::Options::fault_after) says; the others hold from the start.
    #[must_use]
    pub fn strikes(&self) -> bool {
        match self {
            Self::Close { .. }
            | Self::CloseAndEnd { .. }
            | Self::CloseAndStay { .. }
            | Self::Reset
            | Self::Eof
            | Self::HalfFrame
            | Self::CutFrame
            | Self::BadUtf8
            | Self::MaskedFrame
            | Self::ReservedOpcode
            | Self::ReservedBit(_)
            | Self::BadDeflate
            | Self::BigMessage(_)
            | Self::ByteFragments(_)
            | Self::CompressionBomb(_)
            | Self::PingFlood(_)
            | Self::StopReading => true,
            Self::None
            | Self::AcceptLate(_)
            | Self::NeverAccept
            | Self::HangUp
            | Self::Tls10
            | Self::ClientCertificate
            | Self::Refuse(_)
            | Self::Redirect(_)
            | Self::EndlessHead
            | Self::EndlessBody(_)
            | Self::WrongAccept
            | Self::Subprotocol(_)
            | Self::Extension(_)
            | Self::FrameLimit(_)
            | Self::IgnorePing
            | Self::IgnoreClose
            | Self::OneByte
            | Self::Dribble(_)
            | Self::Fragmented { .. } => false,
        }
    }
}
