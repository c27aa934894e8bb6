//! `ФайлЖурнала`: a file under a Russian name is written, and devices are refused.

use std::env;
use std::fs;
use std::process;

use crate::outcome::{Checked, Outcome, ensure};
use crate::stage::{Stage, WEBSOCKET, connect, disconnect, finish, wait_until};

/// What is no file on this system.
const DEVICES: &[&str] = if cfg!(windows) {
    &["NUL", "CON", "COM1", r"\\.\NUL", r"\\.\pipe\vestnik", r"C:\windows"]
} else {
    &["/dev/null", "/tmp"]
};

pub(crate) fn journal(stage: &Stage) -> Outcome {
    let file = env::temp_dir().join(format!("журнал-{}.log", process::id()));
    let path = file.to_str().ok_or("временная папка не в UTF-8")?;
    let object = stage.object(WEBSOCKET)?;
    for device in DEVICES {
        ensure(object.set("ФайлЖурнала", *device).is_err(), || {
            format!("{device} принят за файл журнала")
        })?;
    }
    object.set("ФайлЖурнала", path)?;
    object.set("УровеньЖурнала", "отладка")?;
    connect(&object, &stage.servers.echo)?;
    disconnect(&object)?;
    finish(object)?;
    let lines = || Checked::Ok(fs::read_to_string(&file)?.matches(" WebSocket#").count());
    wait_until("в журнале две строки", || Ok(lines()? > 1))?;
    let lines = lines()?;
    fs::remove_file(&file)?;
    Ok(format!("строк {lines}, не приняты {}", DEVICES.join(", ")))
}
