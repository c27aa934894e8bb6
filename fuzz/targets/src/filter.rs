//! The regular expression before the queue: any pattern is taken or refused, and any search ends, in bounded time and
//! memory. How long is too long is the fuzzer's to say.

use vestnik::filter::{Filter, Verdict};

use crate::fields::first_line;

/// So many times the text is repeated: what does not take linear time shows.
const REPEATED: usize = 200;

/// The first line is the pattern, the rest is the text.
pub fn target(data: &[u8]) {
    let (pattern, text) = first_line(data);
    let (pattern, text) = (String::from_utf8_lossy(pattern), String::from_utf8_lossy(text));
    let Ok(filter) = Filter::new(&pattern) else { return };
    let verdict = filter.judge(&text);
    // A search that took long is given up sooner, and how long it takes is not always the same.
    let decided = [verdict, filter.judge(&text)].into_iter().filter(|verdict| *verdict != Verdict::Undecided);
    assert!(decided.collect::<Vec<_>>().windows(2).all(|two| two[0] == two[1]), "a filter remembers nothing");
    assert!(!pattern.is_empty() || verdict == Verdict::Wanted);
    let _ = filter.judge(&text.repeat(REPEATED));
}
