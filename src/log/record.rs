//! One record, and the line that it becomes.

use std::fmt::Write;
use std::process;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use native_api::Date;

use crate::log::level::Level;
use crate::log::masking::mask;

/// Longest line, in bytes, with the line break.
pub(super) const LONGEST_LINE: usize = 8 << 10;

/// How every line begins.
const TIMESTAMP: &[u8] = b"0000-00-00T00:00:00.000Z ";

/// Stands in the place of an object.
const OURSELVES: &str = "vestnik";
const CUT: &str = "…";
const LINE_BREAK: &str = "\n";
/// Days from the zero of OLE dates to the one of Unix.
const UNIX_EPOCH_IN_OLE: f64 = 25_569.0;
const SECONDS_PER_DAY: f64 = 86_400.0;

/// Something that happened at a time.
#[derive(Debug)]
pub(super) struct Record {
    time: SystemTime,
    level: Level,
    object: Arc<str>,
    text: String,
    /// Whether there was more text.
    cut: bool,
}

impl Record {
    /// A record of now. Of a text that is too long for a line, no more is kept than the line can hold.
    pub(super) fn new(level: Level, object: Arc<str>, mut text: String) -> Self {
        let cut = text.len() > LONGEST_LINE;
        if cut {
            let end = (0..=LONGEST_LINE).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or_default());
            text.shrink_to_fit();
        }
        Self { time: SystemTime::now(), level, object, text, cut }
    }

    /// A record of the log itself.
    pub(super) fn ours(level: Level, text: String) -> Self {
        Self::new(level, OURSELVES.into(), text)
    }

    /// Appends the line to `lines`: time, level, process, object, text. Secrets are masked, and whatever could
    /// break the line is escaped.
    pub(super) fn write_line(&self, lines: &mut String) {
        let end = lines.len() + LONGEST_LINE - CUT.len() - LINE_BREAK.len();
        lines.push_str(&timestamp(self.time));
        // Writing to a string does not fail.
        let _ = write!(lines, " {:<5} {} {} ", self.level.word(), process::id(), self.object);
        let mut cut = self.cut;
        for char in mask(&self.text, self.cut).chars() {
            let before = lines.len();
            match char {
                '\u{2028}' | '\u{2029}' => lines.extend(char.escape_unicode()),
                char if char.is_control() => lines.extend(char.escape_default()),
                char => lines.push(char),
            }
            if lines.len() > end {
                lines.truncate(before);
                cut = true;
                break;
            }
        }
        if cut {
            lines.push_str(CUT);
        }
        lines.push_str(LINE_BREAK);
    }
}

/// Whether a file that begins like this can be a log: with a line of ours, or with half a line if the disk was
/// full.
pub(super) fn is_beginning(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let fits = |(byte, shape): (&u8, &u8)| byte == shape || *shape == b'0' && byte.is_ascii_digit();
    line.iter().zip(TIMESTAMP).all(fits)
}

/// UTC as ISO 8601 has it, with milliseconds.
fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = Duration::from_secs(since.as_secs()).as_secs_f64();
    // Rounding to the second puts right what the fraction of a day cannot hold.
    let Some(date) = Date::from_ole(UNIX_EPOCH_IN_OLE + seconds / SECONDS_PER_DAY) else {
        return "-".to_owned();
    };
    let Date { year, month, day, hour, minute, second } = date;
    let milliseconds = since.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        let mut lines = String::new();
        Record::new(Level::Warn, "WebSocket#3".into(), text.to_owned()).write_line(&mut lines);
        lines
    }

    #[test]
    fn time_is_utc_to_the_millisecond() {
        let at = |milliseconds| timestamp(UNIX_EPOCH + Duration::from_millis(milliseconds));
        assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(at(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(at(1_769_904_001_001), "2026-02-01T00:00:01.001Z");
        assert_eq!(at(4_102_444_799_999), "2099-12-31T23:59:59.999Z");
    }

    #[test]
    fn no_second_is_lost_to_rounding() {
        for second in 1_769_904_000..1_769_904_000 + 86_400 {
            let day_time = second % 86_400;
            let text = timestamp(UNIX_EPOCH + Duration::from_secs(second));
            let expected = format!("{:02}:{:02}:{:02}", day_time / 3600, day_time / 60 % 60, day_time % 60);
            assert_eq!(text[11..19], expected);
        }
    }

    #[test]
    fn a_line_has_time_level_process_object_and_text() {
        let line = line("соединение закрыто: код 1006");
        let (time, rest) = line.split_at(24);
        assert!(time.ends_with('Z'), "{line}");
        assert_eq!(rest, format!(" warn  {} WebSocket#3 соединение закрыто: код 1006\n", process::id()));
    }

    #[test]
    fn the_beginning_of_a_log_is_known() {
        let line = line("текст");
        for log in ["", &line, &line[..7], "2026-\n2026", &format!("\n{line}")] {
            assert!(is_beginning(log.as_bytes()), "{log}");
        }
        for other in ["1CDBMSV8", "2026-11-22 05:00", "[log]", "{}", "\0\0", "\u{feff}2026-11-22T05:00"] {
            assert!(!is_beginning(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_record_is_one_line() {
        let line = line("a\r\nb\tc\0d\u{1b}[31m\u{85}e\u{2028}f\u{7f} «й» C:\\логи");
        let escaped = r"a\r\nb\tc\u{0}d\u{1b}[31m\u{85}e\u{2028}f\u{7f} «й» C:\логи";
        assert!(line.ends_with(&format!("{escaped}\n")), "{line}");
        assert_eq!(line.lines().count(), 1);
    }

    #[test]
    fn a_line_is_never_longer_than_the_limit() {
        let whole = line(&"x".repeat(8000));
        assert!(whole.ends_with("xx\n"));
        for text in ["й".repeat(LONGEST_LINE), "\n".repeat(LONGEST_LINE), "x".repeat(LONGEST_LINE + 1)] {
            let line = line(&text);
            assert!(line.len() <= LONGEST_LINE && line.len() > LONGEST_LINE - 16, "{}", line.len());
            assert!(line.ends_with("…\n"));
        }
    }

    #[test]
    fn a_long_text_is_not_kept() {
        let record = Record::new(Level::Info, "".into(), "й".repeat(1 << 20));
        assert!(record.text.capacity() <= LONGEST_LINE);
    }

    #[test]
    fn secrets_are_masked() {
        assert!(line("GET wss://host/?api_key=a:b&app=x").ends_with("GET wss://host/?api_key=***&app=x\n"));
    }
}
