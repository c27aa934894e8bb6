//! The books of the whole fleet.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::balance::Balance;
use crate::fleet::Member;
use crate::ledger::Ledger;
use crate::report::Report;
use crate::sequence::Sequence;

/// The books of one object.
pub(crate) enum Books {
    Socket(Mutex<Ledger>),
    Pull(Mutex<Sequence>),
}

impl Books {
    /// Empty books.
    pub(crate) fn new(member: &Member) -> Self {
        match member {
            Member::Socket(socket) => Self::Socket(Mutex::new(Ledger::new(socket.class == "WebSocket"))),
            Member::Pull(_) => Self::Pull(Mutex::default()),
        }
    }

    /// What 1C has seen or done.
    pub(crate) fn told(&self, report: Report) {
        match self {
            Self::Socket(ledger) => lock(ledger).told(report),
            Self::Pull(sequence) => lock(sequence).told(report),
        }
    }

    /// All that can be told by now.
    pub(crate) fn balance(&self) -> Balance {
        match self {
            Self::Socket(ledger) => lock(ledger).balance(),
            Self::Pull(sequence) => lock(sequence).balance(),
        }
    }

    /// Whether the object is done, and its server has nothing more to tell.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Socket(ledger) => {
                let ledger = lock(ledger);
                ledger.is_finished() && ledger.living() == 0
            }
            Self::Pull(sequence) => lock(sequence).is_finished(),
        }
    }

    /// What is not as it should be, for whoever looks for the cause.
    pub(crate) fn details(&self) -> Vec<String> {
        match self {
            Self::Socket(ledger) => lock(ledger).uneven(),
            Self::Pull(sequence) => {
                lock(sequence).missing().into_iter().map(|range| format!("не пришло: {range:?}")).collect()
            }
        }
    }

    /// Whether something that was published has not come to 1C yet.
    pub(crate) fn is_behind(&self) -> bool {
        match self {
            Self::Socket(_) => false,
            Self::Pull(sequence) => lock(sequence).waiting() > 0,
        }
    }
}

fn lock<T>(books: &Mutex<T>) -> MutexGuard<'_, T> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}
