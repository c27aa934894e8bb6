//! A connection, with all its attempts, as 1C's threads see it: start, wait, close.
//!
//! The task behind it is in `reconnect`.

pub mod common;
mod shared;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use wire::CloseCode;

use self::common::Common;
pub(crate) use self::shared::{Ending, Shared, cancelled};
use crate::reactor::{Answer, promise};
use crate::transport::reconnect::{self, Line};

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

impl Session {
    /// Starts to connect; the first attempt is given up at `deadline`. A `previous` connection is closed first.
    /// A `persistent` session goes on even if it was never open, as often as its line has another attempt.
    pub(crate) fn start(
        runtime: &Handle,
        line: impl Line,
        common: Arc<Common>,
        previous: Option<Self>,
        deadline: Instant,
        persistent: bool,
    ) -> Self {
        let shared = Arc::new(Shared::new(common));
        if let Some(previous) = &previous {
            previous.close(CloseRequest::normal(deadline.min(Instant::now() + CLOSE_LIMIT)));
        }
        shared.common.delivery.session_began();
        let ending = Ending(Arc::clone(&shared));
        let plan = reconnect::Plan { previous, deadline, persistent };
        let task = runtime.spawn(reconnect::run(ending, plan, line)).abort_handle();
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

    /// Waits until the first attempt has ended. Whether it has succeeded; `None` when it had not ended by `deadline`,
    /// and is given up.
    #[must_use]
    pub fn wait_open(&self, deadline: Instant) -> Option<bool> {
        let first = { self.shared.wait_while(deadline, |inner| inner.first.is_none()).first };
        if first.is_none() {
            self.close(CloseRequest::normal(Instant::now()));
        }
        first
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
            self.shared.enter(&mut inner, State::Closing);
        }
        drop(inner);
        // Said after that, so that the writer has all that was accepted before it as soon as it hears of the end.
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
