//! `tVariant`: the tagged value that carries parameters and results.

use std::ffi::{c_int, c_void};
use std::mem::{align_of, offset_of, size_of};

/// Value codes of `tVariant::vt`. Any other number may come from the platform, so it is never an `enum`.
pub mod vt {
    /// No value: `Неопределено`.
    pub const EMPTY: u16 = 0;
    /// `NULL`, treated as no value.
    pub const NULL: u16 = 1;
    /// 16-bit signed integer.
    pub const I2: u16 = 2;
    /// 32-bit signed integer: how whole numbers come from 1C.
    pub const I4: u16 = 3;
    /// 32-bit floating point.
    pub const R4: u16 = 4;
    /// 64-bit floating point: how all other numbers come from 1C.
    pub const R8: u16 = 5;
    /// Days since 1899-12-30 as 64-bit floating point.
    pub const DATE: u16 = 6;
    /// A C `struct tm`: how dates come from 1C.
    pub const TM: u16 = 7;
    /// Narrow string, counted in bytes.
    pub const PSTR: u16 = 8;
    /// Interface pointer; not supported by 1C in either direction.
    pub const INTERFACE: u16 = 9;
    /// Error code, read as a 32-bit integer.
    pub const ERROR: u16 = 10;
    /// One-byte Boolean.
    pub const BOOL: u16 = 11;
    /// Nested variant; not supported.
    pub const VARIANT: u16 = 12;
    /// 8-bit signed integer.
    pub const I1: u16 = 13;
    /// 8-bit unsigned integer.
    pub const UI1: u16 = 14;
    /// 16-bit unsigned integer.
    pub const UI2: u16 = 15;
    /// 32-bit unsigned integer.
    pub const UI4: u16 = 16;
    /// 64-bit signed integer; never given to 1C, which cannot read it.
    pub const I8: u16 = 17;
    /// 64-bit unsigned integer; never given to 1C, which cannot read it.
    pub const UI8: u16 = 18;
    /// Native signed integer, 32 bits on every target.
    pub const INT: u16 = 19;
    /// Native unsigned integer, 32 bits on every target.
    pub const UINT: u16 = 20;
    /// `HRESULT`, read as a 32-bit integer.
    pub const HRESULT: u16 = 21;
    /// UTF-16 string, counted in 2-byte units: how strings come from 1C.
    pub const PWSTR: u16 = 22;
    /// Binary data, counted in bytes.
    pub const BLOB: u16 = 23;
    /// 16-byte class identifier.
    pub const CLSID: u16 = 24;
}

/// C `struct tm` of the target. 1C leaves the zone fields meaningless.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Tm {
    /// Seconds, 0-60.
    pub sec: c_int,
    /// Minutes, 0-59.
    pub min: c_int,
    /// Hours, 0-23.
    pub hour: c_int,
    /// Day of the month, 1-31.
    pub mday: c_int,
    /// Month, 0-11.
    pub mon: c_int,
    /// Years since 1900.
    pub year: c_int,
    /// Day of the week, 0 = Sunday.
    pub wday: c_int,
    /// Day of the year, 0-365.
    pub yday: c_int,
    /// Daylight saving flag, ignored by 1C.
    pub isdst: c_int,
    /// Offset from UTC in seconds, ignored by 1C.
    #[cfg(not(windows))]
    pub gmtoff: std::ffi::c_long,
    /// Zone abbreviation, ignored by 1C.
    #[cfg(not(windows))]
    pub zone: *const std::ffi::c_char,
}

/// String or binary data in a variant: a pointer and its length.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Span {
    /// First element; may be null when `len` is 0.
    pub ptr: *mut c_void,
    /// UTF-16 units for `PWSTR`, bytes for `PSTR` and `BLOB`; a terminating NUL is not counted.
    pub len: u32,
}

/// The union inside `tVariant`; which member holds is told by [`RawVariant::vt`].
#[derive(Clone, Copy)]
#[repr(C)]
#[allow(missing_docs)]
pub union Payload {
    pub i8: i8,
    pub u8: u8,
    pub i16: i16,
    pub u16: u16,
    pub i32: i32,
    pub u32: u32,
    pub i64: i64,
    pub u64: u64,
    pub f32: f32,
    pub f64: f64,
    /// Any non-zero byte is true; kept as a byte because the host's byte is not checked.
    pub bool: u8,
    pub tm: Tm,
    pub span: Span,
    pub id: [u8; 16],
}

/// `tVariant`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct RawVariant {
    /// The value.
    pub payload: Payload,
    /// Number of elements of an array; always 0 here.
    pub elements: u32,
    /// One of the codes in [`vt`], or anything else.
    pub vt: u16,
}

impl RawVariant {
    /// A variant without a value, every byte of it zero.
    pub const EMPTY: Self = {
        // SAFETY: all members are integers, floats or raw pointers, for which zero bytes are a valid value.
        unsafe { std::mem::zeroed() }
    };
}

/// Expected layout: (size of `tm`, offset of `cbElements`, offset of `vt`, size, alignment).
const LAYOUT: (usize, usize, usize, usize, usize) =
    match (cfg!(windows), cfg!(target_pointer_width = "64"), cfg!(target_arch = "x86")) {
        (true, true, _) => (36, 40, 44, 48, 8),
        (true, false, _) => (36, 40, 44, 48, 8),
        (false, true, _) => (56, 56, 60, 64, 8),
        (false, false, true) => (44, 44, 48, 52, 4),
        // 32-bit ARM aligns 64-bit members to 8 bytes.
        (false, false, false) => (44, 48, 52, 56, 8),
    };

const _: () = assert!(size_of::<Tm>() == LAYOUT.0);
const _: () = assert!(offset_of!(RawVariant, elements) == LAYOUT.1);
const _: () = assert!(offset_of!(RawVariant, vt) == LAYOUT.2);
const _: () = assert!(size_of::<RawVariant>() == LAYOUT.3);
const _: () = assert!(align_of::<RawVariant>() == LAYOUT.4);
const _: () = assert!(offset_of!(Span, len) == size_of::<usize>());
