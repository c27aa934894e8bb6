//! One thing that was found.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// It is so, and right.
    Fact,
    /// It may be the reason on some machines.
    Remark,
    /// It has to be put right.
    Wrong,
}

/// One thing that was found, in Russian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub gravity: Gravity,
    /// What it is.
    pub text: String,
}

impl Finding {
    /// Something that is so, and right.
    pub fn fact(text: impl Into<String>) -> Self {
        Self { gravity: Gravity::Fact, text: text.into() }
    }

    /// Something that may be the reason on some machines.
    pub fn remark(text: impl Into<String>) -> Self {
        Self { gravity: Gravity::Remark, text: text.into() }
    }

    /// Something that has to be put right.
    pub fn wrong(text: impl Into<String>) -> Self {
        Self { gravity: Gravity::Wrong, text: text.into() }
    }
}
