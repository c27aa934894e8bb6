//! One trial, reported in a line, and ended with the whole process if it does not end itself.

use std::io::{Write, stdout};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::abort;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::outcome::Outcome;

/// Longest that a trial may take. All waits within are bounded too; what is not is a call into the library that hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// Whether the trial went well. Its name is printed first: should the process die, it says where.
pub(crate) fn run(name: &str, trial: impl FnOnce() -> Outcome) -> bool {
    print!("{name}: ");
    drop(stdout().flush());
    let start = Instant::now();
    let (ended, end) = sync_channel::<()>(0);
    let watch = thread::spawn(move || {
        if end.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            println!("НЕТ, не закончилось за {} с", LIMIT.as_secs());
            abort();
        }
    });
    // A broken rule of the binary interface is a panic, when the object is dropped.
    let outcome = catch_unwind(AssertUnwindSafe(trial));
    drop(ended);
    watch.join().expect("the watch does not panic");
    let seconds = start.elapsed().as_secs_f64();
    match outcome {
        Ok(Ok(seen)) => {
            println!("да, {seconds:.1} с; {seen}");
            true
        }
        Ok(Err(wrong)) => {
            println!("НЕТ, {wrong}");
            false
        }
        Err(_) => {
            println!("НЕТ, причина выше");
            false
        }
    }
}
