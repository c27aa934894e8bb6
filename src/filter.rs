//! The regular expression that stands before the queue.

use fancy_regex::{Regex, RegexBuilder};

/// Longest pattern, in bytes.
pub const LONGEST_PATTERN: usize = 64 << 10;

/// Steps of backtracking before a search is given up: about 10 ms.
const BACKTRACK_LIMIT: usize = 100_000;

/// Tells which messages are wanted.
#[derive(Debug, Default)]
pub struct Filter(Option<Regex>);

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
        let regex = RegexBuilder::new(pattern).backtrack_limit(BACKTRACK_LIMIT).build();
        regex.map(|regex| Self(Some(regex))).map_err(|error| error.to_string())
    }

    /// Whether `message` is wanted.
    #[must_use]
    pub fn judge(&self, message: &str) -> Verdict {
        match self.0.as_ref().map(|regex| regex.is_match(message)) {
            None | Some(Ok(true)) => Verdict::Wanted,
            Some(Ok(false)) => Verdict::Unwanted,
            Some(Err(_)) => Verdict::Undecided,
        }
    }
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
}
