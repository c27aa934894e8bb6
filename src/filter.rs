//! The regular expression that stands before the queue.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use fancy_regex::{Regex, RegexBuilder};

/// Longest pattern, in bytes.
pub const LONGEST_PATTERN: usize = 64 << 10;

/// Steps of backtracking before a search is given up. One step may look at the whole message, so that no number
/// of steps is a bound in time: a search gets ten times as many only if the last one was quick.
const BACKTRACK_LIMITS: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

/// A search that took longer is not repeated with more steps.
const QUICK: Duration = Duration::from_millis(20);

/// Tells which messages are wanted.
#[derive(Debug, Default)]
pub struct Filter(Option<Search>);

/// A pattern, compiled with each of the limits when a message needs it.
#[derive(Debug)]
struct Search {
    pattern: String,
    regexes: [OnceLock<Regex>; BACKTRACK_LIMITS.len()],
}

impl Filter {
    /// A filter for messages in which `pattern` is found; an empty pattern wants all.
    ///
    /// # Errors
    /// What is wrong with the pattern, and where.
    pub fn new(pattern: &str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Ok(Self(None));
        }
        if pattern.len() > LONGEST_PATTERN {
            return Err(format!("longer than {LONGEST_PATTERN} bytes"));
        }
        let least = compile(pattern, BACKTRACK_LIMITS[0]).map_err(|error| error.to_string())?;
        let regexes = [const { OnceLock::new() }; BACKTRACK_LIMITS.len()];
        let _ = regexes[0].set(least);
        Ok(Self(Some(Search { pattern: pattern.to_owned(), regexes })))
    }

    /// Whether `message` is wanted.
    #[must_use]
    pub fn judge(&self, message: &str) -> Verdict {
        let Some(search) = &self.0 else { return Verdict::Wanted };
        for regex in search.regexes() {
            let begun = Instant::now();
            match regex.is_match(message) {
                Ok(true) => return Verdict::Wanted,
                Ok(false) => return Verdict::Unwanted,
                Err(_) if begun.elapsed() > QUICK => break,
                Err(_) => {}
            }
        }
        Verdict::Undecided
    }
}

impl Search {
    /// The regular expression with one limit after another.
    fn regexes(&self) -> impl Iterator<Item = &Regex> {
        self.regexes.iter().zip(BACKTRACK_LIMITS).map(|(regex, limit)| {
            regex.get_or_init(|| compile(&self.pattern, limit).expect("it has compiled with another limit"))
        })
    }
}

fn compile(pattern: &str, backtrack_limit: usize) -> fancy_regex::Result<Regex> {
    RegexBuilder::new(pattern).backtrack_limit(backtrack_limit).build()
}

/// What a filter says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The pattern was found.
    Wanted,
    /// It was not.
    Unwanted,
    /// The search ran into its limit. The message is let through: one too many is better than a lost one.
    Undecided,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(pattern: &str, message: &str) -> Verdict {
        Filter::new(pattern).unwrap().judge(message)
    }

    #[test]
    fn a_pattern_is_searched_not_anchored() {
        let pattern = r#""event":"order\.(create|update)""#;
        assert_eq!(verdict(pattern, r#"{"id":1,"event":"order.update"}"#), Verdict::Wanted);
        assert_eq!(verdict(pattern, r#"{"event":"order.delete"}"#), Verdict::Unwanted);
    }

    #[test]
    fn an_empty_pattern_wants_everything() {
        assert_eq!(verdict("", ""), Verdict::Wanted);
    }

    #[test]
    fn look_ahead_works_and_cyrillic_ignores_case() {
        assert_eq!(verdict("(?i)ЗАКАЗ(?!ано)", "новый заказ"), Verdict::Wanted);
        assert_eq!(verdict("(?i)ЗАКАЗ(?!ано)", "заказано"), Verdict::Unwanted);
    }

    #[test]
    fn a_broken_pattern_is_told() {
        assert!(!Filter::new("(a").unwrap_err().is_empty());
        assert!(Filter::new(&"(".repeat(10_000)).is_err());
        assert!(Filter::new(&"a".repeat(LONGEST_PATTERN + 1)).is_err());
    }

    #[test]
    fn a_search_without_end_is_given_up() {
        assert_eq!(verdict("^(?:(?!x)(a|aa))+$", &format!("{}!", "a".repeat(60))), Verdict::Undecided);
    }

    #[test]
    fn a_search_of_cheap_steps_has_many_of_them() {
        let message = "b".repeat(40_000);
        for (message, expected) in [(message.clone() + "a", Verdict::Wanted), (message, Verdict::Unwanted)] {
            // The machine may have been busy with something else.
            assert!((0..100).any(|_| verdict("(?!x)a", &message) == expected));
        }
    }

    /// Each of so many steps looks at a mebibyte: with their number alone as the bound it took minutes.
    #[test]
    fn a_search_of_costly_steps_has_few_of_them() {
        let (begun, message) = (Instant::now(), "a".repeat(1 << 20));
        for pattern in [r#"(?=.*"b")(?=.*"c")"#, "(?=.*b)a", "(?<!x).*y", r"(\w+)\1!"] {
            assert_eq!(verdict(pattern, &message), Verdict::Undecided, "{pattern}");
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_pattern_that_would_be_huge_is_refused_or_given_up() {
        for pattern in ["(?:(?:x{1000}){1000}){1000}", "(?=a)(?:(?:x{1000}){1000}){1000}"] {
            assert!(Filter::new(pattern).is_err(), "{pattern}");
        }
        let nested = "(?:(?:(?:(?=a)x{0,1000}){0,1000}){0,1000}){0,1000}!";
        assert_eq!(verdict(nested, &"ax".repeat(10_000)), Verdict::Undecided);
    }
}
