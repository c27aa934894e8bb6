//! The portal's own clock, which need not agree with the machine's, and the two ways in which it writes dates.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;
const LAST_YEAR: u64 = 2096;
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

/// Seconds since 1970 of a date as [`http_date`] writes it, and not otherwise.
pub(super) fn seconds_of(text: &str) -> Option<u64> {
    let words: Vec<_> = text.split(' ').collect();
    let &[_, day, month, year, time, _] = words.as_slice() else { return None };
    let number = |text: &str| text.parse::<u8>().ok().map(u64::from);
    let year = year.parse().ok().filter(|year| (1970..=LAST_YEAR).contains(year))?;
    let month = (1..).zip(MONTHS).find_map(|(number, name)| (name == month).then_some(number))?;
    let days = (1970..year).map(length_of_year).sum::<u64>()
        + (1..month).map(|month| length_of_month(year, month)).sum::<u64>()
        + number(day)?.checked_sub(1)?;
    let mut seconds = days * DAY;
    for (part, unit) in time.split(':').zip([3600, 60, 1]) {
        seconds += number(part)? * unit;
    }
    (http_date(seconds) == text).then_some(seconds)
}

fn time(seconds: u64) -> (u64, u64, u64) {
    (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60)
}

/// Year, month from 1 and day from 1 of a day since 1970, by counting.
fn date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    while days >= length_of_year(year) {
        days -= length_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= length_of_month(year, month) {
        days -= length_of_month(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

/// Every fourth year is a leap year from 1972 to [`LAST_YEAR`], which is further than any test reaches.
fn length_of_year(year: u64) -> u64 {
    if year.is_multiple_of(4) { 366 } else { 365 }
}

fn length_of_month(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
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
    fn a_date_of_http_is_read_back_and_nothing_else_is() {
        for seconds in [0, 784_111_777, 1_709_164_800, 1_795_302_676, 4_007_000_000] {
            assert_eq!(seconds_of(&http_date(seconds)), Some(seconds));
        }
        for bad in [
            "",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun,+06+Nov+1994+08:49:37+GMT",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 MSK",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:99:37 GMT",
            "Sun, 06 Nov 9999 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(seconds_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_clock_may_be_wrong() {
        let now = Clock::default().seconds();
        assert!(
            Clock { ahead: -3600 }.seconds() + 3000 < now && Clock { ahead: 3600 }.seconds() > now + 3000
        );
    }
}
