//! What an add-in did wrong, in words a failing test can print.

use std::fmt;
use std::sync::Mutex;

use crate::sync::lock;
use crate::text::TextFault;

/// How many problems are kept; the first ones tell the cause.
const LIMIT: usize = 1000;

/// A breach of the binary interface by the add-in. `block` numbers allocations from 1 in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are named in the texts")]
pub enum Problem {
    /// Memory that nobody freed before the object's end.
    Leak { block: u64, bytes: usize },
    /// Memory freed twice.
    DoubleFree { block: u64, bytes: usize },
    /// Bytes changed in front of a block or behind it.
    Overrun { block: u64, bytes: usize },
    /// Bytes changed in a block that had been freed.
    WriteAfterFree { block: u64, bytes: usize },
    /// A pointer that the platform's allocator has not given.
    ForeignPointer { role: &'static str },
    /// A length that reaches beyond the memory it counts.
    TooLong { role: &'static str, bytes: usize, claimed: usize },
    /// A string in the platform's memory without its NUL.
    NotTerminated { role: &'static str },
    /// `AllocMemory` of 0 bytes, which the interface leaves undefined.
    EmptyAllocation,
    /// A string that cannot be read.
    Text { role: &'static str, fault: TextFault },
    /// A function that belongs to a call into the add-in, called from a thread that is in none.
    OutsideCall { function: &'static str },
    /// The connection used after `Done` had returned.
    AfterDone { function: &'static str },
    /// The platform used after `DestroyObject` had returned.
    AfterDestroy { function: &'static str },
    /// `DestroyObject` failed, or left the pointer as it was.
    NotDestroyed { code: i64, pointer_kept: bool },
    /// The object was to be destroyed while a call into it went on, and it never ended; not destroyed.
    StillCalled,
    /// `Done`, or `DestroyObject` without it, returned at once while another thread of the add-in was in a call of the
    /// platform, in place of waiting for it.
    CallLeft,
    /// A closure of the test panicked while the add-in was calling the platform.
    Panicked { function: &'static str, text: String },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leak { block, bytes } => write!(f, "leak: block {block} of {bytes} bytes"),
            Self::DoubleFree { block, bytes } => write!(f, "double free of block {block}, {bytes} bytes"),
            Self::Overrun { block, bytes } => write!(f, "written outside of block {block}, {bytes} bytes"),
            Self::WriteAfterFree { block, bytes } => {
                write!(f, "written into block {block} of {bytes} bytes after it was freed")
            }
            Self::ForeignPointer { role } => write!(f, "{role}: not memory of the platform"),
            Self::TooLong { role, bytes, claimed } => {
                write!(f, "{role}: claims {claimed} bytes in a block of {bytes}")
            }
            Self::NotTerminated { role } => write!(f, "{role}: no terminating NUL"),
            Self::EmptyAllocation => f.write_str("AllocMemory of 0 bytes"),
            Self::Text { role, fault } => write!(f, "{role}: {fault}"),
            Self::OutsideCall { function } => write!(f, "{function} from a thread that is in no call"),
            Self::AfterDone { function } => write!(f, "{function} after Done"),
            Self::AfterDestroy { function } => write!(f, "{function} after DestroyObject"),
            Self::NotDestroyed { code, pointer_kept } => {
                write!(f, "DestroyObject answered {code}, pointer kept: {pointer_kept}")
            }
            Self::StillCalled => f.write_str("destroyed while a call into the object went on"),
            Self::CallLeft => f.write_str("the end did not wait for a call into the platform"),
            Self::Panicked { function, text } => write!(f, "panic inside {function}: {text}"),
        }
    }
}

/// Problems in the order in which they were noticed.
#[derive(Default)]
pub(crate) struct Problems(Mutex<Vec<Problem>>);

impl Problems {
    pub(crate) fn note(&self, problem: Problem) {
        let mut problems = lock(&self.0);
        if problems.len() < LIMIT {
            problems.push(problem);
        }
    }

    pub(crate) fn all(&self) -> Vec<Problem> {
        lock(&self.0).clone()
    }
}
