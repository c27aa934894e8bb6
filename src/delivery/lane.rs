//! Messages, and what stands among them, in the order of their numbers.
//!
//! Texts that came together are one entry, whose block of memory they share: to put in a thousand of them costs as
//! much as one.

use std::collections::VecDeque;
use std::sync::Arc;
use std::{mem, vec};

use super::inbox::Numbered;
use crate::message::{Occurrence, Payload};
use crate::queue::Limits;
use crate::shared_text::SharedText;
use crate::texts::Texts;

/// First in, first out. Keeping to limits is the caller's policy.
#[derive(Debug, Default)]
pub(super) struct Lane {
    entries: VecDeque<Entry>,
    /// Messages, and their bytes.
    messages: usize,
    bytes: usize,
    /// What is no message: beside the limits.
    notices: usize,
}

#[derive(Debug)]
enum Entry {
    One(Numbered),
    Run(Run),
}

/// Texts with numbers one after the other; never empty.
#[derive(Debug)]
struct Run {
    block: Arc<String>,
    /// Where in the block each of them ends.
    ends: vec::IntoIter<usize>,
    /// Where in the block the next one starts.
    start: usize,
    /// The number of the next one.
    number: u64,
}

impl Lane {
    /// Appends an occurrence.
    pub(super) fn push(&mut self, number: u64, occurrence: Occurrence) {
        self.count(&occurrence);
        self.entries.push_back(Entry::One((number, occurrence)));
    }

    /// Appends texts, the first of which has this number.
    pub(super) fn push_texts(&mut self, number: u64, texts: Texts) {
        if texts.is_empty() {
            return;
        }
        self.messages += texts.len();
        self.bytes += texts.bytes();
        let (block, ends) = texts.into_parts();
        let run = Run { block: Arc::new(block), ends: ends.into_iter(), start: 0, number };
        self.entries.push_back(Entry::Run(run));
    }

    /// Puts an occurrence back to its place.
    pub(super) fn put_back(&mut self, number: u64, occurrence: Occurrence) {
        self.count(&occurrence);
        // Never within a run, which has no gap in its numbers.
        let behind = self.entries.iter().position(|entry| entry.number() > number);
        let at = behind.unwrap_or(self.entries.len());
        self.entries.insert(at, Entry::One((number, occurrence)));
    }

    /// Takes the oldest; `spent` was taken before, and may be used for it.
    pub(super) fn pop(&mut self, spent: Option<SharedText>) -> Option<Numbered> {
        self.take(0, spent)
    }

    /// Takes the oldest message.
    pub(super) fn pop_message(&mut self) -> Option<Numbered> {
        self.take(self.entries.iter().position(Entry::is_message)?, None)
    }

    /// The number of the oldest.
    pub(super) fn first(&self) -> Option<u64> {
        self.entries.front().map(Entry::number)
    }

    /// What is no message, the oldest first.
    pub(super) fn notices(&self) -> impl Iterator<Item = &Occurrence> {
        let notices = if self.notices == 0 { 0 } else { self.entries.len() };
        self.entries.iter().take(notices).filter_map(|entry| match entry {
            Entry::One((_, occurrence)) if !occurrence.is_message() => Some(occurrence),
            _ => None,
        })
    }

    /// Throws away what is no message, and not `kept`.
    pub(super) fn retain_notices(&mut self, kept: impl Fn(&Occurrence) -> bool) {
        if self.notices > 0 {
            self.entries.retain(|entry| match entry {
                Entry::One((_, occurrence)) if !occurrence.is_message() => kept(occurrence),
                _ => true,
            });
            self.notices = self.entries.iter().filter(|entry| !entry.is_message()).count();
        }
    }

    /// Throws the messages away; how many.
    pub(super) fn clear_messages(&mut self) -> usize {
        self.entries.retain(|entry| !entry.is_message());
        self.bytes = 0;
        mem::take(&mut self.messages)
    }

    /// Number of messages, and of what stands among them.
    pub(super) const fn len(&self) -> usize {
        self.messages + self.notices
    }

    /// Whether there is nothing.
    pub(super) const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no message.
    pub(super) const fn has_no_messages(&self) -> bool {
        self.messages == 0
    }

    /// Whether so many messages more, of so many `bytes`, are within the limits.
    pub(super) const fn has_room(&self, messages: usize, bytes: usize, limits: Limits) -> bool {
        limits.admit(self.messages.saturating_add(messages), self.bytes.saturating_add(bytes))
    }

    /// Whether no more than half of either limit is used.
    pub(super) const fn is_half_empty(&self, limits: Limits) -> bool {
        self.messages <= limits.entries / 2 && self.bytes <= limits.bytes / 2
    }

    fn count(&mut self, occurrence: &Occurrence) {
        if occurrence.is_message() {
            self.messages += 1;
            self.bytes += occurrence.size();
        } else {
            self.notices += 1;
        }
    }

    /// Takes the first occurrence of an entry.
    fn take(&mut self, at: usize, spent: Option<SharedText>) -> Option<Numbered> {
        if let Entry::Run(run) = self.entries.get_mut(at)? {
            let (number, text) = run.take(spent)?;
            let is_over = run.ends.len() == 0;
            self.messages -= 1;
            self.bytes -= text.size();
            if is_over {
                self.entries.remove(at);
            }
            return Some((number, Occurrence::Message(Payload::Text(text))));
        }
        let Entry::One(one) = self.entries.remove(at)? else { return None };
        if one.1.is_message() {
            self.messages -= 1;
            self.bytes -= one.1.size();
        } else {
            self.notices -= 1;
        }
        Some(one)
    }
}

impl Entry {
    fn is_message(&self) -> bool {
        match self {
            Self::One((_, occurrence)) => occurrence.is_message(),
            Self::Run(_) => true,
        }
    }

    /// The number of its first occurrence.
    const fn number(&self) -> u64 {
        match self {
            Self::One((number, _)) | Self::Run(Run { number, .. }) => *number,
        }
    }
}

impl Run {
    /// Takes the next text, and its number.
    fn take(&mut self, spent: Option<SharedText>) -> Option<(u64, SharedText)> {
        let (start, end) = (self.start, self.ends.next()?);
        let number = self.number;
        (self.start, self.number) = (end, number + 1);
        Some((number, SharedText::instead_of(spent, &self.block, start..end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Cause;

    fn one(text: &str) -> Occurrence {
        Occurrence::Message(Payload::Text(text.into()))
    }

    fn texts(all: &[&str]) -> Texts {
        let mut texts = Texts::default();
        all.iter().for_each(|text| texts.push(text));
        texts
    }

    fn lane() -> Lane {
        let mut lane = Lane::default();
        lane.push(1, Occurrence::CheckQueue(Cause::Start));
        lane.push_texts(2, texts(&["a", "", "bc"]));
        lane.push(5, one("d"));
        lane
    }

    fn rest(lane: &mut Lane) -> Vec<(u64, String)> {
        let left = std::iter::from_fn(|| lane.pop(None));
        let left = left.map(|(number, one)| (number, one.text().unwrap_or("-").to_owned())).collect();
        assert_eq!((lane.len(), lane.messages, lane.bytes), (0, 0, 0));
        left
    }

    fn expected(all: &[(u64, &str)]) -> Vec<(u64, String)> {
        all.iter().map(|(number, text)| (*number, (*text).to_owned())).collect()
    }

    #[test]
    fn texts_of_a_run_are_messages_like_others() {
        let mut lane = lane();
        lane.push_texts(6, Texts::default());
        assert_eq!((lane.len(), lane.messages, lane.bytes), (5, 4, 4));
        assert_eq!(lane.first(), Some(1));
        assert_eq!(rest(&mut lane), expected(&[(1, "-"), (2, "a"), (3, ""), (4, "bc"), (5, "d")]));
    }

    #[test]
    fn the_oldest_message_goes_before_what_is_none() {
        let mut lane = lane();
        for text in ["a", "", "bc", "d"] {
            assert_eq!(lane.pop_message().map(|(_, one)| one), Some(one(text)));
        }
        assert_eq!(lane.pop_message(), None);
        assert_eq!(rest(&mut lane), expected(&[(1, "-")]));
    }

    #[test]
    fn what_comes_back_stands_where_it_stood_even_within_a_run() {
        for missing in 2..=5 {
            let mut lane = lane();
            let mut taken = Vec::new();
            while lane.first().is_some_and(|first| first <= missing) {
                taken.extend(lane.pop(None));
            }
            lane.push_texts(6, texts(&["e", "f"]));
            for (number, one) in taken {
                lane.put_back(number, one);
            }
            let all = [(1, "-"), (2, "a"), (3, ""), (4, "bc"), (5, "d"), (6, "e"), (7, "f")];
            assert_eq!(rest(&mut lane), expected(&all));
        }
        let mut lane = Lane::default();
        lane.push_texts(1, texts(&["a", "b"]));
        lane.push_texts(4, texts(&["d", "e"]));
        lane.put_back(3, one("c"));
        assert_eq!(rest(&mut lane), expected(&[(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")]));
    }

    #[test]
    fn messages_and_notices_are_thrown_away_apart() {
        let mut lane = lane();
        assert_eq!(lane.notices().count(), 1);
        assert_eq!((lane.clear_messages(), lane.len(), lane.has_no_messages()), (4, 1, true));
        assert_eq!(rest(&mut lane), expected(&[(1, "-")]));
        let mut lane = self::lane();
        lane.retain_notices(|_| false);
        assert_eq!((lane.len(), lane.notices().count()), (4, 0));
        assert_eq!(rest(&mut lane).len(), 4);
    }

    #[test]
    fn limits_count_messages_and_their_bytes() {
        let (lane, limits) = (lane(), |entries, bytes| Limits { entries, bytes });
        assert!(lane.has_room(1, 6, limits(5, 10)));
        assert!(!lane.has_room(2, 6, limits(5, 10)) && !lane.has_room(1, 7, limits(5, 10)));
        assert!(lane.is_half_empty(limits(8, 8)) && !lane.is_half_empty(limits(8, 7)));
        assert!(!lane.is_half_empty(limits(7, 8)));
    }
}
