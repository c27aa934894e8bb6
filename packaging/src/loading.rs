//! A library that is really loaded, in a process of its own: a crash there is an answer too.

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use native_api_host::Library;

/// Longest that loading may take.
const LIMIT: Duration = Duration::from_secs(60);

/// What a loaded library answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The names of its classes.
    pub classes: Vec<String>,
    /// How it lets itself be attached: 1 not isolated, 2 isolated, 3 as one likes.
    pub attach_type: i32,
}

/// Loads a library by a command that calls [`answer`] in another process.
///
/// # Errors
/// Why it could not be loaded, as the system's loader tells it, or how the process ended.
pub fn load(command: &mut Command) -> Result<Loaded, Box<dyn Error>> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let output = finish(child)?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let why = errors.trim();
        return Err(if why.is_empty() { output.status.to_string() } else { why.to_owned() }.into());
    }
    let answer = String::from_utf8_lossy(&output.stdout);
    let mut lines = answer.lines().map(str::to_owned);
    let attach_type = lines.next().ok_or("библиотека ничего не ответила")?.parse()?;
    Ok(Loaded { classes: lines.collect(), attach_type })
}

/// In the other process: loads the library, and prints what it answers.
///
/// # Errors
/// When it cannot be loaded.
pub fn answer(file: &Path) -> Result<(), Box<dyn Error>> {
    let library = Library::load(file).map_err(|error| match error.source() {
        Some(source) => source.to_string(),
        None => error.to_string(),
    })?;
    println!("{}", library.attach_type());
    library.class_names().iter().for_each(|name| println!("{name}"));
    Ok(())
}

fn finish(mut child: Child) -> Result<Output, Box<dyn Error>> {
    let end = Instant::now() + LIMIT;
    while child.try_wait()?.is_none() {
        if Instant::now() > end {
            child.kill()?;
            child.wait()?;
            return Err("загрузка не закончилась за минуту".into());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(child.wait_with_output()?)
}
