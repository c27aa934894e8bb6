//! What the task of a session and 1C's threads share: its phase, its outbox, and the wish to end it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use native_api::Text;
use tokio::sync::{Notify, watch};

use super::common::Common;
use super::{CloseRequest, State};
use crate::message::{Closing, Failure, FailureKind, Occurrence, Opening, Payload, Side};
use crate::queue::Limits;
use crate::transport::outbox::{Message, Outbox};

/// What the task and 1C's threads share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) common: Arc<Common>,
    /// The object's. It is open as long as this session is in [`State::Open`]: both change under the lock of `inner`.
    /// No two sessions of an object are, as each waits for the end of the one before.
    pub(crate) outbox: Arc<Outbox>,
    pub(super) inner: Mutex<Inner>,
    /// Both are told of every change of the state: 1C's threads wait for one, tasks for the other.
    pub(super) changed: Condvar,
    pub(super) changed_async: Notify,
    /// Set when the connection shall end.
    pub(super) stop: watch::Sender<Option<CloseRequest>>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) state: State,
    pub(super) subprotocol: String,
    /// Whether there was an open connection before.
    was_open: bool,
    /// Whether the first attempt has succeeded; `None`: it goes on.
    pub(super) first: Option<bool>,
}

impl Shared {
    pub(super) fn new(common: Arc<Common>) -> Self {
        let inner =
            Inner { state: State::Connecting, subprotocol: String::new(), was_open: false, first: None };
        Self {
            outbox: Arc::clone(&common.outbox),
            common,
            inner: Mutex::new(inner),
            changed: Condvar::new(),
            changed_async: Notify::new(),
            stop: watch::Sender::new(None),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self) {
        self.changed.notify_all();
        self.changed_async.notify_waiters();
    }

    pub(super) fn wait_while(
        &self,
        deadline: Instant,
        condition: impl Fn(&Inner) -> bool,
    ) -> MutexGuard<'_, Inner> {
        let mut inner = self.lock();
        while condition(&inner) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            inner = self.changed.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        inner
    }

    /// Enters a phase; messages are accepted in one of them only.
    pub(super) fn enter(&self, inner: &mut Inner, state: State) {
        if std::mem::replace(&mut inner.state, state) == State::Open {
            self.outbox.shut();
        }
        if state == State::Open {
            self.outbox.open();
        }
    }

    /// Goes from one phase to another, unless the end was asked for meanwhile.
    pub(crate) fn go(&self, from: State, to: State) -> bool {
        let mut inner = self.lock();
        let goes = inner.state == from;
        if goes {
            self.enter(&mut inner, to);
            drop(inner);
            self.tell();
        }
        goes
    }

    /// The attempt has succeeded; `false` when 1C has given it up meanwhile.
    pub(crate) fn opened(&self, opening: Opening, greeting: &[String]) -> bool {
        let mut inner = self.lock();
        if inner.state != State::Connecting {
            return false;
        }
        for text in greeting {
            let message = Message { payload: Payload::Text(text.clone()), written: None };
            self.outbox.push(message, Limits { entries: usize::MAX, bytes: usize::MAX });
        }
        inner.subprotocol.clone_from(&opening.subprotocol);
        if std::mem::replace(&mut inner.was_open, true) {
            self.common.statistics.reconnects.count();
        }
        // Who hears of it may send at once; no answer precedes it, as this very task is going to read them.
        self.enter(&mut inner, State::Open);
        self.common.delivery.put(Occurrence::Opened(opening));
        self.common.note_open(true);
        inner.first = Some(true);
        drop(inner);
        self.tell();
        true
    }

    /// The open connection has ended, and its end was told.
    pub(crate) fn left(&self) {
        self.common.note_open(false);
        // What an earlier session still writes is not ours to throw away.
        if self.lock().was_open {
            self.common.statistics.lost.add(self.outbox.clear());
        }
        self.common.delivery.forget_requests();
    }

    /// The session is over.
    fn finish(&self, cleanly: bool) {
        let mut inner = self.lock();
        self.enter(&mut inner, State::Closed { cleanly });
        inner.first.get_or_insert(false);
        drop(inner);
        self.common.delivery.session_ended();
        self.tell();
    }

    /// Whether the end was asked for.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.borrow().is_some()
    }

    /// Who ends the connection, if it ends now.
    pub(crate) fn side(&self) -> Side {
        if self.lock().state == State::Closing { Side::Us } else { Side::Peer }
    }

    /// Waits until the end is asked for.
    pub(crate) async fn stop_requested(&self) -> CloseRequest {
        self.stop_matching(|_| true).await
    }

    /// Waits until the end is asked for by a time before `limit`.
    pub(crate) async fn stop_before(&self, limit: Instant) -> CloseRequest {
        self.stop_matching(|request| request.deadline < limit).await
    }

    async fn stop_matching(&self, matches: impl Fn(&CloseRequest) -> bool) -> CloseRequest {
        let mut stop = self.stop.subscribe();
        loop {
            if let Some(request) = stop.borrow_and_update().as_ref().filter(|request| matches(request)) {
                return request.clone();
            }
            // The sender lives in `self`.
            let _ = stop.changed().await;
        }
    }
}

/// The task's duty to tell the end, once, however the task ends.
pub(crate) struct Ending(pub(super) Arc<Shared>);

impl Ending {
    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }

    /// The end; it was told to 1C already.
    pub(crate) fn finish(self, cleanly: bool) {
        self.0.finish(cleanly);
    }
}

impl Drop for Ending {
    /// Does something only when the task was dropped in the middle.
    fn drop(&mut self) {
        let state = self.0.lock().state;
        let last = match state {
            State::Closed { .. } => return,
            _ if self.0.common.is_open() => {
                let closing = Closing { side: self.0.side(), code: 1006, reason: Text::fixed("", "") };
                Occurrence::Closed(closing)
            }
            _ => Occurrence::Failed { failure: cancelled(), retry_in: None },
        };
        self.0.common.delivery.put(last);
        self.0.left();
        self.0.finish(false);
    }
}

/// 1C has given an attempt up.
pub(crate) fn cancelled() -> Failure {
    Failure::new(
        FailureKind::Cancelled,
        Text::fixed("Подключение прекращено по требованию 1С", "The attempt was given up by 1C"),
    )
}
