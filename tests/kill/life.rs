//! One child, from its start to its end.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::folders::Folders;
use crate::host::{BUSY, Paths};
use crate::peers::Peers;
use crate::{CHILD, PATIENCE};

pub(crate) struct Life {
    child: Child,
    /// The child ends when this is closed.
    input: Option<ChildStdin>,
    /// That all its objects are busy.
    busy: Receiver<()>,
    reader: JoinHandle<String>,
}

impl Life {
    /// This very test program, as a host.
    pub(crate) fn begin(folders: &Folders, peers: &Peers) -> Self {
        let paths = Paths { logs: folders.logs(), kept: folders.kept() };
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["nothing_stays_of_a_killed_host_and_nothing_is_missed", "--exact", "--nocapture"])
            .env(CHILD, paths.with(&peers.plan()))
            .env("TMPDIR", folders.temporary())
            .current_dir(folders.current())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        let (told, busy) = channel();
        let reader = thread::spawn(move || {
            let mut output = BufReader::new(output);
            let (mut line, mut all) = (String::new(), String::new());
            while output.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                if line.trim_end() == BUSY {
                    // The parent may have given up.
                    let _ = told.send(());
                }
                all.push_str(&std::mem::take(&mut line));
            }
            let _ = output.read_to_string(&mut all);
            all
        });
        Self { child, input, busy, reader }
    }

    /// Waits until every object has been given something, and publishes meanwhile.
    #[track_caller]
    pub(crate) fn wait_until_busy(mut self, peers: &mut Peers) -> Self {
        let start = Instant::now();
        loop {
            match self.busy.recv_timeout(Duration::from_millis(20)) {
                Ok(()) => return self,
                Err(RecvTimeoutError::Timeout) if start.elapsed() < PATIENCE => peers.publish(1),
                Err(_) => {
                    drop(self.input.take());
                    panic!("the objects of the child are not busy:\n{}", self.reader.join().unwrap());
                }
            }
        }
    }

    /// Kills it.
    #[track_caller]
    pub(crate) fn kill(mut self) {
        assert_eq!(self.child.try_wait().unwrap(), None, "it has ended by itself");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.reader.join().unwrap();
    }

    /// Lets it end as it should.
    #[track_caller]
    pub(crate) fn end(mut self) {
        drop(self.input.take());
        let status = self.child.wait().unwrap();
        let output = self.reader.join().unwrap();
        assert!(status.success() && output.contains("1 passed"), "{status}\n{output}");
    }
}
