//! What one object of a WebSocket class owns: its share of the threads, its inbox, its connection.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use native_api::{Application, Platform};

use crate::delivery::Delivery;
use crate::event_thread::EventThread;
use crate::events::Wording;
use crate::message::{Failure, Occurrence};
use crate::queue::Limits;
use crate::reactor::Reactor;
use crate::transport::address::Address;
use crate::transport::session::{CLOSE_LIMIT, Session, State};

/// An attempt that nobody waits for is given up after this time.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// Part of Done's time that stays for the threads to end.
const THREADS_LIMIT: Duration = Duration::from_millis(300);
/// What a waiting thread of 1C allows the network thread to be late.
const SLACK: Duration = Duration::from_millis(25);

/// One object's connection and all it needs.
#[derive(Debug)]
pub struct Client {
    platform: Platform,
    delivery: Arc<Delivery>,
    slot: Mutex<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    threads: Option<Threads>,
    session: Option<Session>,
    done: bool,
}

#[derive(Debug)]
struct Threads {
    reactor: Arc<Reactor>,
    /// There is none where there are no events.
    events: Option<Arc<EventThread>>,
}

impl Client {
    /// An object that is not connected; nothing is started.
    #[must_use]
    pub fn new(platform: Platform, source: &str, wording: Wording) -> Self {
        let delivery = Delivery::new(platform.clone(), source, wording, Limits::default());
        Self { platform, delivery: Arc::new(delivery), slot: Mutex::default() }
    }

    /// The object's inbox.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Whether the connection is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.session().is_some_and(|session| session.state() == State::Open)
    }

    /// Connects; a connection that is there already is closed first. Without a time-out: whether the attempt
    /// was started; with one: whether the connection is open. A malformed address is a failed attempt.
    pub fn connect(&self, address: Result<Address, Failure>, timeout: Option<Duration>) -> bool {
        let deadline = Instant::now() + timeout.unwrap_or(CONNECT_LIMIT);
        let session = {
            let mut slot = self.lock();
            let Ok(threads) = self.threads(&mut slot) else { return false };
            let runtime = threads.reactor.handle().clone();
            let address = match address {
                Ok(address) => address,
                Err(failure) => {
                    self.delivery.put(Occurrence::Failed(failure));
                    return false;
                }
            };
            let previous = slot.session.take();
            let delivery = Arc::clone(&self.delivery);
            slot.session.insert(Session::start(&runtime, address, delivery, previous, deadline)).clone()
        };
        timeout.is_none() || session.wait_open(deadline + SLACK)
    }

    /// Closes the connection or gives the attempt up. Without a time-out: `true` at once; with one: whether
    /// the connection ended cleanly in that time.
    pub fn disconnect(&self, timeout: Option<Duration>) -> bool {
        let Some(session) = self.session() else { return true };
        if matches!(session.state(), State::Closed { .. }) {
            return true;
        }
        let deadline = Instant::now() + timeout.unwrap_or(CLOSE_LIMIT);
        session.close_by(deadline);
        timeout.is_none() || session.wait_closed(deadline + SLACK)
    }

    /// Sends a text. Without a time-out: whether it was queued; with one: whether it was written in that time.
    pub fn send(&self, text: &str, timeout: Option<Duration>) -> bool {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let sent = self.session().and_then(|session| session.send(text.to_owned(), deadline.is_some()));
        match (sent, deadline) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(answer), Some(deadline)) => answer.wait(deadline).is_some(),
        }
    }

    /// Ends everything by `deadline`. What was accepted for sending is still written if the peer takes it.
    pub fn done(&self, deadline: Instant) {
        let (session, threads) = {
            let mut slot = self.lock();
            slot.done = true;
            (slot.session.take(), slot.threads.take())
        };
        self.delivery.stop();
        if let Some(session) = session {
            let closing = deadline.checked_sub(THREADS_LIMIT).unwrap_or(deadline);
            session.close_by(closing);
            if !session.wait_closed(closing + SLACK) {
                session.abort();
            }
        }
        let Some(Threads { reactor, events }) = threads else { return };
        Reactor::release(reactor, deadline);
        if let Some(events) = events {
            EventThread::release(events, deadline);
        }
    }

    fn threads<'a>(&self, slot: &'a mut Slot) -> io::Result<&'a Threads> {
        if slot.done {
            return Err(io::Error::other("after Done"));
        }
        match &mut slot.threads {
            Some(threads) => Ok(threads),
            none => {
                let reactor = Reactor::acquire()?;
                let events = match self.platform.application() {
                    Application::Server => None,
                    Application::Client | Application::Unknown => Some(EventThread::acquire()?),
                };
                if let Some(events) = &events {
                    self.delivery.start(events.scheduler());
                }
                Ok(none.insert(Threads { reactor, events }))
            }
        }
    }

    fn session(&self) -> Option<Session> {
        self.lock().session.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
