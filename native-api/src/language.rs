//! Russian or English: which language the texts for this object's user are in.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU8, Ordering};

/// Language of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Russian, also when nothing is known.
    Russian,
    /// English.
    English,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Russian.
    pub ru: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Text {
    /// A text known at compile time.
    #[must_use]
    pub const fn fixed(ru: &'static str, en: &'static str) -> Self {
        Self { ru: Cow::Borrowed(ru), en: Cow::Borrowed(en) }
    }

    /// A text that is made when it is needed.
    pub fn made(ru: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ru: Cow::Owned(ru.into()), en: Cow::Owned(en.into()) }
    }

    /// The text in `language`.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Russian => &self.ru,
            Language::English => &self.en,
        }
    }
}

/// What the platform told about languages: its locale and that of its interface.
#[derive(Debug, Default)]
pub(crate) struct Told(AtomicU8);

impl Told {
    const RUSSIAN: u8 = 1;
    const OTHER: u8 = 2;

    /// Takes a locale (`rus_RUS`, `ru_RU`) or a language code (`ru`).
    pub(crate) fn hear(&self, name: &str) {
        let name = name.to_lowercase();
        let flag = match name.split(['_', '-', '.']).next().unwrap_or_default() {
            "" => return,
            "ru" | "rus" | "russian" => Self::RUSSIAN,
            _ => Self::OTHER,
        };
        self.0.fetch_or(flag, Ordering::Relaxed);
    }

    /// Russian when either told so, or when nothing was told.
    pub(crate) fn language(&self) -> Language {
        match self.0.load(Ordering::Relaxed) {
            Self::OTHER => Language::English,
            _ => Language::Russian,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_unless_something_else_was_told() {
        let language = |names: &[&str]| {
            let told = Told::default();
            names.iter().for_each(|name| told.hear(name));
            told.language()
        };
        assert_eq!(language(&[]), Language::Russian);
        assert_eq!(language(&[""]), Language::Russian);
        assert_eq!(language(&["rus_RUS"]), Language::Russian);
        assert_eq!(language(&["en_US"]), Language::English);
        assert_eq!(language(&["en_US", "ru"]), Language::Russian);
        assert_eq!(language(&["ru_RU.UTF-8", "en"]), Language::Russian);
        assert_eq!(language(&["rundi"]), Language::English);
    }
}
