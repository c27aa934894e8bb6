//! The values that cross the border, as plain Rust.

use crate::date::Date;

/// A value of 1C.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `Неопределено`; as a parameter: take the default.
    Empty,
    /// `Булево`.
    Bool(bool),
    /// `Число`. Whole numbers within `i32` cross as `I4`, all others as `R8`, exact up to 2^53.
    Number(f64),
    /// `Строка`.
    String(String),
    /// `Дата`.
    Date(Date),
    /// `ДвоичныеДанные`.
    Blob(Vec<u8>),
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Number(value.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Self {
        Self::Date(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}
