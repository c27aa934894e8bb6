//! What a method gives to 1C, and who wants to know whether it got there.

use std::fmt;

use crate::value::Value;

/// The result of a method.
///
/// The platform may refuse the memory that a value needs; the call is an exception then. A method that gives away what
/// exists only once returns it [with a receipt](Self::with_receipt).
pub struct Returned {
    value: Value,
    receipt: Option<Box<dyn FnOnce()>>,
}

impl Returned {
    /// A value, and whom to tell that 1C has it, on the thread of the call. `receipt` is dropped uncalled when the value
    /// could not be given: what it owns can then go back to where it was.
    ///
    /// A function that is called as a statement has given its value, too: 1C does not want it.
    #[must_use]
    pub fn with_receipt(value: impl Into<Value>, receipt: impl FnOnce() + 'static) -> Self {
        Self { value: value.into(), receipt: Some(Box::new(receipt)) }
    }

    /// The value.
    pub(crate) const fn value(&self) -> &Value {
        &self.value
    }

    /// 1C has the value.
    pub(crate) fn settle(self) {
        if let Some(receipt) = self.receipt {
            receipt();
        }
    }
}

impl<T: Into<Value>> From<T> for Returned {
    fn from(value: T) -> Self {
        Self { value: value.into(), receipt: None }
    }
}

impl fmt::Debug for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Returned").field("value", &self.value).finish_non_exhaustive()
    }
}
