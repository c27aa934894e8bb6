//! What a parsed pattern tells before any message is seen.
//!
//! Only patterns made of well-known parts are read; of any other (subroutines, conditionals, verbs such as
//! `(*ACCEPT)`, absent operators, `\Z`) nothing is said but that the engine must search as it is.

use fancy_regex::{Assertion, Expr, LookAround};

/// Most literals that are searched for; each costs a pass over the message.
const MOST_LITERALS: usize = 4;

/// Whether it takes no backtracking: the engine then hands it whole to an automaton.
pub(super) fn is_regular(expr: &Expr) -> bool {
    !matches!(expr, Expr::LookAround(..) | Expr::AtomicGroup(_) | Expr::Backref { .. })
        && is_well_known(expr)
        && expr.children_iter().all(is_regular)
}

/// A group whose match some condition asks for, and which the pattern does not have: the engine overlooks that until
/// it searches, and then panics.
pub(super) fn missing_group(expr: &Expr) -> Option<usize> {
    fn groups(expr: &Expr) -> usize {
        usize::from(matches!(expr, Expr::Group(_))) + expr.children_iter().map(groups).sum::<usize>()
    }
    fn asked_for(expr: &Expr) -> usize {
        let here = if let Expr::BackrefExistsCondition { group, .. } = expr { *group } else { 0 };
        expr.children_iter().map(asked_for).fold(here, usize::max)
    }
    Some(asked_for(expr)).filter(|group| *group > groups(expr))
}

/// Whether the places where a match may begin can be sought by what the engine approximates the pattern with.
///
/// It approximates a back reference by the pattern of its group, of which it leaves out the assertions of a
/// position, but not those of a word boundary: such a match would be missed.
pub(super) fn may_seek(expr: &Expr) -> bool {
    fn contains(expr: &Expr, sought: fn(&Expr) -> bool) -> bool {
        sought(expr) || expr.children_iter().any(|child| contains(child, sought))
    }
    is_readable(expr)
        && !(contains(expr, |expr| matches!(expr, Expr::Backref { .. }))
            && contains(expr, |expr| matches!(expr, Expr::Assertion(_))))
}

/// Literals that every message with a match contains, the longest first.
pub(super) fn required_literals(expr: &Expr) -> Vec<String> {
    let mut literals = Literals::default();
    if is_readable(expr) {
        literals.read(expr);
        literals.end();
    }
    let mut found = literals.found;
    found.sort_by_key(|literal| std::cmp::Reverse(literal.len()));
    let mut required: Vec<String> = Vec::new();
    for literal in found {
        if required.len() < MOST_LITERALS && !required.iter().any(|longer| longer.contains(&literal)) {
            required.push(literal);
        }
    }
    required
}

fn is_readable(expr: &Expr) -> bool {
    is_well_known(expr) && expr.children_iter().all(is_readable)
}

fn is_well_known(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Empty
            | Expr::Any { .. }
            | Expr::Assertion(
                Assertion::StartText
                    | Assertion::EndText
                    | Assertion::StartLine { .. }
                    | Assertion::EndLine { .. }
                    | Assertion::WordBoundary
                    | Assertion::NotWordBoundary
            )
            | Expr::Literal { .. }
            | Expr::Delegate { .. }
            | Expr::Concat(_)
            | Expr::Alt(_)
            | Expr::Group(_)
            | Expr::Repeat { .. }
            | Expr::LookAround(..)
            | Expr::AtomicGroup(_)
            | Expr::Backref { .. }
    )
}

/// The literals that have been read.
#[derive(Default)]
struct Literals {
    found: Vec<String>,
    /// The literal that is being read: what comes next may continue it.
    current: String,
}

impl Literals {
    fn read(&mut self, expr: &Expr) {
        match expr {
            Expr::Literal { val, casei: false } => self.current.push_str(val),
            Expr::Literal { val, casei: true } => val.chars().for_each(|char| self.read_caseless(char)),
            Expr::Concat(children) => children.iter().for_each(|child| self.read(child)),
            Expr::Group(child) => self.read(child),
            Expr::AtomicGroup(child) => self.read(child),
            // They match a place, not a text.
            Expr::Empty
            | Expr::Assertion(_)
            | Expr::LookAround(_, LookAround::LookAheadNeg | LookAround::LookBehindNeg) => {}
            Expr::LookAround(child, LookAround::LookAhead | LookAround::LookBehind) => {
                let current = std::mem::take(&mut self.current);
                self.read(child);
                self.end();
                self.current = current;
            }
            Expr::Repeat { child, lo: 1.., hi: 1.., .. } => {
                self.end();
                self.read(child);
                self.end();
            }
            _ => self.end(),
        }
    }

    /// A character in either case. Which letters are the same, and how long they are, is the engine's to know
    /// (`k` is also the sign of kelvin).
    fn read_caseless(&mut self, char: char) {
        if char.is_ascii() && !char.is_ascii_alphabetic() {
            self.current.push(char);
        } else {
            self.end();
        }
    }

    fn end(&mut self) {
        if !self.current.is_empty() {
            self.found.push(std::mem::take(&mut self.current));
        }
    }
}
