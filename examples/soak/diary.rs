//! What a portal published and did, for whoever looks into an object's log beside it.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Lines with the time of day, UTC, as the objects' logs have it; or nothing.
pub(crate) struct Diary(Option<File>);

impl Diary {
    /// Writes into a new file, if there is a name for one.
    pub(crate) fn new(file: Option<&Path>) -> io::Result<Self> {
        file.map(File::create).transpose().map(Self)
    }

    /// Adds a line.
    pub(crate) fn note(&self, text: impl FnOnce() -> String) {
        let Some(mut file) = self.0.as_ref() else { return };
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (seconds, millis) = (time.as_secs() % 86_400, time.subsec_millis());
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        // A diary that cannot be written is no reason to stop.
        let _ = writeln!(file, "{hours:02}:{minutes:02}:{seconds:02}.{millis:03} {}", text());
    }
}
