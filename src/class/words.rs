//! Values that are words: accepted in both languages, read back in English.

use native_api::class::Name;
use native_api::{Arguments, Misuse, MisuseKind, Text};

/// The words of one setting.
pub(super) type Words<T> = &'static [(T, Name)];

/// The value that a word means; letter case does not count.
pub(super) fn read<T: Copy>(arguments: &Arguments<'_>, index: usize, words: Words<T>) -> Result<T, Misuse> {
    let word = arguments.string(index)?;
    if let Some((value, _)) = words.iter().find(|(_, name)| name.is(word.trim())) {
        return Ok(*value);
    }
    let list = |pick: fn(&Name) -> &'static str| {
        let names = words.iter().map(|(_, name)| pick(name)).collect::<Vec<_>>();
        names.join(", ")
    };
    Err(Misuse::bad_value(
        MisuseKind::Syntax,
        index,
        Text::made(format!("одно из: {}", list(|name| name.ru)), format!("one of: {}", list(|name| name.en))),
        Text::fixed("другое слово", "another word"),
    ))
}

/// The English word of a value.
pub(super) fn english<T: PartialEq>(value: &T, words: Words<T>) -> &'static str {
    words.iter().find(|(known, _)| known == value).map_or("", |(_, name)| name.en)
}
