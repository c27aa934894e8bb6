//! Which request gets which fault.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// One fault for each request in turn, and the last for all that follow.
pub(super) struct InTurn<F>(Mutex<VecDeque<F>>);

impl<F: Clone + Default> InTurn<F> {
    pub(super) fn new(faults: Vec<F>) -> Self {
        Self(Mutex::new(faults.into()))
    }

    /// From now on, these and nothing else.
    pub(super) fn set(&self, faults: Vec<F>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = faults.into();
    }

    pub(super) fn next(&self) -> F {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if left.len() > 1 { left.pop_front() } else { left.front().cloned() }.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stays() {
        let turns = InTurn::new(vec![1, 2]);
        assert_eq!([turns.next(), turns.next(), turns.next()], [1, 2, 2]);
        turns.set(Vec::new());
        assert_eq!(turns.next(), 0);
    }
}
