//! From a path to a file that can be appended to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, Prefix};

use native_api::Text;

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
