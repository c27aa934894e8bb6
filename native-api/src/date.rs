//! 1C's `Дата`: a calendar date and time of day, without a time zone.

use crate::abi::variant::Tm;

/// A date of 1C. Years 1-9999; there is no time zone and no leap second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, 1-9999.
    pub year: u16,
    /// Month, 1-12.
    pub month: u8,
    /// Day of the month, 1-31.
    pub day: u8,
    /// Hour, 0-23.
    pub hour: u8,
    /// Minute, 0-59.
    pub minute: u8,
    /// Second, 0-59.
    pub second: u8,
}

/// Days from 1899-12-30, the zero of OLE dates, to 1970-01-01.
const OLE_EPOCH_TO_UNIX: i64 = 25_569;
const SECONDS_PER_DAY: i64 = 86_400;

impl Date {
    /// Reads C's `struct tm`; `None` when a field is out of range.
    #[must_use]
    pub fn from_tm(tm: &Tm) -> Option<Self> {
        let field = |value: i32, low: i32, high: i32| (low..=high).contains(&value).then_some(value);
        Self {
            year: u16::try_from(tm.year.checked_add(1900)?).ok()?,
            month: u8::try_from(field(tm.mon, 0, 11)? + 1).ok()?,
            day: u8::try_from(field(tm.mday, 1, 31)?).ok()?,
            hour: u8::try_from(field(tm.hour, 0, 23)?).ok()?,
            minute: u8::try_from(field(tm.min, 0, 59)?).ok()?,
            second: u8::try_from(field(tm.sec, 0, 60)?.min(59)).ok()?,
        }
        .checked()
    }

    /// Writes C's `struct tm`, week day and day of the year included.
    #[must_use]
    pub fn to_tm(self) -> Tm {
        let days = days_from_civil(self.year.into(), self.month.into(), self.day.into());
        let new_year = days_from_civil(self.year.into(), 1, 1);
        let small = |value: i64| i32::try_from(value).unwrap_or_default();
        Tm {
            sec: self.second.into(),
            min: self.minute.into(),
            hour: self.hour.into(),
            mday: self.day.into(),
            mon: i32::from(self.month) - 1,
            year: i32::from(self.year) - 1900,
            wday: small((days + 4).rem_euclid(7)),
            yday: small(days - new_year),
            isdst: 0,
            #[cfg(not(windows))]
            gmtoff: 0,
            #[cfg(not(windows))]
            zone: std::ptr::null(),
        }
    }

    /// Reads an OLE date, rounded to the second; `None` outside the years 1-9999.
    #[must_use]
    pub fn from_ole(days: f64) -> Option<Self> {
        const LIMIT: f64 = 3_000_000.0;
        if !days.is_finite() || days.abs() > LIMIT {
            return None;
        }
        // Before 1899-12-30 the whole part counts backwards while the fraction still counts forwards.
        let time = (days.fract().abs() * 86_400.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "both are far below 2^53 by the checks above")]
        let (whole, time) = (days.trunc() as i64, time as i64);
        let seconds = (whole - OLE_EPOCH_TO_UNIX) * SECONDS_PER_DAY + time;
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        Self {
            year: u16::try_from(year).ok()?,
            month,
            day,
            hour: u8::try_from(of_day / 3600).ok()?,
            minute: u8::try_from(of_day / 60 % 60).ok()?,
            second: u8::try_from(of_day % 60).ok()?,
        }
        .checked()
    }

    fn checked(self) -> Option<Self> {
        let days = days_from_civil(self.year.into(), self.month.into(), self.day.into());
        let exists = civil_from_days(days) == (self.year.into(), self.month, self.day);
        ((1..=9999).contains(&self.year) && exists).then_some(self)
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar (Hinnant, "chrono-compatible
/// low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or_default(), u8::try_from(day).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Date {
        Date { year, month, day, hour, minute, second }
    }

    #[test]
    fn tm_round_trips_and_carries_the_week_day() {
        for (value, wday, yday) in [
            (date(1, 1, 1, 0, 0, 0), 1, 0),
            (date(2024, 2, 29, 23, 59, 59), 4, 59),
            (date(2026, 11, 22, 1, 2, 3), 0, 325),
            (date(9999, 12, 31, 23, 59, 59), 5, 364),
        ] {
            let tm = value.to_tm();
            assert_eq!((tm.wday, tm.yday), (wday, yday), "{value:?}");
            assert_eq!(Date::from_tm(&tm), Some(value));
        }
    }

    #[test]
    fn a_tm_that_is_no_date_is_refused() {
        let mut tm = date(2023, 2, 28, 0, 0, 0).to_tm();
        tm.mday = 29;
        assert_eq!(Date::from_tm(&tm), None);
        tm.mday = 1;
        tm.mon = 12;
        assert_eq!(Date::from_tm(&tm), None);
        tm.mon = 0;
        tm.year = i32::MAX;
        assert_eq!(Date::from_tm(&tm), None);
    }

    #[test]
    fn ole_dates_count_from_1899_12_30() {
        assert_eq!(Date::from_ole(0.0), Some(date(1899, 12, 30, 0, 0, 0)));
        assert_eq!(Date::from_ole(45_000.75), Some(date(2023, 3, 15, 18, 0, 0)));
        assert_eq!(Date::from_ole(-1.25), Some(date(1899, 12, 29, 6, 0, 0)));
        assert_eq!(Date::from_ole(f64::NAN), None);
        assert_eq!(Date::from_ole(1e300), None);
    }
}
