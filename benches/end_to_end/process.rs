//! What this process holds, by the kernel's account; and processes of their own for what a used one would blur.

use std::fs;
use std::process::{Command, Stdio};

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::outcome::Outcome;
use crate::results::Quantity;

/// Memory in use, KiB.
pub(crate) fn memory() -> Outcome<u32> {
    field("/proc/self/smaps_rollup", "Rss:")
}

/// The most memory in use since [`forget_peak`], KiB.
pub(crate) fn peak() -> Outcome<u32> {
    field("/proc/self/status", "VmHWM:")
}

/// Begins a new [`peak`] (proc(5), `clear_refs`).
pub(crate) fn forget_peak() -> Outcome {
    Ok(fs::write("/proc/self/clear_refs", "5")?)
}

/// Threads besides the one that measures.
pub(crate) fn other_threads() -> Outcome<u32> {
    Ok(field("/proc/self/status", "Threads:")?.saturating_sub(1))
}

/// Allows as many open files as the system does.
pub(crate) fn allow_files() -> Outcome {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}

fn field(file: &str, name: &str) -> Outcome<u32> {
    let text = fs::read_to_string(file)?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("the kernel does not tell")?;
    Ok(value.trim().trim_end_matches(" kB").parse()?)
}

/// Numbers of one measurement.
pub(crate) type Values = Vec<(Quantity, f64)>;

/// Runs this very program in the role that `arguments` say; what it has printed.
pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Outcome<Values> {
    let program = std::env::current_exe()?;
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("the process that measures has ended with {}", output.status).into());
    }
    let lines = String::from_utf8(output.stdout)?;
    let values = lines.lines().map(|line| {
        let (name, value) = line.split_once(' ').ok_or("a line without a value")?;
        Ok((Quantity::named(name).ok_or("an unknown quantity")?, value.parse()?))
    });
    values.collect()
}

/// Tells the parent what was measured.
pub(crate) fn print(values: &Values) {
    values.iter().for_each(|(quantity, value)| println!("{} {value}", quantity.name()));
}
