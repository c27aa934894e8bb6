//! What the add-in said through `AddError`.

use std::collections::VecDeque;
use std::ffi::c_long;
use std::sync::Mutex;
use std::thread::{self, ThreadId};

use crate::sync::lock;

/// How many errors are remembered; older ones are forgotten.
const LIMIT: usize = 10_000;

/// One call of `AddError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddError {
    /// How the text is shown, see [`message_code`](native_api::abi::platform::message_code).
    pub code: u16,
    /// Who speaks.
    pub source: String,
    /// The text.
    pub description: String,
    /// Not zero: the text becomes an exception that BSL can catch.
    pub scode: c_long,
    /// The thread that called.
    pub thread: ThreadId,
}

struct Entry {
    error: AddError,
    /// Whether the call in which it was said has ended.
    reported: bool,
}

#[derive(Default)]
pub(crate) struct ErrorLog(Mutex<VecDeque<Entry>>);

impl ErrorLog {
    pub(crate) fn add(&self, error: AddError) {
        let mut entries = lock(&self.0);
        if entries.len() == LIMIT {
            entries.pop_front();
        }
        entries.push_back(Entry { error, reported: false });
    }

    pub(crate) fn all(&self) -> Vec<AddError> {
        lock(&self.0).iter().map(|entry| entry.error.clone()).collect()
    }

    /// What this thread said since its last call ended.
    pub(crate) fn take_unreported(&self) -> Vec<AddError> {
        let thread = thread::current().id();
        let mut entries = lock(&self.0);
        let own =
            entries.iter_mut().rev().take_while(|entry| entry.error.thread != thread || !entry.reported);
        let mut errors: Vec<AddError> = own
            .filter(|entry| entry.error.thread == thread)
            .map(|entry| {
                entry.reported = true;
                entry.error.clone()
            })
            .collect();
        errors.reverse();
        errors
    }
}
