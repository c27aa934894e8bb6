//! How important a record is.

use native_api::class::Name;

/// Importance of a record; a log holds those of its level and the more important ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Level {
    /// Something that was asked for could not be done.
    Error = 1,
    /// Something was lost, given up or tried again.
    Warn,
    /// What an administrator wants to know of a connection's life.
    #[default]
    Info,
    /// What the 1C developer wants to know: every message, every call.
    Debug,
    /// What we ourselves want to know.
    Trace,
}

impl Level {
    /// The levels as 1C names them.
    pub const WORDS: &'static [(Self, Name)] = &[
        (Self::Error, Name { en: "error", ru: "ошибка" }),
        (Self::Warn, Name { en: "warn", ru: "предупреждение" }),
        (Self::Info, Name { en: "info", ru: "сведения" }),
        (Self::Debug, Name { en: "debug", ru: "отладка" }),
        (Self::Trace, Name { en: "trace", ru: "трассировка" }),
    ];

    /// The English word.
    pub(super) fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(level, _)| *level == self).map_or("", |(_, name)| name.en)
    }

    /// 1 for the most important one, and so on.
    pub(super) const fn rank(self) -> u8 {
        self as u8
    }
}
