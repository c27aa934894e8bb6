//! Arguments of a call, as values or as raw as a hostile host could pass them.

use std::ffi::c_long;
use std::fmt;
use std::ptr;

use native_api::abi::variant::RawVariant;
use native_api::value::Value;

use crate::ledger::Ledger;
use crate::variant;

/// One argument.
#[derive(Clone)]
pub enum Argument {
    /// A value, passed as 1C passes it.
    Value(Value),
    /// A string of any UTF-16 units, lone surrogates and NULs included.
    Units(Vec<u16>),
    /// The bytes and nothing behind them, not even a NUL, under a code that counts what it points at:
    /// `PWSTR` (an odd last byte is not counted), `PSTR` or `BLOB`.
    Counted(u16, Vec<u8>),
    /// A variant as it is: other number types, dates that are none, unknown codes. Where the code stands
    /// for an address, the address must be null.
    Raw(RawVariant),
}

// SAFETY: only a raw variant holds pointers, and none that anybody follows: where the code stands for an address,
// `write` sees to it that it is null.
unsafe impl Send for Argument {}
// SAFETY: as above.
unsafe impl Sync for Argument {}

/// How many characters of a string are shown.
const SHOWN: usize = 60;

impl fmt::Display for Argument {
    /// The beginning of what is long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(Value::String(text)) => write_text(f, text),
            Self::Value(Value::Blob(bytes)) => write!(f, "blob of {} bytes", bytes.len()),
            Self::Value(value) => write!(f, "{value:?}"),
            Self::Units(units) if units.len() > SHOWN => write!(f, "string of {} units", units.len()),
            Self::Units(units) => write!(f, "{:?}", String::from_utf16_lossy(units)),
            Self::Counted(code, bytes) => write!(f, "{} bytes as {code}", bytes.len()),
            // SAFETY: all members of the payload are plain data, and every bit pattern is a value.
            Self::Raw(raw) => write!(f, "code {} of {:02x?}", raw.vt, unsafe { raw.payload.id }),
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    match text.char_indices().nth(SHOWN) {
        None => write!(f, "{text:?}"),
        Some((end, _)) => write!(f, "{:?}… of {} bytes", &text[..end], text.len()),
    }
}

/// What [`Instance::call`](crate::Instance::call) takes: `()`, an array of one type, a tuple of several, or
/// a vector of [`Argument`]s.
pub trait Arguments {
    /// The arguments in their order.
    fn into_arguments(self) -> Vec<Argument>;
}

impl Arguments for () {
    fn into_arguments(self) -> Vec<Argument> {
        Vec::new()
    }
}

impl Arguments for Vec<Argument> {
    fn into_arguments(self) -> Vec<Argument> {
        self
    }
}

impl<T: Into<Value>, const N: usize> Arguments for [T; N] {
    fn into_arguments(self) -> Vec<Argument> {
        self.into_iter().map(|value| Argument::Value(value.into())).collect()
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        impl<$($name: Into<Value>),+> Arguments for ($($name,)+) {
            fn into_arguments(self) -> Vec<Argument> {
                #[allow(non_snake_case, reason = "the names of the types serve for the values")]
                let ($($name,)+) = self;
                vec![$(Argument::Value($name.into())),+]
            }
        }
    )+};
}
tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) }

/// Variants for one call of a method; what they point at is freed when this is dropped.
pub struct Parameters<'a> {
    ledger: &'a Ledger,
    pub(crate) variants: Vec<RawVariant>,
    count: Option<c_long>,
    array_is_null: bool,
}

impl<'a> Parameters<'a> {
    pub(crate) fn new(ledger: &'a Ledger, arguments: Vec<Argument>) -> Self {
        let variants = arguments.into_iter().map(|argument| write(ledger, argument)).collect();
        Self { ledger, variants, count: None, array_is_null: false }
    }

    /// Declares another number of parameters than there are; the memory for them is there.
    ///
    /// # Panics
    /// When `count` is greater than 1000.
    #[must_use]
    pub fn declare(mut self, count: c_long) -> Self {
        let needed = usize::try_from(count).unwrap_or(0);
        assert!(needed <= 1000, "{count} parameters are more than a test needs");
        if self.variants.len() < needed {
            self.variants.resize(needed, RawVariant::EMPTY);
        }
        self.count = Some(count);
        self
    }

    /// Passes a null pointer for the array; the declared number stays.
    #[must_use]
    pub fn null_array(mut self) -> Self {
        self.array_is_null = true;
        self
    }

    /// The array and its declared length; without parameters, null.
    pub(crate) fn raw(&mut self) -> (*mut RawVariant, c_long) {
        let length = c_long::try_from(self.variants.len()).expect("a short list");
        let array =
            if self.array_is_null || length == 0 { ptr::null_mut() } else { self.variants.as_mut_ptr() };
        (array, self.count.unwrap_or(length))
    }
}

impl Drop for Parameters<'_> {
    fn drop(&mut self) {
        for variant in &self.variants {
            variant::release(self.ledger, variant);
        }
    }
}

pub(crate) fn write(ledger: &Ledger, argument: Argument) -> RawVariant {
    match argument {
        Argument::Value(value) => variant::write(ledger, &value),
        Argument::Units(units) => variant::write_units(ledger, units),
        Argument::Counted(code, bytes) => variant::write_counted(ledger, code, &bytes),
        Argument::Raw(raw) => {
            assert!(variant::address(&raw).is_none(), "a raw address must be null");
            raw
        }
    }
}
