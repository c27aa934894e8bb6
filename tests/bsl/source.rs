//! Where BSL is found: module files, and blocks in Markdown.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A file that holds BSL.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// One for a module file, one per ```` ```bsl ```` block of a Markdown file.
    pub(crate) pieces: Vec<Piece>,
}

/// BSL text and where it starts.
pub(crate) struct Piece {
    /// Lines of the file before the text.
    pub(crate) lines_before: usize,
    pub(crate) text: String,
}

/// Something wrong, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) path: PathBuf,
    /// From 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.text)
    }
}

impl Source {
    /// A module file, as a whole; a byte order mark, which the Designer writes, is skipped.
    pub(crate) fn module(path: &Path, text: &str) -> Self {
        let text = text.trim_start_matches('\u{FEFF}').to_owned();
        Self { path: path.to_owned(), pieces: vec![Piece { lines_before: 0, text }] }
    }

    /// The BSL blocks of a Markdown file.
    pub(crate) fn markdown(path: &Path, text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut block: Option<Piece> = None;
        for (index, line) in text.lines().enumerate() {
            let fence = line.trim();
            if let Some(piece) = &mut block {
                if fence == "```" {
                    pieces.extend(block.take());
                } else {
                    piece.text.push_str(line);
                    piece.text.push('\n');
                }
            } else if fence == "```bsl" {
                block = Some(Piece { lines_before: index + 1, text: String::new() });
            }
        }
        pieces.extend(block);
        Self { path: path.to_owned(), pieces }
    }
}

/// All BSL of the repository at `root`: `examples/**/*.bsl`, `README.md`, `docs/*.md`.
pub(crate) fn all(root: &Path) -> Vec<Source> {
    let mut paths = files(&root.join("examples"), true);
    paths.extend(files(&root.join("docs"), false));
    paths.push(root.join("README.md"));
    paths.sort();
    let mut sources = Vec::new();
    for path in paths.iter().filter(|path| path.exists()) {
        let shown = path.strip_prefix(root).expect("found under the root");
        let text = || fs::read_to_string(path).expect("a readable UTF-8 file");
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("bsl") => sources.push(Source::module(shown, &text())),
            Some("md") => sources.push(Source::markdown(shown, &text())),
            _ => {}
        }
    }
    sources
}

fn files(folder: &Path, and_below: bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files_found = Vec::new();
    for path in entries.map(|entry| entry.expect("a readable folder").path()) {
        if !path.is_dir() {
            files_found.push(path);
        } else if and_below {
            files_found.extend(files(&path, true));
        }
    }
    files_found
}
