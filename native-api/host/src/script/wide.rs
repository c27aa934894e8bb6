//! Names as a hostile host spells them.

use std::fmt;

use fastrand::Rng;

use crate::script::values::length;
use crate::text::Name;

/// Units of a name, whatever they are; `None` is a null pointer. A NUL follows them when they are passed.
#[derive(Clone)]
pub(crate) struct Wide(Option<Vec<u16>>);

/// The longest name has two to the power of this units, about, and a NUL only behind the last of them.
const HUGE: u32 = 19;

impl Wide {
    /// One of `known` names, in its own case or in another, or what is none.
    pub(crate) fn random(rng: &mut Rng, known: &[&str]) -> Self {
        let known = rng.choice(known).copied().unwrap_or_default();
        Self(match rng.u8(..12) {
            0 => None,
            1 => Some(Vec::new()),
            2 => Some(known.encode_utf16().chain([0xD800]).collect()),
            3 => Some([0xDC00, 0xD800].into_iter().chain(known.encode_utf16()).collect()),
            4 => Some(known.encode_utf16().chain([0]).chain(known.encode_utf16()).collect()),
            5 => Some((0..length(rng, HUGE)).map(|_| rng.u16(1..)).collect()),
            6 => Some((0..rng.usize(1..40)).map(|_| rng.u16(..)).collect()),
            7 => Some(known.encode_utf16().skip(rng.usize(..3)).collect()),
            8 => Some(known.to_uppercase().encode_utf16().collect()),
            9 => Some(known.to_lowercase().encode_utf16().collect()),
            _ => Some(known.encode_utf16().collect()),
        })
    }

    /// The name as it is.
    pub(crate) fn exact(name: &str) -> Self {
        Self(Some(name.encode_utf16().collect()))
    }

    /// Whether the add-in reads it as `name`.
    pub(crate) fn reads_as(&self, name: &str) -> bool {
        let units = self.0.as_ref().map(|units| units.iter().copied().take_while(|&unit| unit != 0));
        units.is_some_and(|units| units.eq(name.encode_utf16()))
    }
}

impl Name for &Wide {
    fn into_wide(self) -> Option<Vec<u16>> {
        self.0.as_ref().map(|units| units.iter().copied().chain([0]).collect())
    }
}

impl fmt::Display for Wide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("null"),
            Some(units) if units.len() <= 60 => write!(f, "{:?}", String::from_utf16_lossy(units)),
            Some(units) => write!(f, "a name of {} units", units.len()),
        }
    }
}
