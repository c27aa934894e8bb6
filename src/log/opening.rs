//! From a path to a file that can be appended to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, Prefix};

use native_api::Text;

use crate::log::record;

/// So much of a file tells whether it is a log, in bytes.
const HEAD: u64 = 64;

/// Opens or makes a log. What is something else is left alone: it would be written into, and when it is large
/// renamed, then deleted.
pub(super) fn open_log(path: &Path) -> io::Result<()> {
    let mut head = Vec::new();
    open(path)?.take(HEAD).read_to_end(&mut head)?;
    if record::is_beginning(&head) { Ok(()) } else { Err(ErrorKind::InvalidData.into()) }
}

/// Opens or makes a file to append to. Something that is no file is not opened: that could wait for ever.
pub(super) fn open(path: &Path) -> io::Result<File> {
    if let Some(Component::Prefix(prefix)) = path.components().next()
        && matches!(prefix.kind(), Prefix::DeviceNS(_))
    {
        return Err(ErrorKind::InvalidInput.into());
    }
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => return Err(ErrorKind::InvalidInput.into()),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Locking wants more rights than appending.
    OpenOptions::new().read(true).append(true).create(true).open(path)
}

/// What a path is instead of the path of a file that can be written.
pub(super) fn unusable(error: &io::Error) -> Text {
    match error.kind() {
        ErrorKind::IsADirectory => Text::fixed("имя папки", "the name of a folder"),
        ErrorKind::InvalidInput | ErrorKind::InvalidFilename => {
            Text::fixed("имя, которое принадлежит не файлу", "the name of something that is no file")
        }
        ErrorKind::InvalidData => Text::fixed(
            "имя файла, в котором не журнал, а что-то другое",
            "a file that holds no log but something else",
        ),
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Text::fixed("имя файла в папке, которой нет", "a file in a folder that does not exist")
        }
        ErrorKind::PermissionDenied => {
            Text::fixed("имя файла, в который нельзя писать: нет прав", "a file that may not be written")
        }
        _ => Text::made(
            format!("имя файла, который не открывается: {error}"),
            format!("a file that cannot be opened: {error}"),
        ),
    }
}

#[cfg(all(test, windows))]
mod tests {
    use std::path;

    use super::*;

    #[test]
    fn devices_and_pipes_are_no_files() {
        for name in [r"\\.\COM1", r"\\.\pipe\log", r"\\.\PhysicalDrive0", "NUL", "CON"] {
            let path = path::absolute(name).unwrap();
            assert_eq!(open(&path).unwrap_err().kind(), ErrorKind::InvalidInput, "{name}");
        }
    }
}
