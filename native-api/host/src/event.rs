//! External events: the platform's buffer between the add-in and the thread that runs BSL.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use crate::sync::lock;

/// What `ВнешнееСобытие(Источник, Событие, Данные)` gets, and how it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `Источник`.
    pub source: String,
    /// `Событие`.
    pub event: String,
    /// `Данные`.
    pub data: String,
    /// When the add-in called.
    pub at: Instant,
    /// The thread it called from.
    pub thread: ThreadId,
}

/// What became of the calls of `ExternalEvent` so far; `attempts` is the sum of the others, but for calls
/// that have not returned yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventCounts {
    /// Calls in all.
    pub attempts: u64,
    /// Answered true and kept.
    pub accepted: u64,
    /// Answered false.
    pub refused: u64,
    /// Answered true and lost, by [`Faults::lose_events_within`](crate::Faults::lose_events_within).
    pub lost: u64,
}

struct State {
    depth: usize,
    queue: VecDeque<Event>,
    counts: EventCounts,
    last_kept: Option<Instant>,
    /// Threads that wait for a change; without any, nobody is woken.
    waiting: usize,
}

pub(crate) struct EventBuffer {
    state: Mutex<State>,
    changed: Condvar,
    depth_limit: usize,
}

impl EventBuffer {
    /// A buffer of depth 1, as 1C has it until it is told otherwise.
    pub(crate) fn new(depth_limit: usize) -> Self {
        let state = State {
            depth: 1,
            queue: VecDeque::new(),
            counts: EventCounts::default(),
            last_kept: None,
            waiting: 0,
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), depth_limit }
    }

    pub(crate) fn attempted(&self) {
        self.update(|state| state.counts.attempts += 1);
    }

    /// Drops the event and answers false when the buffer is full.
    pub(crate) fn push(&self, event: Event) -> bool {
        self.update(|state| {
            let room = state.queue.len() < state.depth;
            if room {
                state.last_kept = Some(event.at);
                state.queue.push_back(event);
                state.counts.accepted += 1;
            } else {
                state.counts.refused += 1;
            }
            room
        })
    }

    pub(crate) fn refuse(&self) -> bool {
        self.update(|state| state.counts.refused += 1);
        false
    }

    /// Whether the event is lost because it came sooner than `interval` after the last one kept.
    pub(crate) fn loses(&self, event: &Event, interval: Duration) -> bool {
        self.update(|state| {
            let lost = state.last_kept.is_some_and(|last| event.at.duration_since(last) < interval);
            state.counts.lost += u64::from(lost);
            lost
        })
    }

    pub(crate) fn counts(&self) -> EventCounts {
        lock(&self.state).counts
    }

    pub(crate) fn next(&self, timeout: Duration) -> Option<Event> {
        self.wait(timeout, |state| state.queue.pop_front())
    }

    pub(crate) fn wait_for_attempts(&self, attempts: u64, timeout: Duration) -> bool {
        self.wait(timeout, |state| (state.counts.attempts >= attempts).then_some(())).is_some()
    }

    /// Refuses a depth that this platform does not accept. What does not fit any more is dropped, the
    /// latest first.
    pub(crate) fn set_depth(&self, depth: usize) -> bool {
        let accepted = (1..=self.depth_limit).contains(&depth);
        if accepted {
            self.update(|state| {
                state.depth = depth;
                state.queue.truncate(depth);
            });
        }
        accepted
    }

    pub(crate) fn depth(&self) -> usize {
        lock(&self.state).depth
    }

    pub(crate) fn clear(&self) {
        lock(&self.state).queue.clear();
    }

    fn update<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = lock(&self.state);
        let result = change(&mut state);
        if state.waiting > 0 {
            self.changed.notify_all();
        }
        result
    }

    fn wait<R>(&self, timeout: Duration, mut take: impl FnMut(&mut State) -> Option<R>) -> Option<R> {
        let start = Instant::now();
        let mut state = lock(&self.state);
        state.waiting += 1;
        let result = loop {
            if let Some(result) = take(&mut state) {
                break Some(result);
            }
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                break None;
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        };
        state.waiting -= 1;
        result
    }
}
