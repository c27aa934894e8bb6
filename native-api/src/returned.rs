//! What a method gives to 1C, and who wants to know whether it got there.

use std::fmt;

use crate::value::Value;

/// The result of a method.
///
/// The platform may refuse the memory that a value needs; the call is an exception then. A method that gives away what
/// exists only once returns it [with a receipt](Self::with_receipt).
pub struct Returned(Source);

enum Source {
    Value { value: Value, receipt: Option<Box<dyn FnOnce()>> },
    Lender(Box<dyn Lender>),
}

/// Owner of a text or of bytes, which 1C gets a copy of and nobody else needs one.
pub trait Lender {
    /// What 1C shall get.
    fn lend(&self) -> Lent<'_>;

    /// 1C has it: said on the thread of the call. A lender that is dropped without was not given.
    fn given(self: Box<Self>);
}

/// What a method gives.
#[derive(Clone, Copy, Debug)]
pub enum Lent<'a> {
    /// A value.
    Value(&'a Value),
    /// `Строка`.
    Text(&'a str),
    /// `ДвоичныеДанные`.
    Bytes(&'a [u8]),
}

impl Returned {
    /// What `lender` owns.
    #[must_use]
    pub fn lent(lender: impl Lender + 'static) -> Self {
        Self(Source::Lender(Box::new(lender)))
    }

    /// A value, and whom to tell that 1C has it, on the thread of the call. `receipt` is dropped uncalled when the value
    /// could not be given: what it owns can then go back to where it was.
    ///
    /// A function that is called as a statement has given its value, too: 1C does not want it.
    #[must_use]
    pub fn with_receipt(value: impl Into<Value>, receipt: impl FnOnce() + 'static) -> Self {
        Self(Source::Value { value: value.into(), receipt: Some(Box::new(receipt)) })
    }

    /// The value.
    pub(crate) fn value(&self) -> Lent<'_> {
        match &self.0 {
            Source::Value { value, .. } => Lent::Value(value),
            Source::Lender(lender) => lender.lend(),
        }
    }

    /// 1C has the value.
    pub(crate) fn settle(self) {
        match self.0 {
            Source::Value { receipt: Some(receipt), .. } => receipt(),
            Source::Value { receipt: None, .. } => {}
            Source::Lender(lender) => lender.given(),
        }
    }
}

impl<T: Into<Value>> From<T> for Returned {
    fn from(value: T) -> Self {
        Self(Source::Value { value: value.into(), receipt: None })
    }
}

impl fmt::Debug for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Returned").field("value", &self.value()).finish_non_exhaustive()
    }
}
