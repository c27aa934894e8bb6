//! The regular expression that stands before the queue.

mod ladder;
mod pattern;
#[cfg(test)]
mod tests;

use fancy_regex::{CompileError, Expr, Regex};
use memchr::memmem::Finder;

use ladder::Ladder;

/// Longest pattern, in bytes.
pub const LONGEST_PATTERN: usize = 64 << 10;

/// Tells which messages are wanted.
#[derive(Debug, Default)]
pub struct Filter(Option<Search>);

/// A pattern, ready to be searched.
#[derive(Debug)]
struct Search {
    /// A message that lacks one of them needs no other search.
    required: Vec<Finder<'static>>,
    engine: Engine,
}

/// What searches for the pattern itself.
#[derive(Debug)]
enum Engine {
    /// In time linear to the message.
    Automaton(Regex),
    /// By trying, within limits.
    Backtracking(Box<Ladder>),
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
        Search::new(pattern).map(|search| Self(Some(search))).map_err(|error| error.to_string())
    }

    /// Whether every message is wanted, whatever it says.
    #[must_use]
    pub const fn wants_all(&self) -> bool {
        self.0.is_none()
    }

    /// Whether `message` is wanted.
    #[must_use]
    pub fn judge(&self, message: &str) -> Verdict {
        self.0.as_ref().map_or(Verdict::Wanted, |search| search.judge(message))
    }
}

impl Search {
    fn new(pattern: &str) -> fancy_regex::Result<Self> {
        let tree = Expr::parse_tree(pattern)?.expr;
        if let Some(group) = pattern::missing_group(&tree) {
            return Err(CompileError::InvalidBackref(group).into());
        }
        let required = pattern::required_literals(&tree);
        let engine = if pattern::is_regular(&tree) {
            Engine::Automaton(Regex::new(pattern)?)
        } else {
            Engine::Backtracking(Box::new(Ladder::new(pattern, pattern::may_seek(&tree))?))
        };
        Ok(Self {
            required: required.iter().map(|literal| Finder::new(literal).into_owned()).collect(),
            engine,
        })
    }

    fn judge(&self, message: &str) -> Verdict {
        if self.required.iter().any(|literal| literal.find(message.as_bytes()).is_none()) {
            return Verdict::Unwanted;
        }
        match &self.engine {
            Engine::Automaton(regex) => regex.is_match(message).map_or(Verdict::Undecided, Verdict::of),
            Engine::Backtracking(ladder) => ladder.judge(message),
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

impl Verdict {
    const fn of(found: bool) -> Self {
        if found { Self::Wanted } else { Self::Unwanted }
    }
}
