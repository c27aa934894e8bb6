//! A backtracking search with one limit after another.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use fancy_regex::{Regex, RegexBuilder, seek_pattern_is_useful};

use super::Verdict;

/// Steps of backtracking before a search is given up. One step may look at the whole message, so that no number
/// of steps is a bound in time: a search gets ten times as many only if the last one was quick.
const LIMITS: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

/// A search that took longer is not repeated with more steps.
const QUICK: Duration = Duration::from_millis(20);

/// A pattern, compiled with each of the limits when a message needs it.
#[derive(Debug)]
pub(super) struct Ladder {
    pattern: String,
    seek: bool,
    regexes: [OnceLock<Regex>; LIMITS.len()],
}

impl Ladder {
    /// With `seek`, steps are spent only where an approximation of the pattern, found in linear time, says that a
    /// match may begin, and not on each character.
    pub(super) fn new(pattern: &str, seek: bool) -> fancy_regex::Result<Self> {
        let ladder =
            Self { pattern: pattern.to_owned(), seek, regexes: [const { OnceLock::new() }; LIMITS.len()] };
        let _ = ladder.regexes[0].set(ladder.compile(LIMITS[0])?);
        Ok(ladder)
    }

    pub(super) fn judge(&self, message: &str) -> Verdict {
        for regex in self.regexes() {
            let begun = Instant::now();
            match regex.is_match(message) {
                Ok(found) => return Verdict::of(found),
                Err(_) if begun.elapsed() > QUICK => break,
                Err(_) => {}
            }
        }
        Verdict::Undecided
    }

    /// The regular expression with one limit after another.
    fn regexes(&self) -> impl Iterator<Item = &Regex> {
        self.regexes.iter().zip(LIMITS).map(|(regex, limit)| {
            regex.get_or_init(|| self.compile(limit).expect("it has compiled with another limit"))
        })
    }

    fn compile(&self, limit: usize) -> fancy_regex::Result<Regex> {
        let mut builder = RegexBuilder::new(&self.pattern);
        builder.backtrack_limit(limit);
        if self.seek {
            builder.seek_filter(|approximation| {
                seek_pattern_is_useful(approximation) || !approximation.is_ascii()
            });
        }
        builder.build()
    }
}
