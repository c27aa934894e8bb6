//! The log of one object: `ФайлЖурнала`, `УровеньЖурнала`.
//!
//! A record goes through a bounded queue to the thread `vestnik-log`, which masks it, makes it one line and
//! appends it to the file. Whoever writes a record never waits: when the queue is full, the record is counted
//! instead, and the log tells so. Without a file nothing is written and no text is made.

mod file;
#[cfg(test)]
mod folder;
pub mod level;
pub mod masking;
mod opening;
mod record;
pub mod secrets;
mod writer;

use std::path;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use native_api::Text;

pub use self::level::Level;
pub use self::masking::masked;

use self::file::LogFile;
use self::record::Record;
use self::writer::Writer;

/// The longest wait for what was logged to be written, when a file is given up for another or for none.
pub const FLUSH_LIMIT: Duration = Duration::from_millis(300);

/// No level passes it.
const OFF: u8 = 0;

/// Objects of this process so far.
static OBJECTS: AtomicU64 = AtomicU64::new(0);

/// The log of one object; clones are the same log. The default one belongs to no object.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Class and number in the process, as lines name it.
    object: Arc<str>,
    /// The most detailed level that is written; [`OFF`] without a file.
    threshold: AtomicU8,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    level: Level,
    target: Option<Target>,
    closed: bool,
}

/// Where the records go.
#[derive(Debug)]
struct Target {
    /// As 1C gave it.
    name: String,
    file: Arc<LogFile>,
    writer: Arc<Writer>,
}

impl Log {
    /// The log of an object of `class`: off, until it is given a file. Lines name the object by its class and
    /// its number in the process (`WebSocket#3`).
    #[must_use]
    pub fn new(class: &str) -> Self {
        let number = OBJECTS.fetch_add(1, Ordering::Relaxed) + 1;
        Self(Arc::new(Inner { object: format!("{class}#{number}").into(), ..Inner::default() }))
    }

    /// The file, as it was given; empty: none.
    #[must_use]
    pub fn file(&self) -> String {
        self.lock().target.as_ref().map(|target| target.name.clone()).unwrap_or_default()
    }

    /// Logs to the file at `path`, which is made if there is none; with an empty path, no more. Other objects
    /// and other processes may log to the same file. Takes [`FLUSH_LIMIT`] at most beyond what opening takes.
    ///
    /// # Errors
    /// What `path` is instead of the path of a file that can be written; the log is as before.
    pub fn set_file(&self, path: &str) -> Result<(), Text> {
        let target = match path {
            "" => None,
            name => Some(Target::open(name)?),
        };
        self.replace(target, Instant::now() + FLUSH_LIMIT, |_| {});
        Ok(())
    }

    /// The most detailed level that is written.
    #[must_use]
    pub fn level(&self) -> Level {
        self.lock().level
    }

    /// Changes the most detailed level that is written.
    pub fn set_level(&self, level: Level) {
        let mut state = self.lock();
        state.level = level;
        self.0.threshold.store(state.threshold(), Ordering::Relaxed);
    }

    /// Whether records of `level` are written.
    #[must_use]
    pub fn enabled(&self, level: Level) -> bool {
        level.rank() <= self.0.threshold.load(Ordering::Relaxed)
    }

    /// Logs a text, in Russian and without secrets; it is made only if it is written. Waits for nothing.
    pub fn write<T: Into<String>>(&self, level: Level, text: impl FnOnce() -> T) {
        if !self.enabled(level) {
            return;
        }
        let record = Record::new(level, Arc::clone(&self.0.object), text().into());
        if let Some(target) = &self.lock().target {
            target.writer.put(&target.file, record);
        }
    }

    /// Ends the log for good. What was logged is written by `deadline`, or given up by this thread then; so is
    /// the thread that writes, if no other object needs it.
    pub fn close(&self, deadline: Instant) {
        self.replace(None, deadline, |state| state.closed = true);
    }

    fn replace(&self, target: Option<Target>, deadline: Instant, change: impl FnOnce(&mut State)) {
        let previous = {
            let mut state = self.lock();
            change(&mut state);
            // A thread of 1C may have been opening a file while another one called Done.
            let target = target.filter(|_| !state.closed);
            let previous = std::mem::replace(&mut state.target, target);
            self.0.threshold.store(state.threshold(), Ordering::Relaxed);
            previous
        };
        if let Some(Target { file, writer, .. }) = previous {
            Writer::release(writer, &file, deadline);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn threshold(&self) -> u8 {
        self.target.as_ref().map_or(OFF, |_| self.level.rank())
    }
}

impl Target {
    fn open(name: &str) -> Result<Self, Text> {
        // The current folder of the process may change.
        let path = path::absolute(name).map_err(|error| opening::unusable(&error))?;
        opening::open_log(&path).map_err(|error| opening::unusable(&error))?;
        let writer = Writer::acquire().map_err(|error| {
            Text::made(
                format!("файл, для записи в который система не дала запустить поток: {error}"),
                format!("a file that the system gives no thread to write: {error}"),
            )
        })?;
        Ok(Self { name: name.to_owned(), file: writer.file(path), writer })
    }
}
