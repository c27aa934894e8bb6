//! Points in time as portals and push servers write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads ISO 8601 with an offset (`2026-11-21T23:11:16+03:00`, `…Z`, fractions are dropped), or seconds since
/// 1970, as Bitrix24 writes dates. Nothing before 1970.
#[must_use]
pub fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return at(text.split('.').next()?.parse().ok()?);
    }
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = fields(date, '-')?;
    let (time, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(8)?;
    let seconds = seconds_of_day(time)?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|char: char| char.is_ascii_digit()),
        None => rest,
    };
    at(days_since_1970(year, month, day)? * DAY + seconds - offset(rest)?)
}

/// Reads the date of an HTTP header in its preferred form (RFC 9110, section 5.6.7):
/// `Sat, 21 Nov 2026 23:11:16 GMT`.
#[must_use]
pub fn parse_http(text: &str) -> Option<SystemTime> {
    let (_, text) = text.trim().split_once(", ")?;
    let [day, month, year, time, "GMT"] = text.split(' ').collect::<Vec<_>>()[..] else { return None };
    let month = MONTHS.iter().zip(1..).find(|(name, _)| **name == month)?.1;
    at(days_since_1970(number(year)?, month, number(day)?)? * DAY + seconds_of_day(time)?)
}

fn at(seconds: i64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// `Z`, `+03:00` or `+0300`, in seconds.
fn offset(text: &str) -> Option<i64> {
    let (sign, text) = match text.split_at_checked(1)? {
        ("Z" | "z", "") => return Some(0),
        ("+", text) => (1, text),
        ("-", text) => (-1, text),
        _ => return None,
    };
    let (hours, minutes) = text.split_once(':').or_else(|| text.split_at_checked(2))?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

/// A leap second is the second after it.
fn seconds_of_day(time: &str) -> Option<i64> {
    let [hours, minutes, seconds] = fields(time, ':')?;
    (hours < 24 && minutes < 60 && seconds <= 60).then_some((hours * 60 + minutes) * 60 + seconds)
}

/// Days of the Gregorian calendar, with years that begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=days).contains(&day) {
        return None;
    }
    let year = if month > 2 { year } else { year - 1 };
    let days_before_month = (153 * ((month + 9) % 12) + 2) / 5;
    let days_before_1970 = 719_469;
    Some(365 * year + year / 4 - year / 100 + year / 400 + days_before_month + day - days_before_1970)
}

fn fields(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut fields = text.split(separator).map(number);
    let three = [fields.next()??, fields.next()??, fields.next()??];
    fields.next().is_none().then_some(three)
}

/// One to four digits and nothing else.
fn number(text: &str) -> Option<i64> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unix(time: Option<SystemTime>) -> Option<u64> {
        time.map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn iso_dates_have_offsets() {
        for text in [
            "2026-11-21T23:11:16Z",
            "2026-11-22T02:11:16+03:00",
            "2026-11-21T15:41:16-0730",
            "2026-11-21 23:11:16.123+00:00",
            "1795302676",
            "1795302676.75",
        ] {
            assert_eq!(unix(parse(text)), Some(1_795_302_676), "{text}");
        }
        assert_eq!(unix(parse("1970-01-01T00:00:00Z")), Some(0));
        assert_eq!(unix(parse("2000-02-29T00:00:00Z")), Some(951_782_400));
        assert_eq!(unix(parse("2100-03-01T00:00:00Z")), Some(4_107_542_400));
    }

    #[test]
    fn http_dates_are_read() {
        assert_eq!(unix(parse_http("Sat, 21 Nov 2026 23:11:16 GMT")), Some(1_795_302_676));
        assert_eq!(unix(parse_http("Thu, 01 Jan 1973 11:11:01 GMT")), Some(94_734_661));
        for text in ["", "Sat, 21 Nov 2026 23:11:16", "Sat, 21 Now 2026 23:11:16 GMT", "1795302676"] {
            assert_eq!(parse_http(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "-1",
            "2026-11-21",
            "2026-11-21T23:11:16",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T23:11:16+3",
            "1969-12-31T23:59:59Z",
            "завтра и послезавтра!",
            "99999999999999999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*", date in "[0-9T:.Z+ ,-]{0,30}") {
            for text in [text, date] {
                let _ = (parse(&text), parse_http(&text));
            }
        }

        #[test]
        fn days_follow_each_other(day in 0_i64..200_000) {
            let (mut found, mut year) = (0, 1970);
            while days_since_1970(year + 1, 1, 1).unwrap() <= day {
                year += 1;
            }
            for month in 1..=12 {
                for date in 1..=31 {
                    found += i32::from(days_since_1970(year, month, date) == Some(day));
                }
            }
            prop_assert_eq!(found, 1);
        }
    }
}
