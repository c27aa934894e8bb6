//! Why a line of BSL throws.

use std::error::Error;
use std::fmt;

/// What an exception in BSL is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The object has no such member.
    UnknownMember,
    /// A property that cannot be read.
    NotReadable,
    /// A property that cannot be written.
    NotWritable,
    /// More arguments than the method has parameters.
    TooManyArguments {
        /// How many it has.
        parameters: usize,
    },
    /// A required parameter was left out.
    MissingArgument {
        /// Which, from 1.
        number: usize,
    },
    /// The add-in answered false.
    Refused,
    /// The add-in answered true, but had called `AddError` with a non-zero `scode`.
    Raised,
    /// «Ошибка чтения значения»: the add-in gave a value that 1C cannot read.
    Unreadable {
        /// Its code.
        vt: u16,
    },
    /// The object was destroyed.
    Destroyed,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMember => f.write_str("no such member"),
            Self::NotReadable => f.write_str("cannot be read"),
            Self::NotWritable => f.write_str("cannot be written"),
            Self::TooManyArguments { parameters } => write!(f, "has {parameters} parameters, not more"),
            Self::MissingArgument { number } => write!(f, "needs parameter {number}"),
            Self::Refused => f.write_str("failed"),
            Self::Raised => f.write_str("raised an error"),
            Self::Unreadable { vt } => write!(f, "gave a value of kind {vt}, which 1C cannot read"),
            Self::Destroyed => f.write_str("the object was destroyed"),
        }
    }
}

/// An exception as BSL sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The property or method, as it was called.
    pub member: String,
    /// What it is about.
    pub failure: Failure,
    /// What the add-in said through `AddError` in that call; several texts are joined by line ends.
    pub text: Option<String>,
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.member, self.failure)?;
        self.text.iter().try_for_each(|text| write!(f, ": {text}"))
    }
}

impl Error for Exception {}
