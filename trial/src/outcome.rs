//! What a trial answers.

use std::error::Error;

/// What was seen, in a few words; or what is wrong, in Russian.
pub(crate) type Outcome = Checked<String>;

/// The same for a part of a trial.
pub(crate) type Checked<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Ends the trial unless `condition` holds.
pub(crate) fn ensure(condition: bool, wrong: impl FnOnce() -> String) -> Checked {
    if condition { Ok(()) } else { Err(wrong().into()) }
}
