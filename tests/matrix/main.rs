//! The fault matrix: every class, in every phase, with every fault that the stand-ins know, in every mode.
//!
//! What is expected of each cell is data (`table/`), written in the notation of `script.rs`, to be checked against
//! the contract by reading. A cell that makes no sense is excused there with the reason.
//!
//! `VESTNIK_MATRIX_ONLY` plays only the cells whose name contains all its words; `VESTNIK_MATRIX_REPORT=1` writes
//! `docs/reliability/matrix.md`; `VESTNIK_MATRIX_HANG=30` lets the platform hang for so many seconds, in place of 3.
#![allow(clippy::unwrap_used, reason = "a test may end where it likes")]

mod axes;
mod catalogue;
mod child;
mod host;
mod report;
mod run;
mod script;
mod stage;
mod table;

use std::env;
use std::thread;

use crate::report::Seen;
use crate::table::Table;

/// Neither a cell nor a fault is silently absent.
#[test]
fn the_table_is_whole() {
    let table = Table::whole();
    assert!(table.complaints.is_empty(), "{}", table.complaints.join("\n"));
    for (families, fault) in catalogue::known() {
        let mut cells = table.expected();
        let played = cells.any(|(cell, _)| catalogue::is(cell.fault, families, fault));
        assert!(played, "{families}:{} is in no cell that is played", fault.name());
    }
}

/// The report that is read on its own tells what the table tells.
#[test]
fn the_report_is_of_this_table() {
    if env::var_os(report::VARIABLE).is_none() {
        report::check(&Table::whole());
    }
}

#[test]
fn every_cell_is_as_expected() {
    child::trusting("every_cell_is_as_expected", || {
        let only = env::var("VESTNIK_MATRIX_ONLY").unwrap_or_default();
        let wanted = |name: String| -> bool { only.split_whitespace().all(|word| name.contains(word)) };
        let table = Table::whole();
        let cells = table.expected().filter(|(cell, _)| wanted(cell.to_string())).collect::<Vec<_>>();
        let (outcomes, of_host) = thread::scope(|scope| {
            let of_host = scope.spawn(|| host::all(wanted));
            (run::all(cells), of_host.join().unwrap())
        });
        for (cell, outcome) in &of_host {
            if let Some(complaint) = &outcome.complaint {
                println!("{cell}\n    seen:     {}\n    {complaint}", outcome.seen);
            }
        }
        assert!(!outcomes.is_empty() || !of_host.is_empty(), "no cell is named so: {only}");
        let all =
            outcomes.iter().map(|(.., outcome)| outcome).chain(of_host.iter().map(|(_, outcome)| outcome));
        let wrong = all.filter(|outcome| outcome.complaint.is_some()).count();
        assert_eq!(wrong, 0, "of {} cells", outcomes.len() + of_host.len());
        report::keep(&table, &Seen { cells: &outcomes, host: &of_host });
    });
}
