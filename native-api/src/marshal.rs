//! [`Value`] ↔ `tVariant`.
//!
//! Reading is lenient: every integer code, dates as `TM` or OLE, `NULL` as no value; an unknown code is an
//! answer, never undefined behaviour. Writing uses only what 1C reads: `BOOL`, `I4`, `R8`, `TM`, `PWSTR`,
//! `BLOB`.

use std::ffi::c_void;

use crate::abi::variant::{Payload, RawVariant, Span, vt};
use crate::date::Date;
use crate::memory::Memory;
use crate::returned::Lent;
use crate::utf16;
use crate::value::Value;

/// Why a variant could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// A code that no value of 1C has.
    Code(u16),
    /// A date that does not exist.
    Date,
    /// A null pointer with a length.
    Null,
}

/// Copies the value out of a variant.
///
/// # Safety
/// `raw` points to a variant that is readable, and what it points to is readable for its length.
#[inline]
pub(crate) unsafe fn read(raw: *const RawVariant) -> Result<Value, Unreadable> {
    if raw.is_null() {
        return Err(Unreadable::Null);
    }
    // SAFETY: readable by the contract above; alignment is not relied on.
    let RawVariant { payload, vt: code, .. } = unsafe { raw.read_unaligned() };
    // SAFETY (all reads of the union): every member is valid for any bytes, and the platform fills at
    // least the member that `vt` names.
    Ok(match code {
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
        vt::I8 => Value::Number(approximate(unsafe { payload.i64 }.into())),
        // SAFETY: see above.
        vt::UI8 => Value::Number(approximate(unsafe { payload.u64 }.into())),
        // SAFETY: see above.
        vt::R4 => Value::Number(unsafe { payload.f32 }.into()),
        // SAFETY: see above.
        vt::R8 => Value::Number(unsafe { payload.f64 }),
        // SAFETY: see above.
        vt::TM => Value::Date(Date::from_tm(&unsafe { payload.tm }).ok_or(Unreadable::Date)?),
        // SAFETY: see above.
        vt::DATE => Value::Date(Date::from_ole(unsafe { payload.f64 }).ok_or(Unreadable::Date)?),
        vt::PWSTR | vt::PSTR | vt::BLOB => {
            // SAFETY: see above.
            let span = unsafe { payload.span };
            // SAFETY: the caller vouches for what the variant points to.
            unsafe { read_span(code, span) }?
        }
        unknown => return Err(Unreadable::Code(unknown)),
    })
}

/// # Safety
/// `span.ptr` is null or readable for `span.len` elements of the size that `code` means.
unsafe fn read_span(code: u16, span: Span) -> Result<Value, Unreadable> {
    let width = if code == vt::PWSTR { 2 } else { 1 };
    let length = usize::try_from(span.len).map_err(|_| Unreadable::Null)?;
    let bytes = match (span.ptr.is_null(), length) {
        (_, 0) => &[],
        (true, _) => return Err(Unreadable::Null),
        // SAFETY: not null, and readable for this many bytes by the contract above.
        (false, _) => unsafe { std::slice::from_raw_parts(span.ptr.cast::<u8>(), length * width) },
    };
    Ok(match code {
        vt::PWSTR => {
            let (units, _) = bytes.as_chunks::<2>();
            Value::String(utf16::decode(units))
        }
        vt::PSTR => Value::String(String::from_utf8_lossy(bytes).into_owned()),
        _ => Value::Blob(bytes.to_vec()),
    })
}

/// Writes `value` into a variant that holds nothing to free. `false` when the platform gives no memory; the
/// variant is empty then.
///
/// # Safety
/// `raw` points to a variant that may be written.
pub(crate) unsafe fn write(raw: *mut RawVariant, value: Lent<'_>, memory: Option<Memory>) -> bool {
    let filled = to_raw(value, memory);
    // SAFETY: writable by the contract above; alignment is not relied on.
    unsafe { raw.write_unaligned(filled.unwrap_or(RawVariant::EMPTY)) };
    filled.is_some()
}

#[inline]
fn to_raw(value: Lent<'_>, memory: Option<Memory>) -> Option<RawVariant> {
    let mut raw = RawVariant::EMPTY;
    (raw.vt, raw.payload) = match value {
        Lent::Value(Value::Empty) => return Some(raw),
        Lent::Value(Value::Bool(value)) => (vt::BOOL, Payload { bool: u8::from(*value) }),
        Lent::Value(Value::Number(value)) => match whole_i32(*value) {
            Some(whole) => (vt::I4, Payload { i32: whole }),
            None => (vt::R8, Payload { f64: *value }),
        },
        Lent::Value(Value::Date(value)) => (vt::TM, Payload { tm: value.to_tm() }),
        Lent::Value(Value::String(value)) => (vt::PWSTR, string(value, memory?)?),
        Lent::Text(value) => (vt::PWSTR, string(value, memory?)?),
        Lent::Value(Value::Blob(value)) => (vt::BLOB, blob(value, memory?)?),
        Lent::Bytes(value) => (vt::BLOB, blob(value, memory?)?),
    };
    Some(raw)
}

fn string(text: &str, memory: Memory) -> Option<Payload> {
    let mut units = Vec::new();
    utf16::append(text, &mut units);
    let len = u32::try_from(units.len()).ok()?;
    units.push(0);
    Some(span(memory.copy_units(&units)?.hand_over(), len))
}

fn blob(bytes: &[u8], memory: Memory) -> Option<Payload> {
    let len = u32::try_from(bytes.len()).ok()?;
    Some(span(memory.copy_bytes(bytes)?.hand_over(), len))
}

fn span(ptr: *mut c_void, len: u32) -> Payload {
    Payload { span: Span { ptr, len } }
}

/// The value as `i32` when it is a whole number of that range.
fn whole_i32(value: f64) -> Option<i32> {
    let whole = value.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&value);
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range by the line above")]
    whole.then_some(value as i32)
}

#[expect(clippy::cast_precision_loss, reason = "BSL's own way of 64-bit numbers: exact up to 2^53")]
fn approximate(value: i128) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(raw: &RawVariant) -> Result<Value, Unreadable> {
        // SAFETY: tests only make variants whose pointers are null or live.
        unsafe { read(raw) }
    }

    #[test]
    fn scalars_round_trip_in_the_codes_that_1c_reads() {
        for (value, code) in [
            (Value::Empty, vt::EMPTY),
            (Value::Bool(true), vt::BOOL),
            (Value::Number(-5.0), vt::I4),
            (Value::Number(2_147_483_648.0), vt::R8),
            (Value::Number(0.5), vt::R8),
            (Value::Date(Date { year: 2026, month: 11, day: 22, hour: 1, minute: 2, second: 3 }), vt::TM),
        ] {
            let raw = to_raw(Lent::Value(&value), None).unwrap();
            assert_eq!(raw.vt, code);
            assert_eq!(read_back(&raw), Ok(value));
        }
    }

    #[test]
    fn every_code_is_answered() {
        for code in 0..=u16::MAX {
            let raw = RawVariant { vt: code, ..RawVariant::EMPTY };
            match read_back(&raw) {
                Ok(_) => assert!(code <= vt::BLOB),
                Err(Unreadable::Code(unknown)) => assert_eq!(unknown, code),
                // A `tm` of zeros is day 0 of a month.
                Err(other) => assert_eq!((other, code), (Unreadable::Date, vt::TM)),
            }
        }
    }

    #[test]
    fn a_null_string_with_a_length_is_refused_and_without_one_is_empty() {
        let mut raw = RawVariant { vt: vt::PWSTR, payload: span(std::ptr::null_mut(), 0), elements: 0 };
        assert_eq!(read_back(&raw), Ok(Value::String(String::new())));
        raw.payload = span(std::ptr::null_mut(), 7);
        assert_eq!(read_back(&raw), Err(Unreadable::Null));
    }
}
