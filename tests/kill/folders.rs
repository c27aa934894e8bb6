//! Where a child may leave files.

use std::fs;
use std::path::{Path, PathBuf};

/// What a log is called.
pub(crate) const LOG: &str = "журнал.log";

/// Folders of this run, taken away at its end.
pub(crate) struct Folders {
    root: PathBuf,
}

impl Folders {
    pub(crate) fn new() -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kill-{}", std::process::id()));
        let folders = Self { root };
        for folder in [folders.temporary(), folders.current(), folders.logs(), folders.kept()] {
            fs::create_dir_all(folder).unwrap();
        }
        folders
    }

    /// For temporary files.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.root.join("temporary")
    }

    /// The child's current folder.
    pub(crate) fn current(&self) -> PathBuf {
        self.root.join("current")
    }

    /// For `ФайлЖурнала`.
    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("журналы")
    }

    /// What the job that plays 1C keeps.
    pub(crate) fn kept(&self) -> PathBuf {
        self.root.join("kept")
    }

    /// There may be a log, and nothing else.
    #[track_caller]
    pub(crate) fn expect_nothing_left(&self) {
        for folder in [self.temporary(), self.current()] {
            assert_eq!(names(&folder), [""; 0], "in {}", folder.display());
        }
        let logs = names(&self.logs());
        assert!(logs.iter().all(|name| name == LOG), "{logs:?}");
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
