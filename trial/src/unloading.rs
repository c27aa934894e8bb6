//! A library that is unloaded, as when 1C lets go of an add-in, under a Russian name.

use std::env::consts::DLL_SUFFIX;
use std::env::temp_dir;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;

use native_api_host::{Host, Library, Object};

use crate::outcome::{Checked, Outcome, ensure};
use crate::stage::{Stage, WEBSOCKET, connect, echo, finish};

/// How often it is loaded, with and without threads of its own.
const ROUNDS: usize = 10;

pub(crate) fn unloading(stage: &Stage) -> Outcome {
    let idle = copy(&stage.file, "без-соединения")?;
    for _ in 0..ROUNDS {
        on_a_thread(|| finish(create(&idle)?))?;
        ensure(!Library::is_loaded(&idle), || "осталась в процессе, хотя потоков не было".to_owned())?;
    }
    let busy = copy(&stage.file, "с-соединением")?;
    for _ in 0..ROUNDS {
        on_a_thread(|| {
            let object = create(&busy)?;
            connect(&object, &stage.servers.echo)?;
            echo(&object, "не последнее")?;
            finish(object)
        })?;
        // Asked twice: glibc keeps a library as long as a thread has destructors of it, and takes it away with the next
        // handle that is closed, that of the first question.
        let stays = Library::is_loaded(&busy) && Library::is_loaded(&busy);
        ensure(stays, || "выгружена, хотя в ней работали потоки".to_owned())?;
    }
    fs::remove_file(&idle)?;
    // Best effort: it stays mapped, and Windows keeps the file of what is.
    drop(fs::remove_file(&busy));
    Ok(format!("{ROUNDS} раз без соединения и выгружена, {ROUNDS} раз с соединением и осталась"))
}

/// The file itself stays loaded for all trials.
fn copy(file: &Path, name: &str) -> Checked<PathBuf> {
    let copy = temp_dir().join(format!("вестник-{}-{name}{DLL_SUFFIX}", process::id()));
    fs::copy(file, &copy)?;
    Ok(copy)
}

/// An object that is the last to hold the library.
fn create(file: &Path) -> Checked<Object> {
    Ok(Library::load(file)?.create(WEBSOCKET, Host::default())?)
}

/// On a thread that ends when the library may be gone: nothing of it may be called then.
fn on_a_thread(action: impl FnOnce() -> Checked + Send) -> Checked {
    thread::scope(|scope| scope.spawn(action).join()).map_err(|_| "паника в потоке")?
}
