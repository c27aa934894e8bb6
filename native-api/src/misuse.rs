//! A member called wrongly: the one kind of failure that becomes an exception in BSL.

use crate::class::Name;
use crate::language::{Language, Text};
use crate::value::Value;

/// What was wrong with the call of a member. Holds no text of the caller's, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misuse {
    /// What kind of mistake it was.
    pub kind: MisuseKind,
    /// Number of the parameter, from 0; `None`: the call as a whole.
    pub parameter: Option<usize>,
    /// What was expected, in the nominative.
    pub expected: Text,
    /// What came instead.
    pub got: Text,
}

/// Kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MisuseKind {
    /// A value of the wrong type.
    Type,
    /// A number out of its range.
    Range,
    /// A text that does not have the form it must have.
    Syntax,
    /// A wrong number of values.
    Count,
    /// A call that does not fit the object's state.
    State,
    /// The platform gave no memory for the result.
    Memory,
    /// A defect of the add-in; the call had no effect that is known.
    Internal,
}

impl Misuse {
    /// A value of another type than `expected`.
    #[must_use]
    pub fn wrong_type(parameter: usize, expected: Kind, got: &Value) -> Self {
        Self {
            kind: MisuseKind::Type,
            parameter: Some(parameter),
            expected: expected.text(),
            got: Kind::of(got).text(),
        }
    }

    /// A value that has the right type but cannot be taken.
    #[must_use]
    pub fn bad_value(kind: MisuseKind, parameter: usize, expected: Text, got: Text) -> Self {
        Self { kind, parameter: Some(parameter), expected, got }
    }

    /// The sentence for the user: class, member, parameter, what was expected and what came.
    #[must_use]
    pub fn sentence(&self, class: &str, member: Name, parameter: Option<Name>, language: Language) -> String {
        let (expected, got) = (self.expected.get(language), self.got.get(language));
        let number = self.parameter.map_or(0, |index| index + 1);
        match (language, parameter) {
            (Language::Russian, Some(name)) => format!(
                "{class}.{}, параметр {number} «{}»: ожидается {expected}, получено: {got}",
                member.ru, name.ru
            ),
            (Language::Russian, None) => {
                format!("{class}.{}: ожидается {expected}, получено: {got}", member.ru)
            }
            (Language::English, Some(name)) => {
                format!(
                    "{class}.{}, parameter {number} «{}»: expected {expected}, got: {got}",
                    member.en, name.en
                )
            }
            (Language::English, None) => format!("{class}.{}: expected {expected}, got: {got}", member.en),
        }
    }
}

/// A type of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Неопределено`.
    Empty,
    /// `Булево`.
    Bool,
    /// `Число`.
    Number,
    /// `Строка`.
    String,
    /// `Дата`.
    Date,
    /// `ДвоичныеДанные`.
    Blob,
}

impl Kind {
    /// The type of `value`.
    #[must_use]
    pub const fn of(value: &Value) -> Self {
        match value {
            Value::Empty => Self::Empty,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Date(_) => Self::Date,
            Value::Blob(_) => Self::Blob,
        }
    }

    /// Its name in BSL.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Empty => Text::fixed("Неопределено", "Undefined"),
            Self::Bool => Text::fixed("Булево", "Boolean"),
            Self::Number => Text::fixed("Число", "Number"),
            Self::String => Text::fixed("Строка", "String"),
            Self::Date => Text::fixed("Дата", "Date"),
            Self::Blob => Text::fixed("ДвоичныеДанные", "BinaryData"),
        }
    }
}
