//! A burst of an exchange, and a platform that takes its time for each event.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use native_api::Value;
use native_api_host::{Host, Library, Object};

use crate::frames::Kind;
use crate::goals::ONE_MILLISECOND;
use crate::options::Options;
use crate::ours::{await_events, finish, open};
use crate::outcome::{Outcome, PATIENCE};
use crate::peer::Peer;
use crate::process::{self, Values};
use crate::results::{Group, Quantity, Row};
use crate::work::sent;

/// Frames of the burst.
const FRAMES: u32 = 52_000;
/// Between two looks at what has come.
const LOOK: Duration = Duration::from_millis(5);
/// Events are waited for when all of them take no longer than this.
const WORTH_WAITING: Duration = Duration::from_secs(90);
const WORTH_WAITING_QUICKLY: Duration = Duration::from_secs(5);

/// How long the platform takes for an event, and what the table calls that.
const PLATFORMS: [(u64, &str); 3] =
    [(0, "Vestnik, no time per event"), (1, ONE_MILLISECOND), (10, "Vestnik, 10 ms per event")];

/// A row for each kind of platform.
pub(crate) fn run(options: &Options, peer: Peer, library: &Path) -> Outcome<Vec<Row>> {
    let row = |(milliseconds, name): (u64, &str)| {
        let arguments = ["burst".into(), milliseconds.to_string().into(), peer.address().to_string().into()];
        let quick = options.quick.then(|| "--quick".into());
        let values =
            process::run(arguments.into_iter().chain([library.as_os_str().to_owned()]).chain(quick))?;
        Ok(Row { group: Group::Burst, contender: name.to_owned(), values })
    };
    PLATFORMS.into_iter().map(row).collect()
}

/// Receives the burst in this process, where nothing else was before.
pub(crate) fn measure(milliseconds: u64, peer: Peer, library: &Path, quick: bool) -> Outcome<Values> {
    let time = Duration::from_millis(milliseconds);
    let object = Library::load(library)?
        .create("WebSocket", Host::default().time_per_event(time).without_memory_checks())?;
    open(&object, peer, &format!("/stream/{}/{FRAMES}", Kind::Exchange.name()))?;
    await_events(&object, 1)?;
    process::forget_peak()?;
    let (before, start) = (process::memory()?, Instant::now());
    object.call("Отправить", [sent()])?;
    while statistic(&object, "messagesIn")? < f64::from(FRAMES) {
        if start.elapsed() > PATIENCE {
            return Err("the burst does not come".into());
        }
        thread::sleep(LOOK);
    }
    let received = start.elapsed();
    let worth_waiting = if quick { WORTH_WAITING_QUICKLY } else { WORTH_WAITING };
    let waits = time * FRAMES <= worth_waiting;
    if waits {
        await_events(&object, u64::from(1 + FRAMES))?;
    }
    let growth = process::peak()?.saturating_sub(before);
    let unread = peer.longest_write()?;
    // The first event told of the connection.
    let delivered = u32::try_from(object.event_counts().accepted)?.saturating_sub(1);
    let missing = if waits { FRAMES.saturating_sub(delivered) } else { 0 };
    let lost = statistic(&object, "lost")?.max(missing.into());
    finish(object)?;
    Ok(vec![
        (Quantity::Received, received.as_secs_f64() * 1e3),
        (Quantity::Delivered, delivered.into()),
        (Quantity::Lost, lost),
        (Quantity::Unread, unread.as_secs_f64() * 1e3),
        (Quantity::Growth, f64::from(growth) / 1024.0),
    ])
}

fn statistic(object: &Object, name: &str) -> Outcome<f64> {
    let Value::String(json) = object.get("Статистика")? else { return Err("no statistics".into()) };
    let statistics = serde_json::from_str::<serde_json::Value>(&json)?;
    Ok(statistics[name].as_f64().ok_or("no such statistic")?)
}
