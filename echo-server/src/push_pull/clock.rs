//! The portal's own clock, which need not agree with the machine's, and the two ways in which it writes dates.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A clock that is so many seconds ahead of the machine's, or behind it if that is negative.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    pub(super) ahead: i64,
}

impl Clock {
    /// Since 1970 in UTC.
    pub(super) fn now(self) -> Duration {
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let shift = Duration::from_secs(self.ahead.unsigned_abs());
        if self.ahead < 0 { machine.saturating_sub(shift) } else { machine + shift }
    }

    /// Whole seconds since 1970 in UTC.
    pub(super) fn seconds(self) -> u64 {
        self.now().as_secs()
    }
}

/// As PHP's `date('c')` writes it, in the time of Moscow, where portals often are: `2026-11-21T23:11:16+03:00`.
pub(super) fn iso(seconds: u64) -> String {
    let local = seconds + 3 * 3600;
    let (year, month, day) = date(local / DAY);
    let (hour, minute, second) = time(local);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+03:00")
}

/// As HTTP writes it (RFC 9110 §5.6.7): `Sat, 21 Nov 2026 23:11:16 GMT`.
pub(super) fn http_date(seconds: u64) -> String {
    let days = seconds / DAY;
    let (year, month, day) = date(days);
    let (hour, minute, second) = time(seconds);
    let weekday = WEEKDAYS.iter().cycle().nth(usize::try_from(days % 7).unwrap_or(0)).unwrap_or(&"Thu");
    let month = MONTHS.get(usize::try_from(month - 1).unwrap_or(0)).unwrap_or(&"Jan");
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

fn time(seconds: u64) -> (u64, u64, u64) {
    (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60)
}

/// Year, month from 1 and day from 1 of a day since 1970, by counting: every fourth year is a leap year from 1972 to
/// 2096, which is further than any test reaches.
fn date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    loop {
        let length = if year % 4 == 0 { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let mut month = 1;
    loop {
        let length = match month {
            2 if year % 4 == 0 => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if days < length {
            return (year, month, days + 1);
        }
        days -= length;
        month += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(1_709_164_800), "Thu, 29 Feb 2024 00:00:00 GMT");
        assert_eq!(iso(1_735_678_800), "2025-01-01T00:00:00+03:00");
    }

    #[test]
    fn the_clock_may_be_wrong() {
        let now = Clock::default().seconds();
        assert!(
            Clock { ahead: -3600 }.seconds() + 3000 < now && Clock { ahead: 3600 }.seconds() > now + 3000
        );
    }
}
