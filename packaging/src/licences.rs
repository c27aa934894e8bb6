//! The licences of everything that is linked into the libraries, in one text.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use crate::workspace::Linked;

/// The start of mingw-w64's own code stands in every library for Windows.
const MINGW: &str = include_str!("../licences/mingw-w64.txt");

/// How files with licences begin, in capitals.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// The texts of the licences of crates, each text once, below the names of those whose it is.
///
/// # Errors
/// When a crate has no text, which then has to be looked for: its licence asks for it.
pub fn collect(linked: &BTreeSet<Linked>, with_mingw: bool) -> Result<String, Box<dyn Error>> {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for linked in linked {
        let mut texts = texts(&linked.folder)?;
        if texts.is_empty() {
            return Err(format!("нет текста лицензии: {} {}", linked.name, linked.version).into());
        }
        // The sources of a C library lie in a folder of the crate that builds it, with their own licence.
        if linked.name.ends_with("-src") {
            for folder in sorted(&linked.folder)?.iter().filter(|path| path.is_dir()) {
                texts.extend(self::texts(folder)?);
            }
        }
        let owner = format!("{} {} ({})", linked.name, linked.version, linked.licence);
        for text in texts {
            owners.entry(text).or_default().insert(owner.clone());
        }
    }
    if with_mingw {
        owners.entry(MINGW.to_owned()).or_default().insert("mingw-w64 runtime (ZPL-2.1)".to_owned());
    }

    let mut sections: Vec<_> = owners.into_iter().map(|(text, owners)| (owners, text)).collect();
    sections.sort_unstable();
    let line = "=".repeat(100);
    let mut all = String::from("Licences of what is linked into the libraries of this package.\n");
    for (owners, text) in sections {
        let owners: Vec<_> = owners.into_iter().collect();
        all += &format!("\n{line}\n{}\n{line}\n\n{}\n", owners.join("\n"), text.trim_matches('\n'));
    }
    Ok(all)
}

/// The texts of the licences that lie in a folder, with the line ends of Unix.
fn texts(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut texts = Vec::new();
    for path in sorted(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && NAMES.iter().any(|known| name.starts_with(known)) {
            let text = fs::read(&path)?;
            texts.push(String::from_utf8_lossy(&text).replace("\r\n", "\n"));
        }
    }
    Ok(texts)
}

/// What lies in a folder, in the order of names, which the file system may not keep.
fn sorted(folder: &Path) -> Result<Vec<std::path::PathBuf>, Box<dyn Error>> {
    let mut paths = folder.read_dir()?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort_unstable();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A folder that is gone with the value.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let root = std::env::temp_dir().join(format!("packaging-{}-{name}", std::process::id()));
            for (file, text) in files {
                let file = root.join(file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            Self(root)
        }

        fn linked(&self, name: &str) -> Linked {
            let (version, licence) = ("1.0.0".to_owned(), "MIT".to_owned());
            Linked { name: name.to_owned(), version, licence, folder: self.0.join(name) }
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn a_text_stands_once_below_all_whose_it_is() {
        let folder = Folder::new(
            "once",
            &[
                ("bytes/LICENSE", "Licence of two\r\n"),
                ("bytes/README.md", "no licence"),
                ("tokio/LICENSE-MIT", "Licence of two\n"),
                ("openssl-src/LICENSE-MIT", "Licence of the crate\n"),
                ("openssl-src/openssl/LICENSE.txt", "Licence of OpenSSL\n"),
            ],
        );
        let linked = ["bytes", "tokio", "openssl-src"].map(|name| folder.linked(name));
        let text = collect(&linked.into(), false).unwrap();
        assert_eq!(text.matches("Licence of two").count(), 1);
        assert!(text.contains("bytes 1.0.0 (MIT)\ntokio 1.0.0 (MIT)\n"), "{text}");
        assert!(text.contains("Licence of OpenSSL"));
        assert!(!text.contains("no licence"));
        assert!(!text.contains("mingw-w64"));
    }

    #[test]
    fn a_crate_without_a_text_stops_the_packing() {
        let folder = Folder::new("none", &[("bytes/README.md", "")]);
        let error = collect(&[folder.linked("bytes")].into(), true).unwrap_err();
        assert_eq!(error.to_string(), "нет текста лицензии: bytes 1.0.0");
    }
}
