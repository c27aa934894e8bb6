//! The add-in from the socket to `ВнешнееСобытие` and back, beside raw TCP and bare loops over other WebSocket engines:
//! wall time and processor time, all in one run and in turns.
//!
//! `cargo bench --bench end_to_end` prints the table, and writes it to `target/end_to_end.json`; `-- --help` tells more.
//! Runs on Linux: what a process holds is read from `/proc`.
#![forbid(unsafe_code)]

mod burst;
mod engine;
mod filter;
mod frames;
mod goals;
mod handshake;
mod idle;
mod json;
mod number;
mod options;
mod ours;
mod outcome;
mod peer;
mod plot;
mod process;
mod raw;
mod results;
mod server;
mod start;
mod table;
mod traffic;
mod work;

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use clap::Parser;
use native_api_host::{Library, locate};

use crate::options::{Options, Role};
use crate::outcome::Outcome;
use crate::peer::{Peer, PeerProcess};
use crate::results::{Group, Row};

fn main() -> Outcome {
    let options = Options::parse();
    let values = match &options.role {
        None => return measure(&options),
        Some(Role::Server) => return server::run(),
        Some(Role::Burst { milliseconds, address, library, quick }) => {
            burst::measure(*milliseconds, Peer::at(*address), library, *quick)?
        }
        Some(Role::Idle { client, count, seconds, address, library }) => {
            idle::measure(client, *count, *seconds, Peer::at(*address), library)?
        }
        Some(Role::Start { library }) => start::measure(library)?,
    };
    process::print(&values);
    Ok(())
}

fn measure(options: &Options) -> Outcome {
    let path = options.library.clone().or_else(|| locate("vestnik")).ok_or("the library is not built")?;
    let (library, server) = (Library::load(&path)?, PeerProcess::start()?);
    let peer = server.peer();
    println!("{}, {} rounds", path.display(), options.rounds());
    if modified(&path)? > modified(&std::env::current_exe()?)? {
        println!("It is newer than this program: another build, maybe with other flags, has put it there.");
    }
    let mut rows = Vec::new();
    for (group, work) in traffic::groups(options) {
        take(options, group, &mut rows, || traffic::run(group, work, options, peer, &library))?;
    }
    take(options, Group::Burst, &mut rows, || burst::run(options, peer, &path))?;
    take(options, Group::Idle, &mut rows, || idle::run(options, peer, &path))?;
    take(options, Group::Start, &mut rows, || start::run(options, &path))?;
    take(options, Group::Filter, &mut rows, || filter::run(options))?;
    table::print_goals(&rows);
    json::write(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/end_to_end.json"),
        &rows,
        options.rounds(),
    )
}

fn modified(path: &Path) -> Outcome<SystemTime> {
    Ok(fs::metadata(path)?.modified()?)
}

/// Measures a group, if it is wanted, and shows it.
fn take(
    options: &Options,
    group: Group,
    rows: &mut Vec<Row>,
    measure: impl FnOnce() -> Outcome<Vec<Row>>,
) -> Outcome {
    if !options.wants(group) {
        return Ok(());
    }
    let measured = measure()?;
    table::print(group, &measured);
    if let Some(folder) = &options.plots {
        fs::create_dir_all(folder)?;
        fs::write(folder.join(group.name() + ".svg"), plot::draw(group, &measured))?;
    }
    rows.extend(measured);
    Ok(())
}
