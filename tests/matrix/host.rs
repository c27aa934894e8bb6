//! Faults of the host, each played alone in a process: all objects of a process share one thread for events.

mod rows;

use std::env;
use std::fmt;
use std::thread;

pub(crate) use self::rows::{ROWS, Row};
use crate::axes::Class;
use crate::child;
use crate::stage::Outcome;

/// Which row a process is for: its place in [`ROWS`] and the class.
const ROW: &str = "VESTNIK_MATRIX_ROW";
/// What a process tells its parent.
const SEEN: &str = "seen: ";
const PLAYER: &str = "host::a_row_alone";

/// A fault of the host and a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostCell {
    pub(crate) row: usize,
    pub(crate) class: Class,
}

impl HostCell {
    /// All there are.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..ROWS.len()).flat_map(|row| Class::ALL.into_iter().map(move |class| Self { row, class }))
    }

    pub(crate) fn row(&self) -> &'static Row {
        &ROWS[self.row]
    }

    /// What is expected; `Err`: why it makes no sense.
    pub(crate) fn expected(&self) -> Result<&'static str, &'static str> {
        let expected = &self.row().expected;
        match self.class {
            Class::Rom => expected[0],
            Class::WebSocket => expected[1],
            Class::BitrixPull => expected[2],
        }
    }
}

impl fmt::Display for HostCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.row().fault, self.class.name())
    }
}

/// Plays the rows that are wanted, side by side.
pub(crate) fn all(wanted: impl Fn(String) -> bool) -> Vec<(HostCell, Outcome)> {
    let cells =
        HostCell::all().filter(|cell| cell.expected().is_ok()).filter(|cell| wanted(cell.to_string()));
    thread::scope(|scope| {
        let playing = cells.map(|cell| (cell, scope.spawn(move || play_alone(cell)))).collect::<Vec<_>>();
        playing.into_iter().map(|(cell, outcome)| (cell, outcome.join().unwrap())).collect()
    })
}

fn play_alone(cell: HostCell) -> Outcome {
    let variable = format!("{} {}", cell.row, cell.class.name());
    let (success, output) = child::output(PLAYER, &[(ROW, &variable)]);
    let seen = output.lines().find_map(|line| line.strip_prefix(SEEN)).unwrap_or_default().to_owned();
    let expected = cell.expected().expect("it is played");
    let complaint = if !success {
        Some(output)
    } else if seen != expected {
        Some(format!("seen in the place of {expected}"))
    } else {
        None
    };
    Outcome { seen, complaint }
}

#[test]
#[ignore = "a part of every_cell_is_as_expected"]
fn a_row_alone() {
    // By hand there is nothing to play.
    let Ok(variable) = env::var(ROW) else { return };
    let (row, class) = variable.split_once(' ').unwrap();
    let class = Class::ALL.into_iter().find(|known| known.name() == class).unwrap();
    let seen = (ROWS[row.parse::<usize>().unwrap()].play)(class);
    println!("\n{SEEN}{seen}");
}
