//! What came of a seed.

use std::fmt;
use std::process::ExitStatus;

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should, and nothing was printed.
    Ok,
    /// Something was not as it should be, or was printed: an add-in has no business to print, but a panic does.
    Failed,
    /// The process ended. Tells how.
    Crashed(ExitStatus),
    /// It took longer than it may. The process was killed.
    Hung,
}

/// What came of one seed.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The seed.
    pub seed: u64,
    /// How it went.
    pub outcome: Outcome,
    /// What the process printed about it.
    pub output: String,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Failed => f.write_str("failed"),
            Self::Crashed(status) => write!(f, "crashed ({status})"),
            Self::Hung => f.write_str("hung"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}: {}", self.seed, self.outcome)?;
        self.output.lines().try_for_each(|line| write!(f, "\n    {line}"))
    }
}
