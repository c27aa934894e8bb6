//! From `GetClassObject` to an object that can be used, and what the library weighs.

use std::fs;
use std::path::Path;
use std::time::Instant;

use native_api_host::{Host, Library};

use crate::goals::OURS;
use crate::options::Options;
use crate::ours::{finish, function};
use crate::outcome::Outcome;
use crate::process::{self, Values};
use crate::results::{Group, Quantity, Row, median};
use crate::work::cpu_time;

/// Objects after the first.
const OBJECTS: usize = 200;
/// Calls of a function that does next to nothing.
const CALLS: u32 = 1_000_000;
/// Bytes of a MB.
const MEGABYTE: u32 = 1_000_000;

/// The row of the add-in.
pub(crate) fn run(options: &Options, library: &Path) -> Outcome<Vec<Row>> {
    let rounds = (0..options.rounds())
        .map(|_| process::run(["start".as_ref(), library.as_os_str()]))
        .collect::<Outcome<Vec<_>>>()?;
    let mut values = Vec::new();
    for quantity in
        [Quantity::Loaded, Quantity::FirstCreated, Quantity::Created, Quantity::Threads, Quantity::Call]
    {
        let of_rounds = rounds.iter().flatten().filter(|(of, _)| *of == quantity).map(|(_, value)| *value);
        values.push((quantity, median(of_rounds.collect())));
    }
    let size = u32::try_from(fs::metadata(library)?.len())?;
    values.push((Quantity::Size, f64::from(size) / f64::from(MEGABYTE)));
    Ok(vec![Row { group: Group::Start, contender: OURS.to_owned(), values }])
}

/// Creates objects in this process, where none was before.
pub(crate) fn measure(library: &Path) -> Outcome<Values> {
    let start = Instant::now();
    let library = Library::load(library)?;
    let loaded = start.elapsed();
    let threads = process::other_threads()?;
    let mut times = Vec::with_capacity(1 + OBJECTS);
    for _ in 0..=OBJECTS {
        let start = Instant::now();
        let object = library.create("WebSocket", Host::default().without_memory_checks())?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        finish(object)?;
    }
    let threads = process::other_threads()?.saturating_sub(threads);
    let object = library.create("WebSocket", Host::default().without_memory_checks())?;
    let mut clear = function(&object, "ОчиститьОчередь", ());
    let before = cpu_time();
    for _ in 0..CALLS {
        clear.call().ok_or("ОчиститьОчередь has failed")?;
    }
    let call = cpu_time().saturating_sub(before).as_secs_f64() * 1e6 / f64::from(CALLS);
    drop(clear);
    finish(object)?;
    Ok(vec![
        (Quantity::Loaded, loaded.as_secs_f64() * 1e3),
        (Quantity::FirstCreated, times[0]),
        (Quantity::Created, median(times.split_off(1))),
        (Quantity::Threads, threads.into()),
        (Quantity::Call, call),
    ])
}
