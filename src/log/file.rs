//! One file of the log: whole lines at its end, and older files beside it.
//!
//! The file is opened for every batch of lines, so it may be renamed or deleted at any time. A batch is one
//! write at the end of the file, which local file systems do not mix with those of other processes; who finds
//! the file too large renames it, under its lock. On Windows a program that has opened the file without
//! sharing its deletion (an editor) prevents that: then the file grows up to a limit and no further.

use std::borrow::Cow;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::log::level::Level;
use crate::log::opening::open;
use crate::log::record::Record;

/// Older files that are kept: `name.1`, the newest, to `name.3`.
const KEPT: u32 = 3;
/// Time after a failure in which nothing is tried.
const SILENCE: Duration = Duration::from_secs(10);
/// For this long a virus scanner, or another process that is renaming the file, may keep it.
const BUSY: Duration = Duration::from_millis(50);

const TOO_LARGE: &str = "Журнал остановлен: файл слишком велик, и его не удается переименовать";

/// Sizes of a file, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// A file that would become larger is renamed first.
    pub(super) rotate: u64,
    /// A file that cannot be renamed and is larger is not written any more.
    pub(super) stop: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rotate: 10 << 20, stop: 100 << 20 }
    }
}

/// A file of the log; there is one for all objects of the process that log to the same path.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    limits: Limits,
    /// Records that were not written and that the log does not tell of yet.
    lost: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// After a failure: when to try again.
    retry_at: Option<Instant>,
    /// The last write ended within a line.
    torn: bool,
    /// The log tells that the file is too large.
    stopped: bool,
}

impl LogFile {
    pub(super) fn new(path: PathBuf, limits: Limits) -> Self {
        Self { path, limits, lost: AtomicU64::new(0), state: Mutex::default() }
    }

    /// Counts records that are not written.
    pub(super) fn lose(&self, records: u64) {
        self.lost.fetch_add(records, Ordering::Relaxed);
    }

    /// Takes the count of records that were not written.
    pub(super) fn take_lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }

    /// Appends lines that tell of so many `records`, or counts them as lost if that cannot be.
    pub(super) fn append(&self, lines: &str, records: u64, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.retry_at.is_some_and(|at| now < at) {
            return self.lose(records);
        }
        let written = self.try_append(lines, &mut state).or_else(|_| {
            thread::sleep(BUSY);
            self.try_append(lines, &mut state)
        });
        state.retry_at = written.is_err().then(|| now + SILENCE);
        if written.is_err() {
            self.lose(records);
        }
    }

    fn try_append(&self, lines: &str, state: &mut State) -> io::Result<()> {
        let mut file = open(&self.path)?;
        let added = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        let is_larger = |size: u64, limit| size > 0 && size.saturating_add(added) > limit;
        let size = file.metadata()?.len();
        if is_larger(size, self.limits.rotate) {
            match self.rotate(&file, |size| is_larger(size, self.limits.rotate)) {
                Ok(()) => file = open(&self.path)?,
                Err(error) if is_larger(size, self.limits.stop) => {
                    if !state.stopped {
                        state.stopped = true;
                        let mut line = String::new();
                        Record::ours(Level::Error, TOO_LARGE.to_owned()).write_line(&mut line);
                        write(&mut file, &line, state)?;
                    }
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        write(&mut file, lines, state)?;
        state.stopped = false;
        Ok(())
    }

    /// Makes room for a new file at the path. Nothing is done, and nothing lost, if another process does it at
    /// the moment or has done it.
    fn rotate(&self, file: &File, is_too_large: impl Fn(u64) -> bool) -> io::Result<()> {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(ErrorKind::WouldBlock.into()),
            // There are file systems without locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        // What is locked may have been renamed since it was opened.
        if is_too_large(fs::metadata(&self.path)?.len()) {
            self.shift(0)?;
        }
        Ok(())
    }

    /// Renames the file of this age, after those that are in the way. What fails half-way is gone on with the
    /// next time.
    fn shift(&self, age: u32) -> io::Result<()> {
        let older = self.aged(age + 1);
        if age + 1 < KEPT && fs::exists(&older)? {
            self.shift(age + 1)?;
        }
        fs::rename(self.aged(age), older)
    }

    fn aged(&self, age: u32) -> PathBuf {
        if age == 0 {
            return self.path.clone();
        }
        let mut path = self.path.clone().into_os_string();
        path.push(format!(".{age}"));
        path.into()
    }
}

/// Writes all in one go if the system takes it.
fn write(file: &mut impl Write, lines: &str, state: &mut State) -> io::Result<()> {
    let lines = if state.torn { Cow::Owned(format!("\n{lines}")) } else { Cow::Borrowed(lines) };
    let written = file.write(lines.as_bytes())?;
    state.torn = written < lines.len();
    file.write_all(&lines.as_bytes()[written..])?;
    state.torn = false;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::log::folder::Folder;

    /// Two lines of ten bytes fill a file, six are too many in any case.
    const LIMITS: Limits = Limits { rotate: 20, stop: 60 };

    fn read(path: &Path) -> String {
        fs::read_to_string(path).unwrap_or_default()
    }

    fn line(number: u32) -> String {
        format!("line {number:04}\n")
    }

    fn append(file: &LogFile, numbers: impl IntoIterator<Item = u32>) {
        for number in numbers {
            file.append(&line(number), 1, Instant::now());
        }
    }

    #[test]
    fn three_older_files_are_kept() {
        let folder = Folder::new("rotation");
        let file = LogFile::new(folder.path("log"), LIMITS);
        append(&file, 1..=11);
        let names = ["log", "log.1", "log.2", "log.3", "log.4"];
        let contents = names.map(|name| read(&folder.path(name)));
        assert_eq!(
            contents,
            [line(11), line(9) + &line(10), line(7) + &line(8), line(5) + &line(6), "".into()]
        );
        assert_eq!(file.take_lost(), 0);
    }

    #[test]
    fn what_is_larger_than_a_file_has_one_of_its_own() {
        let folder = Folder::new("large");
        let file = LogFile::new(folder.path("log"), LIMITS);
        let large = "x".repeat(70) + "\n";
        file.append(&large, 1, Instant::now());
        append(&file, [1]);
        assert_eq!([read(&folder.path("log.1")), read(&folder.path("log"))], [large, line(1)]);
        assert!(!folder.path("log.2").exists());
    }

    #[test]
    fn a_file_that_another_process_is_renaming_is_still_written() {
        let folder = Folder::new("locked");
        let file = LogFile::new(folder.path("log"), LIMITS);
        append(&file, 1..=2);
        let other = File::open(folder.path("log")).unwrap();
        other.lock().unwrap();
        append(&file, [3]);
        assert_eq!(read(&folder.path("log")), line(1) + &line(2) + &line(3));
        drop(other);
        append(&file, [4]);
        assert_eq!(read(&folder.path("log")), line(4));
    }

    #[test]
    fn a_file_that_another_process_has_renamed_is_not_renamed_again() {
        let folder = Folder::new("renamed");
        let file = LogFile::new(folder.path("log"), LIMITS);
        append(&file, 1..=2);
        let before = open(&file.path).unwrap();
        append(&file, [3]);
        file.rotate(&before, |size| size > LIMITS.rotate / 2).unwrap();
        let contents = ["log", "log.1", "log.2"].map(|name| read(&folder.path(name)));
        assert_eq!(contents, [line(3), line(1) + &line(2), "".into()]);
    }

    #[test]
    fn a_file_that_cannot_be_renamed_grows_up_to_a_limit() {
        let folder = Folder::new("stuck");
        let file = LogFile::new(folder.path("log"), LIMITS);
        let now = Instant::now();
        for name in ["log.1", "log.2"] {
            fs::write(folder.path(name), name).unwrap();
        }
        fs::create_dir(folder.path("log.3")).unwrap();
        append(&file, 1..=6);
        file.append(&line(7), 1, now);
        file.append(&line(8), 1, now + SILENCE);
        assert_eq!(file.take_lost(), 2);
        let written = read(&folder.path("log"));
        let (lines, told) = written.split_at(60);
        assert_eq!(lines, (1..=6).map(line).collect::<String>());
        assert!(told.ends_with(&format!("vestnik {TOO_LARGE}\n")) && told.lines().count() == 1, "{told}");
        assert_eq!([read(&folder.path("log.1")), read(&folder.path("log.2"))], ["log.1", "log.2"]);

        fs::remove_dir(folder.path("log.3")).unwrap();
        file.append(&line(9), 1, now + SILENCE + SILENCE);
        assert_eq!(file.take_lost(), 0);
        assert_eq!(read(&folder.path("log")), line(9));
        assert_eq!(read(&folder.path("log.1")), written);
        assert_eq!(read(&folder.path("log.3")), "log.2");
    }

    #[test]
    fn an_unwritable_file_is_tried_again_after_a_while() {
        let folder = Folder::new("unwritable");
        let (here, away) = (folder.path("here"), folder.path("away"));
        fs::create_dir(&here).unwrap();
        let file = LogFile::new(here.join("log"), LIMITS);
        fs::rename(&here, &away).unwrap();
        let now = Instant::now();
        file.append(&line(1), 5, now);
        fs::rename(&away, &here).unwrap();
        file.append(&line(2), 2, now + SILENCE / 2);
        assert_eq!(file.take_lost(), 7);
        assert!(!here.join("log").exists());
        file.append(&line(3), 1, now + SILENCE);
        assert_eq!((read(&here.join("log")), file.take_lost()), (line(3), 0));
    }

    #[test]
    fn a_file_that_somebody_moved_away_is_made_anew() {
        let folder = Folder::new("moved");
        let file = LogFile::new(folder.path("log"), LIMITS);
        append(&file, [1]);
        fs::rename(folder.path("log"), folder.path("elsewhere")).unwrap();
        append(&file, [2]);
        assert_eq!([read(&folder.path("elsewhere")), read(&folder.path("log"))], [line(1), line(2)]);
    }

    #[test]
    fn after_half_a_line_the_next_one_begins_a_new_line() {
        /// A disk that is full after so many bytes.
        struct Full(Vec<u8>, usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                if self.1 == 0 {
                    return Err(ErrorKind::StorageFull.into());
                }
                let taken = bytes.len().min(self.1);
                self.0.extend_from_slice(&bytes[..taken]);
                self.1 -= taken;
                Ok(taken)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (mut disk, mut state) = (Full(Vec::new(), 4), State::default());
        for _ in 0..2 {
            assert!(write(&mut disk, "first\n", &mut state).is_err());
        }
        disk.1 = 100;
        write(&mut disk, "second\n", &mut state).unwrap();
        write(&mut disk, "third\n", &mut state).unwrap();
        assert_eq!(String::from_utf8(disk.0).unwrap(), "firs\nsecond\nthird\n");
    }
}
