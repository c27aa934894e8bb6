//! [`Value`] ↔ `tVariant`, on the side of the platform.

use std::ffi::c_void;
use std::ptr;

use native_api::abi::variant::{Payload, RawVariant, Span, vt};
use native_api::date::Date;
use native_api::value::Value;

use crate::ledger::Ledger;
use crate::problem::Problem;
use crate::repeated::Answer;
use crate::text::{TextFault, wide};

/// Writes a value as 1C passes it: whole numbers that fit as `I4`, others as `R8`, dates as `TM`.
pub(crate) fn write(ledger: &Ledger, value: &Value) -> RawVariant {
    let (vt, payload) = match value {
        Value::Empty => return RawVariant::EMPTY,
        Value::Bool(value) => (vt::BOOL, Payload { bool: (*value).into() }),
        Value::Number(value) => number(*value),
        Value::String(value) => (vt::PWSTR, terminated(ledger, &wide(value))),
        Value::Date(value) => (vt::TM, Payload { tm: value.to_tm() }),
        Value::Blob(value) if value.is_empty() => (vt::BLOB, Payload { span: span(ptr::null_mut(), 0) }),
        Value::Blob(value) => (vt::BLOB, Payload { span: span(ledger.store(value).as_ptr(), value.len()) }),
    };
    RawVariant { payload, elements: 0, vt }
}

/// Writes a string of any UTF-16 units.
pub(crate) fn write_units(ledger: &Ledger, mut units: Vec<u16>) -> RawVariant {
    units.push(0);
    RawVariant { payload: terminated(ledger, &units), elements: 0, vt: vt::PWSTR }
}

/// Writes bytes with nothing behind them. The length counts units for `PWSTR`, bytes for the others.
///
/// # Panics
/// When `code` is neither `PWSTR` nor `PSTR` nor `BLOB`.
pub(crate) fn write_counted(ledger: &Ledger, code: u16, bytes: &[u8]) -> RawVariant {
    assert!(matches!(code, vt::PWSTR | vt::PSTR | vt::BLOB), "code {code} counts nothing");
    let len = if code == vt::PWSTR { bytes.len() / 2 } else { bytes.len() };
    RawVariant { payload: Payload { span: span(ledger.store(bytes).as_ptr(), len) }, elements: 0, vt: code }
}

/// A string whose last unit is the NUL, which is not counted.
fn terminated(ledger: &Ledger, units: &[u16]) -> Payload {
    Payload { span: span(ledger.store(units).as_ptr(), units.len() - 1) }
}

fn number(value: f64) -> (u16, Payload) {
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, and the comparison tells")]
    let whole = value as i32;
    if f64::from(whole) == value {
        (vt::I4, Payload { i32: whole })
    } else {
        (vt::R8, Payload { f64: value })
    }
}

fn span(ptr: *mut c_void, len: usize) -> Span {
    Span { ptr, len: len.try_into().expect("a test's value is shorter than 4 GiB") }
}

/// Reads a value of the add-in and frees what it points at. `Err` gives a code that 1C cannot read.
pub(crate) fn take(ledger: &Ledger, variant: &RawVariant) -> Result<Value, u16> {
    let payload = &variant.payload;
    // Variants of the host are zeroed before the add-in gets them, and all members of the payload are plain
    // data for which every bit pattern is a value; so each of them may be read.
    Ok(match variant.vt {
        vt::EMPTY | vt::NULL => Value::Empty,
        // SAFETY: see above.
        vt::BOOL => Value::Bool(unsafe { payload.bool } != 0),
        // SAFETY: see above.
        vt::I1 => Value::Number(unsafe { payload.i8 }.into()),
        // SAFETY: see above.
        vt::UI1 => Value::Number(unsafe { payload.u8 }.into()),
        // SAFETY: see above.
        vt::I2 => Value::Number(unsafe { payload.i16 }.into()),
        // SAFETY: see above.
        vt::UI2 => Value::Number(unsafe { payload.u16 }.into()),
        // SAFETY: see above.
        vt::I4 | vt::INT | vt::ERROR | vt::HRESULT => Value::Number(unsafe { payload.i32 }.into()),
        // SAFETY: see above.
        vt::UI4 | vt::UINT => Value::Number(unsafe { payload.u32 }.into()),
        // SAFETY: see above.
        vt::R4 => Value::Number(unsafe { payload.f32 }.into()),
        // SAFETY: see above.
        vt::R8 => Value::Number(unsafe { payload.f64 }),
        // SAFETY: see above.
        vt::DATE => Value::Date(Date::from_ole(unsafe { payload.f64 }).ok_or(vt::DATE)?),
        // SAFETY: see above.
        vt::TM => Value::Date(Date::from_tm(unsafe { &payload.tm }).ok_or(vt::TM)?),
        // SAFETY: see above.
        vt::PWSTR => Value::String(take_string(ledger, unsafe { payload.span }).ok_or(vt::PWSTR)?),
        // SAFETY: see above.
        vt::BLOB => Value::Blob(take_blob(ledger, unsafe { payload.span }).ok_or(vt::BLOB)?),
        unknown => return Err(unknown),
    })
}

/// Frees a value of the add-in unread, and tells its size.
pub(crate) fn discard(ledger: &Ledger, variant: &RawVariant) -> Answer {
    let payload = &variant.payload;
    let answer = match variant.vt {
        // SAFETY: as in `take`.
        vt::BOOL => Answer::Bool(unsafe { payload.bool } != 0),
        // SAFETY: as in `take`.
        vt::PWSTR | vt::BLOB => Answer::Sized(unsafe { payload.span }.len),
        vt::EMPTY => Answer::Empty,
        _ => Answer::Other,
    };
    release(ledger, variant);
    answer
}

/// Frees what a parameter points at after a call; the add-in may have put something else there.
pub(crate) fn release(ledger: &Ledger, variant: &RawVariant) {
    if let Some(address) = address(variant) {
        ledger.free(address, "parameter");
    }
}

/// The address that a variant holds, if it is of a kind that holds one, and not null.
pub(crate) fn address(variant: &RawVariant) -> Option<*mut c_void> {
    if !matches!(variant.vt, vt::PSTR | vt::PWSTR | vt::BLOB | vt::INTERFACE | vt::VARIANT) {
        return None;
    }
    // SAFETY: all members of the payload are plain data, and every bit pattern is a value.
    let span = unsafe { variant.payload.span };
    (!span.ptr.is_null()).then_some(span.ptr)
}

fn take_string(ledger: &Ledger, span: Span) -> Option<String> {
    const ROLE: &str = "string";
    if span.ptr.is_null() {
        return (span.len == 0).then(String::new);
    }
    let count = usize::try_from(span.len).ok()?;
    ledger.take(span.ptr, ROLE, |block| match block.units().get(..=count) {
        Some([units @ .., 0]) => decode(ROLE, units),
        // 1C counts, but hosts that do not would read on: every add-in in use writes the NUL.
        Some(_) => Err(Problem::NotTerminated { role: ROLE }),
        None if block.units().len() == count => Err(Problem::NotTerminated { role: ROLE }),
        None => Err(Problem::TooLong { role: ROLE, bytes: block.bytes(), claimed: 2 * count }),
    })
}

fn take_blob(ledger: &Ledger, span: Span) -> Option<Vec<u8>> {
    const ROLE: &str = "blob";
    if span.ptr.is_null() {
        return (span.len == 0).then(Vec::new);
    }
    let count = usize::try_from(span.len).ok()?;
    ledger.take(span.ptr, ROLE, |block| {
        let blob = block.contents().get(..count).map(<[u8]>::to_vec);
        blob.ok_or(Problem::TooLong { role: ROLE, bytes: block.bytes(), claimed: count })
    })
}

/// Reads and frees a NUL-terminated name in the platform's memory; a null pointer is no name.
pub(crate) fn take_name(ledger: &Ledger, name: *const u16) -> Option<String> {
    const ROLE: &str = "name";
    if name.is_null() {
        return None;
    }
    ledger.take(name.cast(), ROLE, |block| {
        let units = block.units();
        let end = units.iter().position(|&unit| unit == 0).ok_or(Problem::NotTerminated { role: ROLE })?;
        decode(ROLE, &units[..end])
    })
}

fn decode(role: &'static str, units: &[u16]) -> Result<String, Problem> {
    String::from_utf16(units).map_err(|_| Problem::Text { role, fault: TextFault::NotUtf16 })
}
