//! A connection, with all its attempts, as 1C's threads see it: start, wait, send, close.
//!
//! The task behind it is in `reconnect`.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use native_api::Text;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use wire::CloseCode;

use crate::delivery::Delivery;
use crate::log::Log;
use crate::message::{Closing, Failure, FailureKind, Occurrence, Opening, Payload, Side};
use crate::reactor::{Answer, promise};
use crate::statistics::Statistics;
use crate::transport::address::Address;
use crate::transport::outbox::{Message, Outbox};
use crate::transport::reconnect;
use crate::transport::settings::Settings;

/// The longest that a connection may take to close when nobody said how long.
pub const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// Phases of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being established.
    Connecting,
    /// Established.
    Open,
    /// Between two attempts.
    Waiting,
    /// We have asked for its end.
    Closing,
    /// Ended; `cleanly` when the peer has agreed, or when it was not open.
    Closed {
        /// Whether both sides have said goodbye.
        cleanly: bool,
    },
}

/// What all connections of one object have in common.
#[derive(Debug)]
pub struct Common {
    /// Where messages and events go.
    pub delivery: Arc<Delivery>,
    /// What is counted.
    pub statistics: Arc<Statistics>,
    /// Where it is told what happens.
    pub log: Log,
    /// What the next attempt is made with.
    pub settings: Mutex<Settings>,
    /// Text of the last failure.
    pub last_error: Mutex<Text>,
    /// When the connection that is open now was opened, and for how long all before it were open.
    pub open_time: Mutex<(Option<Instant>, Duration)>,
}

/// A connection, or an attempt at one.
#[derive(Clone, Debug)]
pub struct Session {
    shared: Arc<Shared>,
    task: AbortHandle,
}

/// How and by when a connection shall end.
#[derive(Clone, Debug)]
pub struct CloseRequest {
    /// When the socket is dropped if the peer has not agreed.
    pub deadline: Instant,
    /// The code for the peer.
    pub code: CloseCode,
    /// The reason for the peer.
    pub reason: String,
}

impl CloseRequest {
    /// The ordinary end by `deadline`.
    #[must_use]
    pub const fn normal(deadline: Instant) -> Self {
        Self { deadline, code: CloseCode::NORMAL, reason: String::new() }
    }
}

/// What the task and 1C's threads share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) common: Arc<Common>,
    pub(super) outbox: Outbox,
    inner: Mutex<Inner>,
    /// Both are told of every change of the state: 1C's threads wait for one, tasks for the other.
    changed: Condvar,
    changed_async: Notify,
    /// Set when the connection shall end.
    stop: watch::Sender<Option<CloseRequest>>,
}

#[derive(Debug)]
struct Inner {
    state: State,
    subprotocol: String,
    /// Whether there was an open connection before.
    was_open: bool,
    /// Whether the first attempt has succeeded; `None`: it goes on.
    first: Option<bool>,
}

impl Session {
    /// Starts to connect; the first attempt is given up at `deadline`. A `previous` connection is closed first.
    /// A `persistent` session goes on even if it was never open, as often as the settings say.
    pub fn start(
        runtime: &Handle,
        address: Address,
        common: Arc<Common>,
        previous: Option<Self>,
        deadline: Instant,
        persistent: bool,
    ) -> Self {
        let shared = Arc::new(Shared {
            common,
            outbox: Outbox::default(),
            inner: Mutex::new(Inner {
                state: State::Connecting,
                subprotocol: String::new(),
                was_open: false,
                first: None,
            }),
            changed: Condvar::new(),
            changed_async: Notify::new(),
            stop: watch::Sender::new(None),
        });
        if let Some(previous) = &previous {
            previous.close(CloseRequest::normal(deadline.min(Instant::now() + CLOSE_LIMIT)));
        }
        shared.common.delivery.session_began();
        let ending = Ending(Arc::clone(&shared));
        let plan = reconnect::Plan { address, previous, deadline, persistent };
        let task = runtime.spawn(reconnect::run(ending, plan)).abort_handle();
        Self { shared, task }
    }

    /// The phase it is in.
    #[must_use]
    pub fn state(&self) -> State {
        self.shared.lock().state
    }

    /// The subprotocol of the last opening.
    #[must_use]
    pub fn subprotocol(&self) -> String {
        self.shared.lock().subprotocol.clone()
    }

    /// Waits until the first attempt has ended; at `deadline` it is given up. Whether it has succeeded.
    #[must_use]
    pub fn wait_open(&self, deadline: Instant) -> bool {
        let first = { self.shared.wait_while(deadline, |inner| inner.first.is_none()).first };
        if first.is_none() {
            self.close(CloseRequest::normal(Instant::now()));
        }
        first == Some(true)
    }

    /// Waits until the connection has ended, at most until `deadline`. Whether it ended cleanly.
    #[must_use]
    pub fn wait_closed(&self, deadline: Instant) -> bool {
        let inner = self.shared.wait_while(deadline, |inner| !matches!(inner.state, State::Closed { .. }));
        inner.state == State::Closed { cleanly: true }
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

    /// Queues a message. The answer comes when it is written to the socket.
    ///
    /// # Errors
    /// Why it was not queued.
    pub fn send(&self, payload: Payload, confirmed: bool) -> Result<Answer<()>, Unsent> {
        let limits = self.shared.common.settings().outgoing;
        let inner = self.shared.lock();
        if inner.state != State::Open {
            return Err(Unsent::NotOpen);
        }
        let (reply, answer) = promise();
        let message = Message { payload, written: confirmed.then_some(reply) };
        if self.shared.outbox.push(message, limits) { Ok(answer) } else { Err(Unsent::Full) }
    }

    /// Sends a ping. The answer is the time until its pong; `None` when the connection is not open.
    #[must_use]
    pub fn ping(&self) -> Option<Answer<Duration>> {
        let inner = self.shared.lock();
        let (reply, answer) = promise();
        (inner.state == State::Open).then(|| {
            self.shared.outbox.ping(Some(reply));
            answer
        })
    }

    /// Asks for the end: what was accepted is written first, then the closing handshake. An attempt, or the
    /// wait for one, is given up at once. Of several requests the first names code and reason, the earliest
    /// deadline counts.
    pub fn close(&self, request: CloseRequest) {
        let mut inner = self.shared.lock();
        if !matches!(inner.state, State::Closed { .. }) {
            inner.state = State::Closing;
        }
        drop(inner);
        self.shared.stop.send_modify(|stop| match stop {
            Some(earlier) => earlier.deadline = earlier.deadline.min(request.deadline),
            none => *none = Some(request),
        });
        self.shared.tell();
    }

    /// Drops the connection without a word.
    pub fn abort(&self) {
        self.task.abort();
    }
}

/// Why a message was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// There is no open connection.
    NotOpen,
    /// The outgoing queue is full.
    Full,
}

impl Common {
    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps the text of a failure.
    pub fn set_last_error(&self, text: Text) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// For how long connections were open in all.
    #[must_use]
    pub fn connected_time(&self) -> Duration {
        let (since, before) = *self.open_time.lock().unwrap_or_else(PoisonError::into_inner);
        before + since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn note_open(&self, open: bool) {
        let mut time = self.open_time.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, before) = *time;
        let so_far = before + since.map_or(Duration::ZERO, |since| since.elapsed());
        *time = (open.then(Instant::now), so_far);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.notify_all();
        self.changed_async.notify_waiters();
    }

    fn wait_while(&self, deadline: Instant, condition: impl Fn(&Inner) -> bool) -> MutexGuard<'_, Inner> {
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

    /// Goes from one phase to another, unless the end was asked for meanwhile.
    pub(super) fn go(&self, from: State, to: State) -> bool {
        let mut inner = self.lock();
        let goes = inner.state == from;
        if goes {
            inner.state = to;
            drop(inner);
            self.tell();
        }
        goes
    }

    /// The attempt has succeeded; `false` when 1C has given it up meanwhile.
    pub(super) fn opened(&self, opening: Opening, greeting: &[String]) -> bool {
        let mut inner = self.lock();
        if inner.state != State::Connecting {
            return false;
        }
        for text in greeting {
            let message = Message { payload: Payload::Text(text.clone()), written: None };
            self.outbox.push(message, crate::queue::Limits { entries: usize::MAX, bytes: usize::MAX });
        }
        inner.subprotocol.clone_from(&opening.subprotocol);
        if std::mem::replace(&mut inner.was_open, true) {
            self.common.statistics.reconnects.count();
        }
        // Told before anybody can send, so that it precedes every answer.
        self.common.delivery.put(Occurrence::Opened(opening));
        self.common.note_open(true);
        inner.state = State::Open;
        inner.first = Some(true);
        drop(inner);
        self.tell();
        true
    }

    /// The open connection has ended, and its end was told.
    pub(super) fn left(&self) {
        self.common.note_open(false);
        self.common.statistics.lost.add(self.outbox.clear());
        self.common.delivery.forget_requests();
    }

    /// Whether the end was asked for.
    pub(super) fn is_stopping(&self) -> bool {
        self.stop.borrow().is_some()
    }

    /// Who ends the connection, if it ends now.
    pub(super) fn side(&self) -> Side {
        if self.lock().state == State::Closing { Side::Us } else { Side::Peer }
    }

    /// Waits until the end is asked for.
    pub(super) async fn stop_requested(&self) -> CloseRequest {
        self.stop_matching(|_| true).await
    }

    /// Waits until the end is asked for by a time before `limit`.
    pub(super) async fn stop_before(&self, limit: Instant) -> CloseRequest {
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
pub(super) struct Ending(Arc<Shared>);

impl Ending {
    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }

    /// The end; it was told to 1C already.
    pub(super) fn finish(self, cleanly: bool) {
        self.0.finish(cleanly);
    }
}

impl Shared {
    fn finish(&self, cleanly: bool) {
        let mut inner = self.lock();
        inner.state = State::Closed { cleanly };
        inner.first.get_or_insert(false);
        drop(inner);
        self.common.delivery.session_ended();
        self.tell();
    }
}

impl Drop for Ending {
    /// Does something only when the task was dropped in the middle.
    fn drop(&mut self) {
        let state = self.0.lock().state;
        let open = self.0.common.open_time.lock().unwrap_or_else(PoisonError::into_inner).0.is_some();
        let last = match state {
            State::Closed { .. } => return,
            _ if open => {
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
pub(super) fn cancelled() -> Failure {
    Failure::new(
        FailureKind::Cancelled,
        Text::fixed("Подключение прекращено по требованию 1С", "The attempt was given up by 1C"),
    )
}
