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

    /// Whether `message` is wanted. A search that runs into its limit lets the message through: a message too
    /// many is better than a lost one.
    #[must_use]
    pub fn admits(&self, message: &str) -> bool {
        self.0.as_ref().is_none_or(|regex| regex.is_match(message).unwrap_or(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_searched_not_anchored() {
        let filter = Filter::new(r#""event":"order\.(create|update)""#).unwrap();
        assert!(filter.admits(r#"{"id":1,"event":"order.update"}"#));
        assert!(!filter.admits(r#"{"event":"order.delete"}"#));
    }

    #[test]
    fn an_empty_pattern_admits_everything() {
        assert!(Filter::new("").unwrap().admits(""));
    }

    #[test]
    fn look_ahead_works_and_cyrillic_ignores_case() {
        assert!(Filter::new("(?i)ЗАКАЗ(?!ано)").unwrap().admits("новый заказ"));
        assert!(!Filter::new("(?i)ЗАКАЗ(?!ано)").unwrap().admits("заказано"));
    }

    #[test]
    fn a_broken_pattern_is_told() {
        assert!(!Filter::new("(a").unwrap_err().is_empty());
        assert!(Filter::new(&"(".repeat(10_000)).is_err());
        assert!(Filter::new(&"a".repeat(LONGEST_PATTERN + 1)).is_err());
    }

    #[test]
    fn a_search_without_end_lets_the_message_through() {
        let filter = Filter::new("^(?:(?!x)(a|aa))+$").unwrap();
        assert!(filter.admits(&format!("{}!", "a".repeat(60))));
    }
}
