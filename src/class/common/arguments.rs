//! Values of a call, read as what members want.

use std::ops::RangeInclusive;
use std::time::Duration;

use native_api::{Arguments, Misuse, MisuseKind, Text, Value};
use serde_json::{Map, Value as Json};

use super::LONGEST_TIME;
use crate::filter::Filter;

/// A regular expression among the arguments.
pub(in crate::class) fn filter(arguments: &Arguments<'_>, index: usize) -> Result<Filter, Misuse> {
    Filter::new(arguments.string(index)?).map_err(|why| {
        syntax(index, "регулярное выражение", "a regular expression", Text::made(&*why, why.clone()))
    })
}

/// A text that does not have the form it must have.
pub(in crate::class) fn syntax(index: usize, ru: &'static str, en: &'static str, got: Text) -> Misuse {
    Misuse::bad_value(MisuseKind::Syntax, index, Text::fixed(ru, en), got)
}

/// A time among the arguments, in seconds.
pub(in crate::class) fn seconds(arguments: &Arguments<'_>, index: usize) -> Result<Duration, Misuse> {
    Ok(Duration::from_secs_f64(arguments.number(index, 0.0..=LONGEST_TIME)?))
}

/// A time among the arguments, in seconds, or `otherwise` when it is omitted.
pub(in crate::class) fn seconds_or(
    arguments: &Arguments<'_>,
    index: usize,
    otherwise: Duration,
) -> Result<Duration, Misuse> {
    match arguments.value(index) {
        Value::Empty => Ok(otherwise),
        _ => seconds(arguments, index),
    }
}

/// A whole number among the arguments, as a size.
pub(in crate::class) fn size(value: &Arguments<'_>, range: RangeInclusive<f64>) -> Result<usize, Misuse> {
    let number = value.whole(0, range)?;
    usize::try_from(number).map_err(|_| {
        let expected = Text::fixed("Число поменьше", "a smaller Number");
        Misuse::bad_value(MisuseKind::Range, 0, expected, Text::made(number.to_string(), number.to_string()))
    })
}

/// A size as 1C reads it.
pub(in crate::class) fn count(size: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sizes of things in memory are far below 2^53")]
    let number = size as f64;
    number
}

/// A text of visible ASCII, as tokens are; it may be empty.
pub(in crate::class) fn token<'a>(arguments: &Arguments<'a>, index: usize) -> Result<&'a str, Misuse> {
    let token = arguments.string(index)?;
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(token);
    }
    let got = Text::fixed("строка с другими знаками", "a string with other characters");
    Err(syntax(index, "токен из латинских букв, цифр и знаков", "a token of visible ASCII", got))
}

/// A JSON array of strings.
pub(in crate::class) fn strings(arguments: &Arguments<'_>, index: usize) -> Result<Vec<String>, Misuse> {
    let strings = serde_json::from_str(arguments.string(index)?);
    strings.map_err(|error| bad_json(index, "массив строк JSON", "a JSON array of strings", &error))
}

/// The text of a JSON object, as it came.
pub(in crate::class) fn object<'a>(arguments: &Arguments<'a>, index: usize) -> Result<&'a str, Misuse> {
    let text = arguments.string(index)?;
    let object = serde_json::from_str::<Map<String, Json>>(text);
    object.map(|_| text).map_err(|error| bad_json(index, "объект JSON", "a JSON object", &error))
}

fn bad_json(index: usize, ru: &'static str, en: &'static str, error: &serde_json::Error) -> Misuse {
    let (line, column) = (error.line(), error.column());
    let got = Text::made(
        format!("другой текст (строка {line}, позиция {column})"),
        format!("another text (line {line}, column {column})"),
    );
    syntax(index, ru, en, got)
}
