//! The side of the process that is watched.

use std::env;
use std::io::{self, Write};
use std::ops::Range;
use std::process::Command;

/// The variable that holds the first seed and the one behind the last.
const VARIABLE: &str = "NATIVE_API_HOST_SEEDS";

/// Lines by which the process tells how far it is. Each stands on a line of its own, whatever was printed before.
pub(super) const BEGIN: &str = "\u{1}begin ";
pub(super) const END: &str = "\u{1}end";
pub(super) const FAILED: &str = "\u{1}failed";
pub(super) const ALL: &str = "\u{1}all";

/// The seeds that this process was started for.
pub struct Assignment(Range<u64>);

impl Assignment {
    /// `None` in a process that was not started by a [`Sandbox`](crate::Sandbox).
    ///
    /// # Panics
    /// When the variable of the environment that tells the seeds does not.
    #[must_use]
    pub fn from_environment() -> Option<Self> {
        let text = env::var(VARIABLE).ok()?;
        let seeds = text.split_once(' ').and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
        Some(Self(seeds.unwrap_or_else(|| panic!("{VARIABLE} holds no seeds"))))
    }

    pub(super) fn give(seeds: &Range<u64>, command: &mut Command) {
        command.env(VARIABLE, format!("{} {}", seeds.start, seeds.end));
    }

    /// Runs `experiment` with each seed in turn, up to the first that fails: whoever started this process goes on
    /// with another.
    ///
    /// # Panics
    /// When whoever started this process does not listen any more.
    pub fn run(self, mut experiment: impl FnMut(u64) -> Result<(), String>) {
        for seed in self.0 {
            say(&format!("{BEGIN}{seed}"));
            if let Err(why) = experiment(seed) {
                say(&why);
                say(FAILED);
                return;
            }
            say(END);
        }
        say(ALL);
    }
}

/// Not with `println!`, which a test harness would catch.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    writeln!(out, "\n{line}").and_then(|()| out.flush()).expect("somebody listens");
}
