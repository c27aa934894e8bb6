//! The notation of the tables: what is done and what must happen, word after word.
//!
//! | word | meaning |
//! |---|---|
//! | `connect=yes` | 1C calls a method, and this is what it returns; see [`acts`](crate::stage) |
//! | `@reset` | the world outside does something |
//! | `Close=1006` | the next event |
//! | `Hint` | a hint of the notify mode has come since the last one |
//! | `yes\|no` | either |
//! | `Text=1?` | the next event, if it is this one |
//! | `{Fail=Http:503 Waiting}*` | these events, any number of times |
//!
//! After the last word nothing may be lost, no event may be left, the object must end without a complaint of the
//! host, and its connections must end at the other side too; `lost=N` says what a fault may cost.

use std::iter::Peekable;
use std::str::SplitAsciiWhitespace;

/// One word, or a group of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A call of 1C or an act of the world: its name, and what it may give.
    Act { name: &'static str, argument: &'static str },
    /// Events of which the next must be one.
    Event(Vec<&'static str>),
    /// Events of which the next may be one.
    Perhaps(Vec<&'static str>),
    /// A hint.
    Hint,
    /// Events that may come again and again.
    Repeated(Vec<Self>),
}

/// Reads a script.
pub(crate) fn parse(text: &'static str) -> Vec<Step> {
    let mut words = text.split_ascii_whitespace().peekable();
    let steps = steps(&mut words);
    assert!(words.next().is_none(), "a brace too many: {text}");
    steps
}

fn steps(words: &mut Peekable<SplitAsciiWhitespace<'static>>) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(word) = words.next_if(|word| *word != "}*") {
        steps.push(match word {
            "{" => {
                let group = self::steps(words);
                assert_eq!(words.next(), Some("}*"), "a brace is not closed");
                assert!(matches!(group.first(), Some(Step::Event(_))), "a group begins with an event");
                Step::Repeated(group)
            }
            "Hint" => Step::Hint,
            word if word.starts_with(|first: char| first.is_ascii_uppercase()) => {
                match word.strip_suffix('?') {
                    Some(word) => Step::Perhaps(alternatives(word)),
                    None => Step::Event(alternatives(word)),
                }
            }
            word => {
                let (name, argument) = word.split_once('=').unwrap_or((word, ""));
                Step::Act { name, argument }
            }
        });
    }
    steps
}

fn alternatives(word: &'static str) -> Vec<&'static str> {
    word.split('|').collect()
}

#[test]
fn words_are_told_apart() {
    let act = |name, argument| Step::Act { name, argument };
    assert_eq!(
        parse("connect=yes Open|Fail Hint Text=x? @reset { Fail=Http:503 Waiting }* state=Closed"),
        [
            act("connect", "yes"),
            Step::Event(vec!["Open", "Fail"]),
            Step::Hint,
            Step::Perhaps(vec!["Text=x"]),
            act("@reset", ""),
            Step::Repeated(vec![Step::Event(vec!["Fail=Http:503"]), Step::Event(vec!["Waiting"])]),
            act("state", "Closed"),
        ]
    );
}
