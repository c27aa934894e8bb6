//! A library that is unloaded, as when 1C lets go of an add-in, under a Russian name.

use std::env::consts::DLL_SUFFIX;
use std::env::temp_dir;
use std::fs;
use std::process;

use native_api_host::{Host, Library};

use crate::outcome::Outcome;
use crate::stage::{Stage, WEBSOCKET, connect, echo, finish};

/// How often it is loaded, with and without threads of its own.
const ROUNDS: usize = 10;

pub(crate) fn unloading(stage: &Stage) -> Outcome {
    // The file itself stays loaded for all trials.
    let copy = temp_dir().join(format!("вестник-{}{DLL_SUFFIX}", process::id()));
    fs::copy(&stage.file, &copy)?;
    for _ in 0..ROUNDS {
        finish(Library::load(&copy)?.create(WEBSOCKET, Host::default())?)?;
    }
    for _ in 0..ROUNDS {
        let object = Library::load(&copy)?.create(WEBSOCKET, Host::default())?;
        connect(&object, &stage.servers.echo)?;
        echo(&object, "не последнее")?;
        finish(object)?;
    }
    // Best effort: where threads have run the library stays mapped, and Windows keeps the file.
    drop(fs::remove_file(&copy));
    Ok(format!("{ROUNDS} раз без соединения и {ROUNDS} с соединением"))
}
