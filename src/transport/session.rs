//! One connection as 1C's threads see it: start, wait, send, close. The task behind it is in `websocket`.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use crate::delivery::Delivery;
use crate::message::{Failure, FailureKind, Occurrence, Side};
use crate::queue::Limits;
use crate::reactor::{Answer, promise};
use crate::transport::address::Address;
use crate::transport::outbox::{Outbox, Outgoing};
use crate::transport::websocket;

/// The longest that a connection may take to close when nobody said how long.
pub const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// Phases of a connection, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being established.
    Connecting,
    /// Established.
    Open,
    /// We have asked for its end.
    Closing,
    /// Ended; `cleanly` when the peer has agreed, or when it never was open.
    Closed {
        /// Whether both sides have said goodbye.
        cleanly: bool,
    },
}

/// How the keepalive of a connection is set.
#[derive(Clone, Copy, Debug)]
pub struct KeepaliveSettings {
    /// Silence before a ping; zero: never.
    pub ping_interval: Duration,
    /// Time for the pong; zero: any.
    pub pong_timeout: Duration,
}

impl Default for KeepaliveSettings {
    fn default() -> Self {
        Self { ping_interval: Duration::from_secs(30), pong_timeout: Duration::from_secs(20) }
    }
}

/// A connection, or an attempt at one.
#[derive(Clone, Debug)]
pub struct Session {
    shared: Arc<Shared>,
    task: AbortHandle,
}

/// What the task and 1C's threads share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) outbox: Outbox,
    pub(super) delivery: Arc<Delivery>,
    pub(super) keepalive: KeepaliveSettings,
    state: Mutex<State>,
    /// Both are told of every change of the state: 1C's threads wait for one, tasks for the other.
    changed: Condvar,
    changed_async: Notify,
    /// Set when the connection shall end: the time by which it must have ended.
    stop: watch::Sender<Option<Instant>>,
}

impl Session {
    /// Starts to connect; the attempt is given up at `deadline`. A `previous` connection is closed first.
    pub fn start(
        runtime: &Handle,
        address: Address,
        delivery: Arc<Delivery>,
        previous: Option<Self>,
        deadline: Instant,
    ) -> Self {
        let shared = Arc::new(Shared {
            outbox: Outbox::new(Limits::default()),
            delivery,
            keepalive: KeepaliveSettings::default(),
            state: Mutex::new(State::Connecting),
            changed: Condvar::new(),
            changed_async: Notify::new(),
            stop: watch::Sender::new(None),
        });
        if let Some(previous) = &previous {
            previous.close_by(deadline.min(Instant::now() + CLOSE_LIMIT));
        }
        let ending = Ending(Arc::clone(&shared));
        let task = runtime.spawn(websocket::run(ending, address, previous, deadline)).abort_handle();
        Self { shared, task }
    }

    /// The phase it is in.
    #[must_use]
    pub fn state(&self) -> State {
        *self.shared.lock()
    }

    /// Waits until the attempt has ended; at `deadline` it is given up. Whether the connection is open.
    #[must_use]
    pub fn wait_open(&self, deadline: Instant) -> bool {
        let state = self.shared.wait_while(deadline, |state| state == State::Connecting);
        if state == State::Connecting {
            self.close_by(Instant::now());
        }
        state == State::Open
    }

    /// Waits until the connection has ended, at most until `deadline`. Whether it ended cleanly.
    #[must_use]
    pub fn wait_closed(&self, deadline: Instant) -> bool {
        let state = self.shared.wait_while(deadline, |state| !matches!(state, State::Closed { .. }));
        state == State::Closed { cleanly: true }
    }

    /// Queues a text message; `None` when the connection is not open or the queue is full. The answer comes
    /// when the message is written to the socket.
    #[must_use]
    pub fn send(&self, text: String, confirmed: bool) -> Option<Answer<()>> {
        let state = self.shared.lock();
        let (reply, answer) = promise();
        let outgoing = Outgoing::Text(text, confirmed.then_some(reply));
        (*state == State::Open && self.shared.outbox.push(outgoing)).then_some(answer)
    }

    /// Asks for the end: what was accepted is written first, then the closing handshake; at `deadline` the
    /// socket is dropped. An attempt is given up at once.
    pub fn close_by(&self, deadline: Instant) {
        let mut state = self.shared.lock();
        if matches!(*state, State::Connecting | State::Open) {
            *state = State::Closing;
        }
        drop(state);
        self.shared.stop.send_modify(|stop| {
            *stop = Some(stop.map_or(deadline, |earlier| earlier.min(deadline)));
        });
        self.shared.tell();
    }

    /// Waits until the connection has ended, on the network thread.
    pub(super) async fn ended(&self) {
        loop {
            let changed = self.shared.changed_async.notified();
            if matches!(self.state(), State::Closed { .. }) {
                return;
            }
            changed.await;
        }
    }

    /// Drops the connection without a word.
    pub fn abort(&self) {
        self.task.abort();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.notify_all();
        self.changed_async.notify_waiters();
    }

    fn wait_while(&self, deadline: Instant, condition: impl Fn(State) -> bool) -> State {
        let mut state = self.lock();
        while condition(*state) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        *state
    }

    /// The attempt has succeeded; `false` when 1C has given it up meanwhile.
    pub(super) fn opened(&self) -> bool {
        let mut state = self.lock();
        if *state != State::Connecting {
            return false;
        }
        // Told before anybody can send, so that it precedes every answer.
        self.delivery.put(Occurrence::Opened);
        *state = State::Open;
        drop(state);
        self.tell();
        true
    }

    /// Waits until the end is asked for; gives the time by which it must be there.
    pub(super) async fn stop_requested(&self) -> Instant {
        self.stop_matching(|_| true).await
    }

    /// Waits until the end is asked for by a time before `limit`.
    pub(super) async fn stop_before(&self, limit: Instant) -> Instant {
        self.stop_matching(|deadline| deadline < limit).await
    }

    async fn stop_matching(&self, matches: impl Fn(Instant) -> bool) -> Instant {
        let mut stop = self.stop.subscribe();
        loop {
            if let Some(deadline) = stop.borrow_and_update().filter(|deadline| matches(*deadline)) {
                return deadline;
            }
            // The sender lives in `self`.
            let _ = stop.changed().await;
        }
    }
}

/// The task's duty to tell the end of the connection, once, however the task ends.
pub(super) struct Ending(Arc<Shared>);

impl Ending {
    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }

    /// The attempt failed.
    pub(super) fn failed(self, failure: Failure) {
        self.tell(Occurrence::Failed(failure), true);
    }

    /// The open connection ended.
    pub(super) fn closed(self, cleanly: bool) {
        self.tell(Occurrence::Closed(self.side()), cleanly);
    }

    fn side(&self) -> Side {
        if *self.0.lock() == State::Closing { Side::Us } else { Side::Peer }
    }

    fn tell(&self, last: Occurrence, cleanly: bool) {
        self.0.delivery.put(last);
        *self.0.lock() = State::Closed { cleanly };
        self.0.tell();
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let state = *self.0.lock();
        match state {
            State::Closed { .. } => {}
            State::Connecting => {
                self.tell(Occurrence::Failed(Failure::new(FailureKind::Cancelled, "dropped")), true);
            }
            State::Open | State::Closing => self.tell(Occurrence::Closed(self.side()), false),
        }
    }
}
