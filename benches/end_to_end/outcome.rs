//! How everything here ends.

use std::error::Error;
use std::time::Duration;

/// The bound of every wait; only a failure reaches it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A result, or why there is none.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;
