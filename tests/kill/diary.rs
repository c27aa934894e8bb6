//! What the job that plays 1C has written down, over all its lives.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use crate::PATIENCE;
use crate::folders::Folders;
use crate::host::{HANDLED, POSITION};
use crate::peers::Peers;

/// What is known of it so far.
pub(crate) struct Diary {
    folder: PathBuf,
    /// Lines of earlier lives.
    lines: usize,
    /// The number of the message whose position was stored last.
    stored: usize,
    handled: BTreeSet<usize>,
    /// Messages that came again.
    repeated: usize,
    /// Lives in which something was handled.
    busy: usize,
}

impl Diary {
    pub(crate) fn new(folders: &Folders) -> Self {
        let folder = folders.kept();
        Self { folder, lines: 0, stored: 0, handled: BTreeSet::new(), repeated: 0, busy: 0 }
    }

    /// What the last life has handled must begin behind the position stored before it, and go on without a gap; and its
    /// own stored position must be that of its last message, or of the one before, if it was killed in between.
    #[track_caller]
    pub(crate) fn expect_continuation(&mut self, peers: &Peers, life: usize) {
        let all = self.numbers();
        let numbers = &all[self.lines..];
        for (number, expected) in numbers.iter().zip(self.stored + 1..) {
            assert_eq!(*number, expected, "life {life}, behind {}: {numbers:?}", self.stored);
        }
        self.repeated += numbers.iter().filter(|number| self.handled.contains(number)).count();
        self.handled.extend(numbers);
        self.lines = all.len();
        self.busy += usize::from(!numbers.is_empty());
        let last = numbers.last().copied().unwrap_or(self.stored);
        let position = fs::read_to_string(self.folder.join(POSITION)).unwrap_or_else(|_| "0".to_owned());
        let stored = peers.number_of(&position);
        assert!(stored == last || stored + 1 == last, "life {life}: {stored} stored, {last} handled");
        assert!(stored >= self.stored, "life {life}: the position went back");
        self.stored = stored;
    }

    /// Waits until the message with this number is handled.
    #[track_caller]
    pub(crate) fn wait_for(&self, number: usize) {
        let start = Instant::now();
        while self.numbers().last() != Some(&number) {
            assert!(
                start.elapsed() < PATIENCE,
                "message {number} does not come: {:?}",
                self.numbers().last()
            );
            std::thread::yield_now();
        }
    }

    /// Every message was handled, at least once.
    #[track_caller]
    pub(crate) fn expect_all(&self, published: usize) {
        let missing = (1..=published).filter(|number| !self.handled.contains(number)).collect::<Vec<_>>();
        assert!(published > 0 && missing.is_empty(), "missing of {published}: {missing:?}");
    }

    pub(crate) fn summary(&self) -> String {
        let Self { handled, repeated, busy, .. } = self;
        format!("{} messages, 0 missing, {repeated} came again, {busy} lives were given some", handled.len())
    }

    /// The numbers of all complete lines: a life may have ended in the middle of one.
    fn numbers(&self) -> Vec<usize> {
        let text = fs::read_to_string(self.folder.join(HANDLED)).unwrap_or_default();
        let complete = text.rsplit_once('\n').map_or("", |(complete, _)| complete);
        complete.lines().map(|line| line.parse().unwrap()).collect()
    }
}
