//! Values for members: such as they expect, and such as nobody should pass.

use std::ptr;

use fastrand::Rng;
use native_api::abi::variant::{RawVariant, Span, Tm, vt};
use native_api::date::Date;
use native_api::value::Value;

use crate::argument::Argument;

/// Numbers at which a range may end, or a wait.
const NUMBERS: [f64; 16] = [
    0.0,
    0.001,
    0.05,
    0.3,
    1.0,
    2.0,
    5.0,
    30.0,
    100.0,
    1000.0,
    86_400.0,
    -1.0,
    0.5,
    1e6,
    2_147_483_647.0,
    4e9,
];
/// The longest value has two to the power of this bytes, about.
const HUGE: u32 = 21;
/// The codes whose payload is an address.
const ADDRESSES: [u16; 5] = [vt::PSTR, vt::PWSTR, vt::BLOB, vt::INTERFACE, vt::VARIANT];

/// A value like `example`, of any kind when that is empty; strings are taken from `words` or made up.
pub(super) fn plausible(rng: &mut Rng, example: &Value, words: &[String]) -> Value {
    match example {
        Value::Empty if rng.u8(..3) > 0 => text(rng, words).into(),
        Value::Empty => {
            let examples = [Value::Bool(true), Value::Number(0.0), Value::Blob(Vec::new())];
            let example = rng.usize(..examples.len());
            plausible(rng, &examples[example], words)
        }
        Value::Bool(_) => rng.bool().into(),
        Value::Number(_) => NUMBERS[rng.usize(..NUMBERS.len())].into(),
        Value::String(_) => text(rng, words).into(),
        Value::Date(_) => date(rng).into(),
        Value::Blob(_) if rng.bool() => text(rng, words).into_bytes().into(),
        Value::Blob(_) => bytes(rng).into(),
    }
}

/// A word, the beginning of one, several, or characters that make none. It never begins with a slash that was not
/// given, and never holds `..`, so that it leads to no file outside of the working folder.
fn text(rng: &mut Rng, words: &[String]) -> String {
    let word = rng.choice(words).map_or("", String::as_str);
    match rng.u8(..10) {
        0 => word.chars().take(rng.usize(..40)).collect(),
        1 => format!("{word}{}", rng.choice(words).map_or("", String::as_str)),
        2 => format!("{word}{}", characters(rng)),
        3 => characters(rng),
        4 => characters(rng).repeat(rng.usize(..5000)),
        _ => word.to_owned(),
    }
}

fn characters(rng: &mut Rng) -> String {
    const SOME: [&str; 24] = [
        "a", "Z", "0", "9", "ё", "Я", "😀", "\u{0}", "\r\n", "\u{FEFF}", "\u{202E}", " ", "%00", "{", "}",
        "[1,", "\"", ":", "?", "&", "=", "@", "(a+)+$", "#",
    ];
    let count = rng.usize(1..12);
    (0..count).map(|_| SOME[rng.usize(..SOME.len())]).collect()
}

fn date(rng: &mut Rng) -> Date {
    Date {
        year: rng.u16(1..=9999),
        month: rng.u8(1..=12),
        day: rng.u8(1..=28),
        hour: 23,
        minute: 59,
        second: 59,
    }
}

fn bytes(rng: &mut Rng) -> Vec<u8> {
    let mut bytes = vec![0; length(rng, HUGE)];
    rng.fill(&mut bytes);
    bytes
}

/// A length below two to the power of `longest`; every power is as likely as another.
pub(super) fn length(rng: &mut Rng, longest: u32) -> usize {
    let power = rng.u32(..longest);
    rng.usize(..2 << power)
}

/// What 1C never passes to this member, and memory that is in order all the same.
pub(super) fn hostile(rng: &mut Rng) -> Argument {
    match rng.u8(..12) {
        0 => Argument::Units((0..rng.usize(..100)).map(|_| rng.u16(0xD800..=0xDFFF)).collect()),
        1 => {
            Argument::Units((0..rng.usize(..20)).map(|_| if rng.bool() { 0 } else { rng.u16(..) }).collect())
        }
        2 => Argument::Units(vec![rng.u16(1..); length(rng, HUGE - 1)]),
        3 => Argument::Counted([vt::PWSTR, vt::PSTR, vt::BLOB][rng.usize(..3)], bytes(rng)),
        4 => Argument::Raw(null(rng)),
        5 => Argument::Raw(struct_tm(rng)),
        6 => Argument::Value(strange_number(rng).into()),
        7 => Argument::Value(date(rng).into()),
        8 => Argument::Raw(scalar(rng, |rng| rng.u16(..))),
        9 => Argument::Value(Value::Empty),
        _ => Argument::Raw(scalar(rng, |rng| rng.u16(..=vt::CLSID + 1))),
    }
}

fn strange_number(rng: &mut Rng) -> f64 {
    const STRANGE: [f64; 9] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        9_007_199_254_740_993.0,
        1.5,
    ];
    if rng.bool() { STRANGE[rng.usize(..STRANGE.len())] } else { f64::from_bits(rng.u64(..)) }
}

/// An address that is null, with a length or without.
fn null(rng: &mut Rng) -> RawVariant {
    let len = if rng.bool() { 0 } else { rng.u32(..) };
    let mut raw = RawVariant { vt: ADDRESSES[rng.usize(..ADDRESSES.len())], ..RawVariant::EMPTY };
    raw.payload.span = Span { ptr: ptr::null_mut(), len };
    raw
}

/// Any bits under a code that holds no address.
fn scalar(rng: &mut Rng, code: impl Fn(&mut Rng) -> u16) -> RawVariant {
    let code = code(rng);
    if ADDRESSES.contains(&code) {
        return null(rng);
    }
    let mut raw = RawVariant { vt: code, elements: rng.u32(..), ..RawVariant::EMPTY };
    raw.payload.id = std::array::from_fn(|_| rng.u8(..));
    raw
}

/// A date with fields that may be out of all range.
fn struct_tm(rng: &mut Rng) -> RawVariant {
    let mut field = || match rng.u8(..3) {
        0 => rng.i32(..),
        1 => [i32::MIN, i32::MAX, -1][rng.usize(..3)],
        _ => rng.i32(..32),
    };
    let mut raw = RawVariant { vt: vt::TM, ..RawVariant::EMPTY };
    raw.payload.tm = Tm {
        sec: field(),
        min: field(),
        hour: field(),
        mday: field(),
        mon: field(),
        year: field(),
        wday: field(),
        yday: field(),
        isdst: field(),
        #[cfg(not(windows))]
        gmtoff: field().into(),
        #[cfg(not(windows))]
        zone: ptr::null(),
    };
    raw
}
