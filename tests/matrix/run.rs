//! Plays cells side by side.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use crate::axes::{Cell, Class, Phase};
use crate::stage::{Outcome, play};

/// How many quick cells are played at once: they wait more than they work.
const THREADS: usize = 16;

/// Whether a cell is about time-outs, half a minute and more: these do nothing but wait, so all of them do it at once.
fn is_slow(cell: &Cell) -> bool {
    let hangs = ["never-accept", "never-answer", "stall"];
    // The class has no property for its pings: every 30 s, and 20 s for the answer.
    let silent = ["half-frame", "ignore-ping", "stop-reading"];
    let is_about = |names: [&str; 3]| names.iter().any(|name| cell.fault.contains(name));
    is_about(hangs) || (cell.class == Class::Rom && cell.phase == Phase::Idle && is_about(silent))
}

/// Plays all cells; what came out, in the order of the cells.
pub(crate) fn all(cells: Vec<(Cell, &'static str)>) -> Vec<(Cell, &'static str, Outcome)> {
    let (slow, quick): (Vec<_>, Vec<_>) = cells.into_iter().partition(|(cell, _)| is_slow(cell));
    let threads = THREADS + slow.len();
    let waiting: Mutex<VecDeque<_>> = Mutex::new(slow.into_iter().chain(quick).collect());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().pop_front();
                    let Some((cell, script)) = next else { break };
                    let outcome = catch_unwind(AssertUnwindSafe(|| play(cell, script)));
                    let outcome = outcome.unwrap_or_else(|panic| {
                        let text = panic.downcast_ref::<String>().cloned();
                        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
                        Outcome { seen: String::new(), complaint: Some(text.unwrap_or_default()) }
                    });
                    if let Some(complaint) = &outcome.complaint {
                        println!(
                            "{cell}\n    expected: {script}\n    seen:     {}\n    {complaint}",
                            outcome.seen
                        );
                    }
                    done.lock().unwrap().push((cell, script, outcome));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(cell, ..)| *cell);
    done
}
