//! A function called again and again, for benchmarks.

use std::ffi::c_long;

use crate::argument::Parameters;
use crate::component::Component;

/// A function and its arguments, ready to be called as often as wanted: nothing is looked up, converted or copied.
pub struct RepeatedCall<'a> {
    pub(crate) component: Component<'a>,
    pub(crate) number: c_long,
    pub(crate) parameters: Parameters<'a>,
}

/// What a function answered, as far as it can be told without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `Неопределено`.
    Empty,
    /// A boolean.
    Bool(bool),
    /// A string of so many UTF-16 units, or a blob of so many bytes.
    Sized(u32),
    /// Another value.
    Other,
}

impl RepeatedCall<'_> {
    /// `CallAsFunc`; the result is freed unread. `None`: the add-in has answered false.
    pub fn call(&mut self) -> Option<Answer> {
        self.component.call_and_discard(self.number, &mut self.parameters)
    }
}
