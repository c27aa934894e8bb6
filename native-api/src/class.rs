//! What a class of the add-in writes: a type, and tables of what 1C may call on it.

use std::time::Instant;

use crate::arguments::Arguments;
use crate::misuse::Misuse;
use crate::platform::Platform;
use crate::returned::Returned;
use crate::text::same_name;
use crate::value::Value;

/// A class that 1C can create objects of.
///
/// Everything takes `&self`: a host may re-enter an object from an external event, and call it from several
/// threads at once.
pub trait Class: Send + Sync + Sized + 'static {
    /// Name in `GetClassNames` and in `RegisterExtensionAs`.
    const NAME: &'static str;
    /// The properties; their order is their number.
    const PROPERTIES: &'static [Property<Self>];
    /// The methods; their order is their number.
    const METHODS: &'static [Method<Self>];

    /// Makes an object. Cheap and without side effects: the platform may want nothing but its name.
    fn new(platform: Platform) -> Self;

    /// The connection to 1C is there.
    fn init(&self) {}

    /// Ends all work of the object by `deadline`; the platform may be used no more. Called once.
    fn done(&self, deadline: Instant);

    /// A member was called wrongly; `text` is what 1C is told.
    fn misused(&self, _text: &str) {}
}

/// A name in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// English.
    pub en: &'static str,
    /// Russian.
    pub ru: &'static str,
}

impl Name {
    /// Whether `name` is this name in either language; letter case does not count.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        same_name(self.en, name) || same_name(self.ru, name)
    }
}

/// Reads a property.
pub type Get<C> = fn(&C) -> Value;
/// Writes a property. The argument list holds one value.
pub type Set<C> = fn(&C, &Arguments<'_>) -> Result<(), Misuse>;
/// Runs a method.
pub type Run<C> = fn(&C, &Arguments<'_>) -> Result<Returned, Misuse>;

/// A property of a class.
pub struct Property<C> {
    /// Its name.
    pub name: Name,
    /// Reads it; every property can be read.
    pub get: Get<C>,
    /// Writes it, unless it is read-only.
    pub set: Option<Set<C>>,
}

/// A method of a class.
pub struct Method<C> {
    /// Its name.
    pub name: Name,
    /// Its parameters, those with defaults last.
    pub parameters: &'static [Parameter],
    /// Whether it gives a value.
    pub returns: bool,
    /// Runs it.
    pub run: Run<C>,
}

/// A parameter of a method.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, for error texts.
    pub name: Name,
    /// What stands in for it when it is omitted or `Неопределено`; `None`: it must be given.
    pub default: Option<Default>,
}

/// The value of an omitted parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// `Неопределено`: the method knows what it means.
    Empty,
    /// `Булево`.
    Bool(bool),
    /// `Число`.
    Number(f64),
    /// `Строка`.
    String(&'static str),
}

impl Default {
    /// The default as a value.
    #[must_use]
    pub fn value(self) -> Value {
        match self {
            Self::Empty => Value::Empty,
            Self::Bool(value) => Value::Bool(value),
            Self::Number(value) => Value::Number(value),
            Self::String(value) => Value::String(value.to_owned()),
        }
    }
}
