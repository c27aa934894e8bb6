//! Which connection gets which fault.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::fault::Fault;

/// One fault for each connection in turn, and the last for all that follow.
pub(crate) struct Turns(Mutex<VecDeque<Fault>>);

impl Turns {
    /// `always` when there are none in turn.
    pub(crate) fn new(always: &Fault, in_turn: &[Fault]) -> Self {
        Self(Mutex::new(if in_turn.is_empty() { [always.clone()].into() } else { in_turn.to_vec().into() }))
    }

    /// From now on, this and nothing else.
    pub(crate) fn set(&self, always: Fault) {
        *self.lock() = [always].into();
    }

    pub(crate) fn next(&self) -> Fault {
        let mut left = self.lock();
        match left.len() {
            0 | 1 => left.front().cloned(),
            _ => left.pop_front(),
        }
        .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stays() {
        let turns = Turns::new(&Fault::Reset, &[Fault::HangUp, Fault::Refuse(404), Fault::None]);
        let seen = [turns.next(), turns.next(), turns.next(), turns.next()];
        assert_eq!(seen, [Fault::HangUp, Fault::Refuse(404), Fault::None, Fault::None]);
        turns.set(Fault::Eof);
        assert_eq!([turns.next(), turns.next()], [Fault::Eof, Fault::Eof]);
        assert_eq!(Turns::new(&Fault::Reset, &[]).next(), Fault::Reset);
    }
}
