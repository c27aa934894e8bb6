//! Where a panic ends: nothing unwinds into the platform.

use std::panic::{self, AssertUnwindSafe};

use crate::module;

/// Runs `body`; `None` when it panicked. What a panic leaves behind is the class's: its locks do not mind
/// poison.
pub(crate) fn caught<R>(body: impl FnOnce() -> R) -> Option<R> {
    let outcome = panic::catch_unwind(AssertUnwindSafe(body));
    if outcome.is_err() {
        // Telling of a panic gives the thread a destructor that lies in this library and runs when the thread
        // ends, which may be after the platform has unloaded the library.
        module::pin();
    }
    outcome.ok()
}
