//! Which connection, or which request, gets which fault.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One fault for each in turn, and the last for all that follow.
pub(crate) struct Turns<F>(Mutex<VecDeque<F>>);

impl<F: Clone + Default> Turns<F> {
    /// No fault at all when there are none in turn.
    pub(crate) fn new(in_turn: Vec<F>) -> Self {
        Self(Mutex::new(in_turn.into()))
    }

    /// From now on, these and nothing else.
    pub(crate) fn set(&self, in_turn: Vec<F>) {
        *self.lock() = in_turn.into();
    }

    pub(crate) fn next(&self) -> F {
        let mut left = self.lock();
        if left.len() > 1 { left.pop_front() } else { left.front().cloned() }.unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<F>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stays() {
        let turns = Turns::new(vec![1, 2]);
        assert_eq!([turns.next(), turns.next(), turns.next()], [1, 2, 2]);
        turns.set(vec![3]);
        assert_eq!([turns.next(), turns.next()], [3, 3]);
        turns.set(Vec::new());
        assert_eq!(turns.next(), 0);
    }
}
