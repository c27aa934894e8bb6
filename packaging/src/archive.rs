//! ZIP archives: written so that the same contents give the same bytes, and read with bounds.

use std::error::Error;
use std::fmt;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

/// Most files that are read of an archive.
const MOST_FILES: usize = 1000;
/// Most bytes that are read of all files of an archive.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name, with the folders before it.
    pub name: String,
    /// Its contents.
    pub data: Vec<u8>,
}

/// Why an archive cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no ZIP, or broken.
    Broken(String),
    /// A file in it is encrypted.
    Encrypted(String),
    /// It holds more than is read.
    TooLarge,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(error) => write!(f, "архив ZIP не читается: {error}"),
            Self::Encrypted(name) => write!(f, "{name} зашифрован, 1С такие архивы не читает"),
            Self::TooLarge => f.write_str("архив слишком велик"),
        }
    }
}

impl Error for Unreadable {}

/// Writes an archive: the files in the given order, with one time (seconds since 1970, UTC) and the same rights.
///
/// # Errors
/// When a name comes twice, or the time is one that ZIP cannot hold (before 1980, after 2107).
pub fn write(members: &[Member], time: i64) -> Result<Vec<u8>, Box<dyn Error>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(date_time(time).ok_or("такое время в архив не записать")?)
        .unix_permissions(0o644)
        .system(System::Unix);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for member in members {
        archive.start_file(member.name.as_str(), options)?;
        archive.write_all(&member.data)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Reads all files of an archive; folders are left out.
///
/// # Errors
/// When it is no ZIP, is broken, encrypted, or larger than any add-in.
pub fn read(data: &[u8]) -> Result<Vec<Member>, Unreadable> {
    let broken = |error: &dyn fmt::Display| Unreadable::Broken(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(data)).map_err(|error| broken(&error))?;
    if archive.len() > MOST_FILES {
        return Err(Unreadable::TooLarge);
    }
    let (mut members, mut left) = (Vec::new(), MOST_BYTES);
    for index in 0..archive.len() {
        // Unlike `by_index` this does not fail for an encrypted file.
        let raw = archive.by_index_raw(index).map_err(|error| broken(&error))?;
        let name = String::from_utf8_lossy(raw.name_raw()).into_owned();
        if raw.encrypted() {
            return Err(Unreadable::Encrypted(name));
        }
        drop(raw);
        if name.ends_with('/') {
            continue;
        }
        let mut data = Vec::new();
        let file = archive.by_index(index).map_err(|error| broken(&error))?;
        // What the header says of the size is not relied upon.
        file.take(left + 1).read_to_end(&mut data).map_err(|error| broken(&error))?;
        left = left
            .checked_sub(data.len().try_into().expect("a length has 64 bits"))
            .ok_or(Unreadable::TooLarge)?;
        members.push(Member { name, data });
    }
    Ok(members)
}

/// The date and time of a moment, in UTC.
fn date_time(time: i64) -> Option<DateTime> {
    const DAY: i64 = 24 * 60 * 60;
    let (mut day, second) = (time.div_euclid(DAY), time.rem_euclid(DAY));
    let mut year = 1970;
    let days_of_year = |year| if is_leap(year) { 366 } else { 365 };
    while day >= days_of_year(year) && year <= 2107 {
        day -= days_of_year(year);
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    let small = |value: i64| u8::try_from(value).ok();
    let (hour, minute) = (small(second / 3600)?, small(second / 60 % 60)?);
    DateTime::from_date_and_time(year, month, small(day + 1)?, hour, minute, small(second % 60)?).ok()
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 14:43:57 UTC.
    const TIME: i64 = 1_795_358_637;

    fn member(name: &str, data: &[u8]) -> Member {
        Member { name: name.to_owned(), data: data.to_vec() }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let members =
            [member("MANIFEST.XML", b"<bundle/>"), member("a.dll", &[0; 100_000]), member("пусто", b"")];
        assert_eq!(read(&write(&members, TIME).unwrap()), Ok(members.to_vec()));
    }

    #[test]
    fn the_same_contents_give_the_same_bytes() {
        let members = [member("a", b"1"), member("b", b"22")];
        let archive = write(&members, TIME).unwrap();
        assert_eq!(write(&members, TIME).unwrap(), archive);
        // Nothing of the moment, the machine or the user: the header says all that may vary.
        let header = [&b"PK\x03\x04"[..], &[20, 0], &[0, 0], &[8, 0], &[0x7C, 0x75], &[0x76, 0x5D]].concat();
        assert_eq!(archive[..header.len()], header[..], "{:x?}", &archive[..16]);
        let swapped = [members[1].clone(), members[0].clone()];
        assert_ne!(write(&swapped, TIME).unwrap(), archive);
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        for (time, expected) in [
            (315_532_800, (1980, 1, 1, 0, 0, 0)),
            (951_782_400, (2000, 2, 29, 0, 0, 0)),
            (TIME, (2026, 11, 22, 14, 43, 56)),
            (1_735_689_598, (2024, 12, 31, 23, 59, 58)),
        ] {
            let time = date_time(time).unwrap();
            let found = (time.year(), time.month(), time.day(), time.hour(), time.minute(), time.second());
            assert_eq!(found, expected);
        }
        assert!(date_time(0).is_none());
        assert!(date_time(-1).is_none());
        assert!(date_time(i64::MAX).is_none());
    }

    #[test]
    fn a_name_cannot_come_twice() {
        assert!(write(&[member("a", b"1"), member("a", b"2")], TIME).is_err());
    }

    #[test]
    fn what_is_no_archive_is_told() {
        assert!(matches!(read(b""), Err(Unreadable::Broken(_))));
        assert!(matches!(read(b"PK\x03\x04 and no more"), Err(Unreadable::Broken(_))));
        let mut encrypted = write(&[member("a.dll", b"1")], TIME).unwrap();
        let directory = encrypted.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        encrypted[6] |= 1;
        encrypted[directory + 8] |= 1;
        assert_eq!(read(&encrypted), Err(Unreadable::Encrypted("a.dll".to_owned())));
    }
}
