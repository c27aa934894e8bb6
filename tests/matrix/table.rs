//! What is expected of every cell, and why some cells make no sense.

mod bitrix;
mod excuses;
mod rom;
mod websocket;

use std::collections::BTreeMap;

pub(crate) use self::excuses::EXCUSES;
use crate::axes::{Cell, Class, Mode, Phase};
use crate::catalogue;

/// Faults that go alike in a phase.
pub(crate) struct Row {
    pub(crate) phase: Phase,
    /// Names, separated by spaces; one that ends with `*` stands for all that begin so.
    pub(crate) faults: &'static str,
    /// What happens in each mode, see [`script`](crate::script), with `$` for the word that tells of the fault; empty
    /// where the row tells nothing.
    pub(crate) event: &'static str,
    pub(crate) notify: &'static str,
    pub(crate) server: &'static str,
}

const fn row(
    phase: Phase,
    faults: &'static str,
    event: &'static str,
    notify: &'static str,
    server: &'static str,
) -> Row {
    Row { phase, faults, event, notify, server }
}

impl Row {
    const fn script(&self, mode: Mode) -> &'static str {
        match mode {
            Mode::Event => self.event,
            Mode::Notify => self.notify,
            Mode::Server => self.server,
        }
    }
}

/// What is known of a cell.
#[derive(Clone, Copy)]
pub(crate) enum Entry {
    /// What happens.
    Expected(&'static str),
    /// Why it makes no sense: the place of an excuse in [`EXCUSES`].
    Excused(usize),
}

/// The whole matrix, and what is wrong with the tables it is made of.
pub(crate) struct Table {
    pub(crate) entries: BTreeMap<Cell, Entry>,
    pub(crate) complaints: Vec<String>,
}

impl Table {
    /// Looks every cell of the product up. A row comes before an excuse.
    pub(crate) fn whole() -> Self {
        let mut entries = BTreeMap::new();
        let mut complaints = Vec::new();
        let mut used = vec![false; EXCUSES.len()];
        for cell in product() {
            let Tables { rows, told } = tables(cell.class);
            let mut scripts = rows
                .iter()
                .copied()
                .flatten()
                .filter(|row| row.phase == cell.phase && catalogue::is_among(row.faults, cell.fault))
                .map(|row| row.script(cell.mode))
                .filter(|script| !script.is_empty());
            let excuse = EXCUSES.iter().position(|excuse| excuse.covers(&cell));
            let entry = match (scripts.next(), excuse) {
                (Some(script), _) => {
                    let word = told.iter().find(|(faults, _)| catalogue::is_among(faults, cell.fault));
                    // The table lives as long as the program does.
                    Entry::Expected(script.replace('$', word.map_or("$", |(_, word)| word)).leak())
                }
                (None, Some(excuse)) => {
                    used[excuse] = true;
                    Entry::Excused(excuse)
                }
                (None, None) => {
                    complaints.push(format!("{cell}: neither expected nor excused"));
                    continue;
                }
            };
            if scripts.next().is_some() {
                complaints.push(format!("{cell}: expected twice"));
            }
            entries.insert(cell, entry);
        }
        complaints.extend(unknown_names().map(|name| format!("no such fault: {name}")));
        let unused = EXCUSES.iter().zip(used).filter(|(_, used)| !used);
        complaints.extend(unused.map(|(excuse, _)| format!("excuses nothing: {}", excuse.reason)));
        Self { entries, complaints }
    }

    /// The cells that are played, with their scripts.
    pub(crate) fn expected(&self) -> impl Iterator<Item = (Cell, &'static str)> {
        self.entries.iter().filter_map(|(cell, entry)| match entry {
            Entry::Expected(script) => Some((*cell, *script)),
            Entry::Excused(_) => None,
        })
    }
}

/// Names in the tables that are those of no fault.
fn unknown_names() -> impl Iterator<Item = &'static str> {
    let rows = Class::ALL.into_iter().flat_map(|class| tables(class).rows.iter().copied().flatten());
    let told = Class::ALL.into_iter().flat_map(|class| tables(class).told).map(|(faults, _)| *faults);
    let lists = rows.map(|row| row.faults).chain(told).chain(EXCUSES.iter().map(|excuse| excuse.faults));
    let known = |name: &&str| catalogue::all().any(|fault| catalogue::is_among(name, fault));
    lists.flat_map(|list| list.split(' ')).filter(move |name| !known(name))
}

/// Every combination there is.
fn product() -> impl Iterator<Item = Cell> {
    Class::ALL.into_iter().flat_map(|class| {
        Phase::ALL.into_iter().flat_map(move |phase| {
            catalogue::all().flat_map(move |fault| {
                Mode::ALL.into_iter().map(move |mode| Cell { class, phase, fault, mode })
            })
        })
    })
}

/// What is known of a class.
struct Tables {
    rows: &'static [&'static [Row]],
    /// How faults are told, the first that fits: names, and the word.
    told: &'static [(&'static str, &'static str)],
}

const fn tables(class: Class) -> Tables {
    match class {
        Class::Rom => Tables { rows: rom::ROWS, told: rom::TOLD },
        Class::WebSocket => Tables { rows: websocket::ROWS, told: websocket::TOLD },
        Class::BitrixPull => Tables { rows: bitrix::ROWS, told: bitrix::TOLD },
    }
}
