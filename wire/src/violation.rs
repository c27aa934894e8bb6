//! What a peer can do wrong.

use std::error::Error;
use std::fmt;

use crate::close::CloseCode;

/// The peer broke the protocol or a limit. The connection is to be closed with [`code`](Self::code).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A reserved bit is set that no negotiated extension gives a meaning (RFC 6455, section 5.2).
    ReservedBit,
    /// An opcode that is not defined (section 5.2).
    ReservedOpcode,
    /// A frame from the server is masked (section 5.1).
    MaskedFrame,
    /// A length is not written in the fewest bytes (section 5.2).
    NonMinimalLength,
    /// The highest bit of a 64-bit length is set (section 5.2).
    LengthOverflow,
    /// A control frame is fragmented (section 5.5).
    FragmentedControl,
    /// A control frame has more than 125 bytes of payload (section 5.5).
    ControlTooLong,
    /// A continuation frame without a message to continue (section 5.4).
    UnexpectedContinuation,
    /// A new message before the last fragment of another (section 5.4).
    ExpectedContinuation,
    /// A close frame has one byte of payload (section 5.5.1).
    TruncatedCloseCode,
    /// A close code that must not be sent (section 7.4).
    InvalidCloseCode,
    /// A text or the reason of a close is not UTF-8 (section 8.1).
    InvalidUtf8,
    /// A compressed message cannot be inflated (RFC 7692, section 7.2.2).
    CorruptDeflate,
    /// A message is larger than [`Limits::message_size`](crate::Limits::message_size).
    MessageTooLarge,
    /// A message has more than [`Limits::fragments`](crate::Limits::fragments).
    TooManyFragments,
}

impl Violation {
    /// What the peer is to be told (RFC 6455, section 7.4.1).
    #[must_use]
    pub const fn code(self) -> CloseCode {
        match self {
            Self::InvalidUtf8 | Self::CorruptDeflate => CloseCode::INVALID_DATA,
            Self::MessageTooLarge | Self::TooManyFragments => CloseCode::TOO_LARGE,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReservedBit => "a reserved bit is set",
            Self::ReservedOpcode => "the opcode is reserved",
            Self::MaskedFrame => "a frame from the server is masked",
            Self::NonMinimalLength => "a length is not in its shortest form",
            Self::LengthOverflow => "a length has its highest bit set",
            Self::FragmentedControl => "a control frame is fragmented",
            Self::ControlTooLong => "a control frame is longer than 125 bytes",
            Self::UnexpectedContinuation => "there is no message to continue",
            Self::ExpectedContinuation => "a message begins inside another",
            Self::TruncatedCloseCode => "the close code is cut",
            Self::InvalidCloseCode => "the close code must not be sent",
            Self::InvalidUtf8 => "a text is not UTF-8",
            Self::CorruptDeflate => "a compressed message is corrupt",
            Self::MessageTooLarge => "a message is too large",
            Self::TooManyFragments => "a message has too many fragments",
        })
    }
}

impl Error for Violation {}
