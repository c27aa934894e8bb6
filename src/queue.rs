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

/// First in, first out, within [`Limits`]. An entry larger than the limit in bytes fits into an empty queue.
#[derive(Debug)]
pub struct BoundedQueue<T> {
    entries: VecDeque<(T, usize)>,
    bytes: usize,
    limits: Limits,
}

impl<T> BoundedQueue<T> {
    /// An empty queue.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { entries: VecDeque::new(), bytes: 0, limits }
    }

    /// Whether an entry of `bytes` would be within the limits.
    #[must_use]
    pub fn has_room(&self, bytes: usize) -> bool {
        let fits = self.entries.len() < self.limits.entries && self.bytes + bytes <= self.limits.bytes;
        fits || self.entries.is_empty()
    }

    /// Appends an entry that weighs `bytes`, whatever the limits: asking [`has_room`](Self::has_room) is the
    /// caller's policy.
    pub fn push(&mut self, entry: T, bytes: usize) {
        self.bytes += bytes;
        self.entries.push_back((entry, bytes));
    }

    /// Takes the oldest entry.
    pub fn pop(&mut self) -> Option<T> {
        let (entry, bytes) = self.entries.pop_front()?;
        self.bytes -= bytes;
        Some(entry)
    }

    /// Throws everything away.
    pub fn clear(&mut self) {
        *self = Self::new(self.limits);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_count_and_an_empty_queue_takes_anything() {
        let mut queue = BoundedQueue::new(Limits { entries: 2, bytes: 10 });
        assert!(queue.has_room(1000));
        queue.push('a', 6);
        assert!(queue.has_room(4));
        assert!(!queue.has_room(5));
        queue.push('b', 0);
        assert!(!queue.has_room(0));
        assert_eq!(queue.pop(), Some('a'));
        assert!(queue.has_room(10));
        assert_eq!((queue.pop(), queue.pop(), queue.len()), (Some('b'), None, 0));
    }
}
