//! Runs numbered experiments in other processes: what crashes or hangs there is a result.
//!
//! The other process is started by a command of the caller's, mostly the caller's own program. It finds its seeds with
//! [`Assignment::from_environment`], and what it does with each of them is its own affair. Several seeds share a
//! process; after one that goes wrong, a new process goes on with the next.

mod assignment;
mod child;
mod outcome;

use std::ops::Range;
use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use child::Child;

use crate::sync::lock;

pub use assignment::Assignment;
pub use outcome::{Outcome, Verdict};

/// How many seeds share a process.
const SHARE: u64 = 25;

/// Starts processes and watches them.
pub struct Sandbox<F> {
    program: F,
    limit: Duration,
}

impl<F: Fn() -> Command + Sync> Sandbox<F> {
    /// `program` makes the command that starts a process; its standard output and error are taken over. A seed that
    /// takes longer than `limit` hangs.
    pub fn new(program: F, limit: Duration) -> Self {
        Self { program, limit }
    }

    /// Runs the seeds in so many processes at a time, and calls `judged` after each seed, as they end.
    ///
    /// # Panics
    /// When a process cannot be started.
    pub fn run(&self, seeds: Range<u64>, processes: usize, mut judged: impl FnMut(&Verdict)) {
        let left = Mutex::new(seeds);
        let (sender, verdicts) = channel();
        thread::scope(|scope| {
            for _ in 0..processes {
                let (left, sender) = (&left, sender.clone());
                scope.spawn(move || {
                    while let Some(share) = take_share(left) {
                        // The other end waits until all of these are gone.
                        self.run_share(share, |verdict| drop(sender.send(verdict)));
                    }
                });
            }
            drop(sender);
            verdicts.iter().for_each(|verdict| judged(&verdict));
        });
    }

    fn run_share(&self, mut left: Range<u64>, judged: impl Fn(Verdict)) {
        while !left.is_empty() {
            let mut child = Child::start((self.program)(), left.clone());
            while let Some(verdict) = child.next(self.limit) {
                left.start = verdict.seed + 1;
                judged(verdict);
            }
        }
    }
}

fn take_share(left: &Mutex<Range<u64>>) -> Option<Range<u64>> {
    let mut left = lock(left);
    let share = left.start..left.end.min(left.start.saturating_add(SHARE));
    left.start = share.end;
    (!share.is_empty()).then_some(share)
}
