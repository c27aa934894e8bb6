//! The one thread, `vestnik-log`, that writes the logs of all objects of the process.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::iter;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::log::file::{Limits, LogFile};
use crate::log::level::Level;
use crate::log::record::Record;
use crate::worker;
use crate::worker::Worker;

/// Most records that wait to be written, of all objects together.
const QUEUE: usize = 10_000;
/// Most records that are written at once.
const BATCH: usize = 256;

/// The thread as long as an object logs to a file. Dropped, it writes what is there and ends.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Sender<Job>,
    worker: Worker,
    files: Mutex<HashMap<PathBuf, Weak<LogFile>>>,
}

enum Job {
    Write(Arc<LogFile>, Record),
    /// Nothing is ever sent: the end of the channel tells that all before it is written.
    Flush(Arc<LogFile>, Sender<Infallible>),
}

static CURRENT: worker::Shared<Writer> = worker::Shared::new();

impl Writer {
    /// The thread of this process, started if there is none.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn acquire() -> io::Result<Arc<Self>> {
        CURRENT.acquire(|| {
            let (jobs, queue) = bounded(QUEUE);
            let worker = Worker::spawn("vestnik-log", move || run(&queue))?;
            Ok(Self { jobs, worker, files: Mutex::default() })
        })
    }

    /// The file at `path`, the same one for all that ask for it.
    pub(super) fn file(&self, path: PathBuf) -> Arc<LogFile> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(&path).and_then(Weak::upgrade) {
            return file;
        }
        files.retain(|_, file| file.strong_count() > 0);
        let file = Arc::new(LogFile::new(path.clone(), Limits::default()));
        files.insert(path, Arc::downgrade(&file));
        file
    }

    /// Puts a record in line, or counts it as lost.
    pub(super) fn put(&self, file: &Arc<LogFile>, record: Record) {
        put(&self.jobs, file, record);
    }

    /// Waits until what was logged to `file` is written, and gives the thread back; the last owner ends it and
    /// waits for its end; all that until `deadline` at most: a disk may hang.
    pub(super) fn release(this: Arc<Self>, file: &Arc<LogFile>, deadline: Instant) {
        let (done, written) = bounded(0);
        if this.jobs.send_deadline(Job::Flush(Arc::clone(file), done), deadline).is_ok() {
            let _ = written.recv_deadline(deadline);
        }
        if let Some(Self { jobs, mut worker, .. }) = Arc::into_inner(this) {
            drop(jobs);
            worker.join(deadline);
        }
    }
}

fn put(jobs: &Sender<Job>, file: &Arc<LogFile>, record: Record) {
    if jobs.try_send(Job::Write(Arc::clone(file), record)).is_err() {
        file.lose(1);
    }
}

fn run(queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut batch = Batch::default();
        for job in iter::once(first).chain(queue.try_iter()).take(BATCH) {
            batch.add(job);
        }
        batch.write(queue.is_empty());
    }
}

/// Jobs that are done together: one write for each file.
#[derive(Default)]
struct Batch {
    parts: Vec<Part>,
    flushed: Vec<Sender<Infallible>>,
}

struct Part {
    file: Arc<LogFile>,
    lines: String,
    records: u64,
}

impl Batch {
    fn add(&mut self, job: Job) {
        match job {
            Job::Write(file, record) => {
                let part = self.part(file);
                record.write_line(&mut part.lines);
                part.records += 1;
            }
            Job::Flush(file, done) => {
                self.part(file);
                self.flushed.push(done);
            }
        }
    }

    fn part(&mut self, file: Arc<LogFile>) -> &mut Part {
        let known = self.parts.iter().position(|part| Arc::ptr_eq(&part.file, &file));
        let index = known.unwrap_or_else(|| {
            self.parts.push(Part { file, lines: String::new(), records: 0 });
            self.parts.len() - 1
        });
        &mut self.parts[index]
    }

    /// Writes the lines. When `all` that waited is written, the records that found no room are told of: they
    /// were younger.
    fn write(self, all: bool) {
        for Part { file, mut lines, mut records } in self.parts {
            let lost = if all { file.take_lost() } else { 0 };
            if lost > 0 {
                Record::ours(Level::Warn, format!("Пропущено записей: {lost}")).write_line(&mut lines);
                records += lost;
            }
            if !lines.is_empty() {
                file.append(&lines, records, Instant::now());
            }
        }
        drop(self.flushed);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;
    use crate::log::folder::Folder;

    fn record(number: u32) -> Record {
        Record::new(Level::Info, "Test#1".into(), format!("запись {number}"))
    }

    fn log_file(path: PathBuf) -> Arc<LogFile> {
        Arc::new(LogFile::new(path, Limits::default()))
    }

    fn lines(path: PathBuf) -> Vec<String> {
        fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn records_that_find_no_room_are_counted_and_told_of() {
        let folder = Folder::new("overflow");
        let file = log_file(folder.path("log"));
        let (jobs, queue) = bounded(2);
        (1..=5).for_each(|number| put(&jobs, &file, record(number)));
        drop(jobs);
        run(&queue);
        let lines = lines(folder.path("log"));
        assert!(
            lines[0].ends_with(" Test#1 запись 1") && lines[1].ends_with(" Test#1 запись 2"),
            "{lines:?}"
        );
        assert!(lines[2].ends_with(" vestnik Пропущено записей: 3") && lines.len() == 3, "{lines:?}");
    }

    #[test]
    fn losses_are_told_of_when_nothing_else_is_written() {
        let folder = Folder::new("flush");
        let file = log_file(folder.path("log"));
        file.lose(7);
        let (jobs, queue) = bounded(1);
        let (done, written) = bounded(0);
        jobs.send(Job::Flush(Arc::clone(&file), done)).unwrap();
        drop(jobs);
        run(&queue);
        assert!(written.recv().is_err(), "nothing is sent");
        assert!(lines(folder.path("log"))[0].ends_with("Пропущено записей: 7"));
    }

    #[test]
    fn each_file_has_its_records_in_their_order() {
        let folder = Folder::new("order");
        let files = ["a", "b", "c"].map(|name| log_file(folder.path(name)));
        let (jobs, queue) = bounded(3000);
        (0..3000).for_each(|number| put(&jobs, &files[number as usize % 3], record(number)));
        drop(jobs);
        run(&queue);
        for (index, name) in (0..).zip(["a", "b", "c"]) {
            let lines = lines(folder.path(name));
            assert_eq!(lines.len(), 1000);
            for (line, number) in lines.iter().zip((index..).step_by(3)) {
                assert!(line.ends_with(&format!(" запись {number}")), "{line}");
            }
        }
    }

    #[test]
    fn a_disk_that_hangs_is_left_at_the_deadline() {
        let folder = Folder::new("hang");
        let (release, wait) = bounded::<()>(0);
        let (jobs, queue) = bounded(1);
        let worker = Worker::spawn("hanging", move || {
            let _ = wait.recv();
            drop(queue);
        });
        let writer = Arc::new(Writer { jobs, worker: worker.unwrap(), files: Mutex::default() });
        let file = writer.file(folder.path("log"));
        Writer::release(writer, &file, Instant::now() + Duration::from_millis(20));
        assert!(release.send(()).is_ok(), "it still waits");
    }

    #[test]
    fn there_is_one_file_for_a_path() {
        let folder = Folder::new("registry");
        let writer = Writer::acquire().unwrap();
        let file = writer.file(folder.path("log"));
        assert!(Arc::ptr_eq(&file, &writer.file(folder.path("log"))));
        assert!(!Arc::ptr_eq(&file, &writer.file(folder.path("another"))));
        drop(file);
        drop(writer.file(folder.path("third")));
        assert_eq!(writer.files.lock().unwrap().len(), 1, "those that nobody uses are forgotten");
    }
}
