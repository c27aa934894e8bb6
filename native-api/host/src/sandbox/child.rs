//! One process under watch.

use std::io::{self, BufRead, BufReader, PipeReader};
use std::ops::Range;
use std::process::{self, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::assignment::{ALL, Assignment, BEGIN, END, FAILED};
use super::outcome::{Outcome, Verdict};

/// Lines that may wait to be looked at.
const LINES: usize = 1000;
/// What is kept of the output about one seed.
const OUTPUT: usize = 64 << 10;

/// A process and what it prints.
pub(super) struct Child {
    process: process::Child,
    lines: Receiver<String>,
    /// The seed at work, or the last that was.
    seed: u64,
    /// Whether the process has nothing more to tell.
    ended: bool,
}

impl Child {
    pub(super) fn start(mut command: Command, seeds: Range<u64>) -> Self {
        Assignment::give(&seeds, &mut command);
        // One pipe for both, so that what is printed stands under the seed that printed it.
        let (reader, writer) = io::pipe().expect("the system has a pipe left");
        let second = writer.try_clone().expect("the system has a handle left");
        command.stdin(Stdio::null()).stdout(writer).stderr(second);
        let process = command.spawn().expect("the process starts");
        // The command holds the pipe's other end, and the pipe would never end.
        drop(command);
        let (sender, lines) = sync_channel(LINES);
        thread::spawn(move || read(reader, &sender));
        Self { process, lines, seed: seeds.start, ended: false }
    }

    /// What comes of the next seed; `None` when the process has told all it could.
    pub(super) fn next(&mut self, limit: Duration) -> Option<Verdict> {
        if self.ended {
            return None;
        }
        let deadline = Instant::now() + limit;
        let mut output = String::new();
        loop {
            let line = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now()));
            match line.as_deref() {
                Ok(ALL) => return self.last(deadline, output),
                Ok(END) if output.is_empty() => return Some(self.verdict(Outcome::Ok, output)),
                Ok(END | FAILED) => return Some(self.stop(Outcome::Failed, output)),
                Ok(line) => match line.strip_prefix(BEGIN).map(str::parse) {
                    Some(Ok(seed)) => {
                        self.seed = seed;
                        output.clear();
                    }
                    _ if line.is_empty() || output.len() + line.len() > OUTPUT => {}
                    _ => output.extend([line, "\n"]),
                },
                Err(RecvTimeoutError::Timeout) => return Some(self.stop(Outcome::Hung, output)),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.process.wait().expect("a process that was started");
                    return Some(self.stop(Outcome::Crashed(status), output));
                }
            }
        }
    }

    /// All seeds are through: the process should end, and end well.
    fn last(&mut self, deadline: Instant, mut output: String) -> Option<Verdict> {
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => output.extend([&line, "\n"]),
                Err(RecvTimeoutError::Timeout) => return Some(self.stop(Outcome::Hung, output)),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.process.wait().expect("a process that was started");
        self.ended = true;
        (!status.success()).then(|| self.verdict(Outcome::Crashed(status), output))
    }

    fn stop(&mut self, outcome: Outcome, output: String) -> Verdict {
        self.ended = true;
        self.verdict(outcome, output)
    }

    fn verdict(&self, outcome: Outcome, output: String) -> Verdict {
        Verdict { seed: self.seed, outcome, output }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Passes lines on until the pipe ends, or nobody wants them.
fn read(pipe: PipeReader, lines: &SyncSender<String>) {
    let mut pipe = BufReader::new(pipe);
    let mut line = Vec::new();
    while pipe.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        let text = String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned();
        if lines.send(text).is_err() {
            return;
        }
        line.clear();
    }
}
