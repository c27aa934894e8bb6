//! UTF-16 strings of the border, read and written from the platform's side.

use std::fmt;

use native_api::abi::component::WideStr;
use widestring::U16CStr;

/// What is wrong with a string that the add-in gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// A null pointer.
    Null,
    /// An address that no `char16_t` can have.
    Unaligned,
    /// A surrogate without its other half.
    NotUtf16,
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "is a null pointer",
            Self::Unaligned => "is not aligned",
            Self::NotUtf16 => "is not UTF-16",
        })
    }
}

/// A name for the add-in: one of BSL's, or one as raw as a hostile host could pass it.
pub trait Name {
    /// The units and a NUL behind them; `None`: a null pointer.
    fn into_wide(self) -> Option<Vec<u16>>;
}

/// `None` is a null pointer.
impl Name for Option<&str> {
    fn into_wide(self) -> Option<Vec<u16>> {
        self.map(wide)
    }
}

/// The text and its NUL.
pub(crate) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// Reads up to the NUL.
///
/// # Safety
/// `text` is null, or readable up to and including a NUL, and nothing writes there meanwhile.
pub(crate) unsafe fn read(text: WideStr) -> Result<String, TextFault> {
    if text.is_null() {
        return Err(TextFault::Null);
    }
    if !text.is_aligned() {
        return Err(TextFault::Unaligned);
    }
    // SAFETY: not null and aligned, the rest is what the caller promises.
    let text = unsafe { U16CStr::from_ptr_str(text) };
    text.to_string().map_err(|_| TextFault::NotUtf16)
}
