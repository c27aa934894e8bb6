//! Scripts in processes of their own, which are this very program.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use native_api_host::{Assignment, Library, Sandbox, Script, locate};

use crate::peers::{Peers, vocabulary};

/// The variable of the environment in which a process finds its peers.
const PEERS: &str = "VESTNIK_TORTURE_PEERS";
/// A script that takes so long hangs: this is beyond all bounds of its own.
const LIMIT: Duration = Duration::from_secs(180);
/// Threads that may outlive the objects: those that look up names, which cannot be interrupted.
const MAY_STAY: [&str; 1] = ["vestnik-resolve"];

/// Plays what this process was started for.
pub(crate) fn play(assignment: Assignment) -> Result<(), Box<dyn Error>> {
    let library = Library::load(locate("vestnik").ok_or("the library is not built")?)?;
    let vocabulary = vocabulary(&library, &env::var(PEERS)?)?;
    assignment.run(|seed| {
        let script = Script::new(seed, &vocabulary);
        script.play(&library, &MAY_STAY).map_err(|why| format!("{why}\n{script}"))
    });
    Ok(())
}

/// Starts processes of this program with these arguments, in which [`play`] shall be called. Files that scripts name
/// come into `folder`.
pub(crate) fn sandbox<'a>(
    arguments: &'a [&str],
    folder: &'a Path,
    peers: &Peers,
) -> Result<Sandbox<impl Fn() -> Command + Sync + 'a>, Box<dyn Error>> {
    let (program, peers) = (env::current_exe()?, peers.description());
    fs::create_dir_all(folder)?;
    let command = move || {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(folder).env(PEERS, &peers);
        command
    };
    Ok(Sandbox::new(command, LIMIT))
}
