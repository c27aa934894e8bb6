//! A queue with a bound in entries and in bytes.

use std::collections::VecDeque;

/// Bounds of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most entries.
    pub entries: usize,
    /// Most bytes in all entries together.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 100_000, bytes: 64 << 20 }
    }
}

impl Limits {
    /// Twice as much of both.
    #[must_use]
    pub const fn doubled(self) -> Self {
        Self { entries: self.entries.saturating_mul(2), bytes: self.bytes.saturating_mul(2) }
    }
}

/// First in, first out. Whether an entry is within the limits is asked before; keeping to them is the caller's
/// policy.
#[derive(Debug)]
pub struct BoundedQueue<T> {
    entries: VecDeque<(T, usize)>,
    bytes: usize,
}

impl<T> BoundedQueue<T> {
    /// An empty queue.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: VecDeque::new(), bytes: 0 }
    }

    /// Whether an entry of `bytes` would be within the limits. One that is larger than the limit in bytes fits
    /// into an empty queue.
    #[must_use]
    pub fn has_room(&self, bytes: usize, limits: Limits) -> bool {
        let fits = self.entries.len() < limits.entries && self.bytes.saturating_add(bytes) <= limits.bytes;
        fits || self.entries.is_empty()
    }

    /// Whether no more than half of either limit is used.
    #[must_use]
    pub fn is_half_empty(&self, limits: Limits) -> bool {
        self.entries.len() <= limits.entries / 2 && self.bytes <= limits.bytes / 2
    }

    /// Appends an entry that weighs `bytes`.
    pub fn push(&mut self, entry: T, bytes: usize) {
        self.bytes += bytes;
        self.entries.push_back((entry, bytes));
    }

    /// Puts an entry before the first one that `follows` it: back to where it was taken from, whatever the limits.
    pub fn put_back(&mut self, entry: T, bytes: usize, follows: impl Fn(&T) -> bool) {
        let at = self.iter().position(follows).unwrap_or(self.len());
        self.bytes += bytes;
        self.entries.insert(at, (entry, bytes));
    }

    /// Takes the oldest entry.
    pub fn pop(&mut self) -> Option<T> {
        let (entry, bytes) = self.entries.pop_front()?;
        self.bytes -= bytes;
        Some(entry)
    }

    /// The oldest entry.
    #[must_use]
    pub fn peek(&self) -> Option<&T> {
        self.entries.front().map(|(entry, _)| entry)
    }

    /// Takes the oldest entry that `wanted` names.
    pub fn extract(&mut self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        let at = self.entries.iter().position(|(entry, _)| wanted(entry))?;
        let (entry, bytes) = self.entries.remove(at)?;
        self.bytes -= bytes;
        Some(entry)
    }

    /// Throws away all entries but those that `kept` names; how many.
    pub fn retain(&mut self, kept: impl Fn(&T) -> bool) -> usize {
        let before = self.entries.len();
        self.entries.retain(|(entry, _)| kept(entry));
        self.bytes = self.entries.iter().map(|(_, bytes)| bytes).sum();
        before - self.entries.len()
    }

    /// All entries, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(entry, _)| entry)
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T> Default for BoundedQueue<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_count_and_an_empty_queue_takes_anything() {
        let limits = Limits { entries: 2, bytes: 10 };
        let mut queue = BoundedQueue::new();
        assert!(queue.has_room(1000, limits));
        queue.push('a', 6);
        assert!(queue.has_room(4, limits));
        assert!(!queue.has_room(5, limits) && queue.has_room(5, limits.doubled()));
        queue.push('b', 0);
        assert!(!queue.has_room(0, limits));
        assert_eq!(queue.pop(), Some('a'));
        assert!(queue.has_room(10, limits) && queue.is_half_empty(limits));
        for entry in ['d', 'c'] {
            queue.put_back(entry, 1, |other| *other > entry);
        }
        assert_eq!(queue.iter().collect::<String>(), "bcd", "beyond the limits, too");
        assert!(!queue.has_room(0, limits) && queue.has_room(18, limits.doubled()));
        assert_eq!(queue.extract(|entry| *entry == 'b'), Some('b'));
        queue.push('e', 3);
        assert_eq!((queue.retain(|entry| *entry == 'e'), queue.len()), (2, 1));
        assert!(queue.has_room(7, limits) && !queue.has_room(8, limits), "bytes are those of what was kept");
    }
}
