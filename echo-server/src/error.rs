//! A value in text form that could not be understood.

use std::fmt;

/// Says which text was not understood, and what was expected in its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidValue(String);

impl InvalidValue {
    pub(crate) fn new(given: &str, expected: impl fmt::Display) -> Self {
        Self(format!("`{given}`: expected {expected}"))
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidValue {}
