//! The values of one call, read as the types that a member expects.

use std::ops::RangeInclusive;

use crate::language::Text;
use crate::misuse::{Kind, Misuse, MisuseKind};
use crate::value::Value;

/// The values of one call; omitted ones already hold their defaults.
#[derive(Debug)]
pub struct Arguments<'a>(&'a [Value]);

impl<'a> Arguments<'a> {
    /// The values in the order of the parameters.
    #[must_use]
    pub const fn new(values: &'a [Value]) -> Self {
        Self(values)
    }

    /// The value at `index`; `Неопределено` beyond the end.
    #[must_use]
    pub fn value(&self, index: usize) -> &'a Value {
        self.0.get(index).unwrap_or(&Value::Empty)
    }

    /// A string.
    ///
    /// # Errors
    /// Any other type is misuse.
    pub fn string(&self, index: usize) -> Result<&'a str, Misuse> {
        match self.value(index) {
            Value::String(value) => Ok(value),
            other => Err(Misuse::wrong_type(index, Kind::String, other)),
        }
    }

    /// A Boolean.
    ///
    /// # Errors
    /// Any other type is misuse.
    pub fn bool(&self, index: usize) -> Result<bool, Misuse> {
        match self.value(index) {
            Value::Bool(value) => Ok(*value),
            other => Err(Misuse::wrong_type(index, Kind::Bool, other)),
        }
    }

    /// A number within `range`.
    ///
    /// # Errors
    /// Any other type, NaN, infinities and numbers out of the range are misuse.
    pub fn number(&self, index: usize, range: RangeInclusive<f64>) -> Result<f64, Misuse> {
        match self.value(index) {
            Value::Number(value) if range.contains(value) => Ok(*value),
            Value::Number(value) => {
                let (low, high) = (range.start(), range.end());
                Err(Misuse::bad_value(
                    MisuseKind::Range,
                    index,
                    Text::made(format!("Число от {low} до {high}"), format!("a Number from {low} to {high}")),
                    Text::made(value.to_string(), value.to_string()),
                ))
            }
            other => Err(Misuse::wrong_type(index, Kind::Number, other)),
        }
    }

    /// A whole number within `range`, whose ends are whole and exact.
    ///
    /// # Errors
    /// Those of [`number`](Self::number); a fraction is misuse too.
    pub fn whole(&self, index: usize, range: RangeInclusive<f64>) -> Result<i64, Misuse> {
        let number = self.number(index, range)?;
        if number.fract() != 0.0 {
            return Err(Misuse::bad_value(
                MisuseKind::Range,
                index,
                Text::fixed("целое Число", "a whole Number"),
                Text::made(number.to_string(), number.to_string()),
            ));
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within a range of 64-bit numbers")]
        let whole = number as i64;
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_and_not_finite_are_misuse() {
        for (value, taken) in
            [(0.0, true), (5.5, true), (-0.1, false), (f64::NAN, false), (f64::INFINITY, false)]
        {
            let values = [Value::Number(value)];
            let read = Arguments::new(&values).number(0, 0.0..=10.0);
            assert_eq!(read.is_ok(), taken, "{value}");
            if let Err(misuse) = read {
                assert_eq!(misuse.kind, MisuseKind::Range);
            }
        }
    }

    #[test]
    fn fractions_are_no_whole_numbers() {
        let values = [Value::Number(3.0), Value::Number(3.5)];
        let arguments = Arguments::new(&values);
        assert_eq!(arguments.whole(0, 1.0..=5.0), Ok(3));
        assert_eq!(arguments.whole(1, 1.0..=5.0).unwrap_err().kind, MisuseKind::Range);
    }

    #[test]
    fn a_missing_value_is_of_the_wrong_type() {
        assert_eq!(Arguments::new(&[]).string(0).unwrap_err().kind, MisuseKind::Type);
    }
}
