//! What one object of a WebSocket class owns: its share of the threads, its inbox, its connection.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use native_api::{Application, Platform, Text};
use tokio::runtime::Handle;

use crate::delivery::{Delivery, DeliverySettings, Taken};
use crate::event_thread::EventThread;
use crate::events::Wording;
use crate::filter::Filter;
use crate::log::Log;
use crate::message::{Failure, FailureKind, Occurrence, Payload};
use crate::reactor::{Reactor, Reply, promise};
use crate::statistics::Statistics;
use crate::transport::address::Address;
use crate::transport::outbox::{Outbox, Unsent};
use crate::transport::reconnect::{CONNECT_LIMIT, Line, too_late};
use crate::transport::session::common::Common;
use crate::transport::session::{CLOSE_LIMIT, CloseRequest, Session, State};
use crate::transport::settings::Settings;
use crate::transport::websocket::line::WebSocketLine;

/// Part of Done's time that stays for the threads to end.
const THREADS_LIMIT: Duration = Duration::from_millis(300);
/// What a waiting thread of 1C allows the network thread to be late.
const SLACK: Duration = Duration::from_millis(25);

/// One object's connection and all it needs.
#[derive(Debug)]
pub struct Client {
    platform: Platform,
    common: Arc<Common>,
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
    pub fn new(platform: Platform, source: &str, wording: Wording, settings: DeliverySettings) -> Self {
        let statistics = Arc::new(Statistics::default());
        let log = Log::new(source);
        let delivery =
            Delivery::new(platform.clone(), source, wording, settings, Arc::clone(&statistics), log.clone());
        let common = Common {
            delivery: Arc::new(delivery),
            statistics,
            log,
            outbox: Arc::default(),
            settings: Mutex::default(),
            last_error: Mutex::new(Text::fixed("", "")),
            open_time: Mutex::default(),
        };
        Self { platform, common: Arc::new(common), slot: Mutex::default() }
    }

    /// The object's inbox.
    #[must_use]
    pub fn delivery(&self) -> &Arc<Delivery> {
        &self.common.delivery
    }

    /// What waits to be written.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.common.outbox
    }

    /// What was counted.
    #[must_use]
    pub fn statistics(&self) -> &Statistics {
        &self.common.statistics
    }

    /// Where it is told what happens.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.common.log
    }

    /// For how long connections were open in all.
    #[must_use]
    pub fn connected_time(&self) -> Duration {
        self.common.connected_time()
    }

    /// What the next attempt is made with.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.common.settings()
    }

    /// Changes what the next attempt is made with.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.common.settings.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Text of the last failure; empty if there was none.
    #[must_use]
    pub fn last_error(&self) -> String {
        let text = self.common.last_error.lock().unwrap_or_else(PoisonError::into_inner);
        text.get(self.platform.language()).to_owned()
    }

    /// Keeps the text of a failure.
    pub fn set_last_error(&self, text: Text) {
        self.common.set_last_error(text);
    }

    /// The phase of the connection.
    #[must_use]
    pub fn state(&self) -> State {
        self.session().map_or(State::Closed { cleanly: true }, |session| session.state())
    }

    /// The subprotocol that the server chose; empty if none.
    #[must_use]
    pub fn subprotocol(&self) -> String {
        self.session().map(|session| session.subprotocol()).unwrap_or_default()
    }

    /// Tells that the address is malformed, as an attempt that has failed.
    pub fn refuse(&self, why: &Text) {
        let failure = Failure::new(
            FailureKind::Address,
            Text::made(format!("Неверный адрес: {}", why.ru), format!("Malformed address: {}", why.en)),
        );
        if self.threads(&mut self.lock()).is_ok() {
            self.common.delivery.put(Occurrence::Failed { failure, retry_in: None });
        }
    }

    /// Connects; a connection that is there already is closed first. Without a time-out: whether the attempt
    /// was started; with one: whether the connection is open.
    pub fn connect(&self, address: Address, timeout: Option<Duration>) -> bool {
        self.hold(WebSocketLine::new(address), timeout)
    }

    /// Holds a connection of any kind open, as [`connect`](Self::connect) does.
    pub(crate) fn hold(&self, line: impl Line, timeout: Option<Duration>) -> bool {
        let deadline = Instant::now() + timeout.unwrap_or(CONNECT_LIMIT);
        let session = {
            let mut slot = self.lock();
            let runtime = match self.threads(&mut slot) {
                Ok(threads) => threads.reactor.handle().clone(),
                Err(error) => {
                    drop(slot);
                    self.set_last_error(no_threads(&error).text);
                    return false;
                }
            };
            let previous = slot.session.take();
            let common = Arc::clone(&self.common);
            let started = Session::start(&runtime, line, common, previous, deadline, timeout.is_none());
            slot.session.insert(started).clone()
        };
        timeout.is_none()
            || session.wait_open(deadline + SLACK).unwrap_or_else(|| {
                // The network thread is late, and 1C asks for the reason now.
                self.set_last_error(too_late().text);
                false
            })
    }

    /// Closes the connection or gives the attempt up. Without a time-out: `true` at once; with one: whether
    /// the connection ended cleanly in that time.
    pub fn disconnect(
        &self,
        timeout: Option<Duration>,
        request: impl FnOnce(Instant) -> CloseRequest,
    ) -> bool {
        let Some(session) = self.session() else { return true };
        if matches!(session.state(), State::Closed { .. }) {
            return true;
        }
        let deadline = Instant::now() + timeout.unwrap_or(CLOSE_LIMIT);
        session.close(request(deadline));
        let done = timeout.is_none() || session.wait_closed(deadline + SLACK);
        if !done {
            self.set_last_error(Text::fixed(
                "Сервер не подтвердил закрытие соединения за отведенное время",
                "The server did not agree to close in time",
            ));
        }
        done
    }

    /// Sends a message. Without a time-out: whether it was queued; with one: whether it was written in that
    /// time.
    pub fn send(&self, payload: Payload<&str>, timeout: Option<Duration>) -> bool {
        let Some(timeout) = timeout else { return self.queue(payload, None) };
        let deadline = Instant::now() + timeout;
        let (reply, answer) = promise();
        if !self.queue(payload, Some(reply)) {
            return false;
        }
        let written = answer.wait(deadline).is_some();
        if !written {
            self.set_last_error(Text::fixed(
                "Сообщение не записано в сокет за отведенное время",
                "The message was not written to the socket in time",
            ));
        }
        written
    }

    /// Sends a text and waits for the first text in which `filter` finds something.
    pub fn request(&self, payload: Payload<&str>, filter: Filter, timeout: Duration) -> Option<Taken> {
        let deadline = Instant::now() + timeout;
        // Waited for before it can come.
        let answer = self.common.delivery.request(filter);
        if !self.queue(payload, None) {
            return None;
        }
        let reply = answer.wait(deadline);
        if reply.is_none() {
            self.set_last_error(no_answer());
        }
        reply
    }

    /// The time that a ping and its pong take.
    #[must_use]
    pub fn ping(&self, timeout: Duration) -> Option<Duration> {
        let deadline = Instant::now() + timeout;
        let Some(answer) = self.session().and_then(|session| session.ping()) else {
            self.set_last_error(unsent_text(Unsent::NotOpen));
            return None;
        };
        let round_trip = answer.wait(deadline);
        if round_trip.is_none() {
            self.set_last_error(no_answer());
        }
        round_trip
    }

    /// Ends everything by `deadline`. What was accepted for sending is still written if the peer takes it.
    pub fn done(&self, deadline: Instant) {
        let (session, threads) = {
            let mut slot = self.lock();
            slot.done = true;
            (slot.session.take(), slot.threads.take())
        };
        self.common.delivery.stop();
        if let Some(session) = session {
            let closing = deadline.checked_sub(THREADS_LIMIT).unwrap_or(deadline);
            session.close(CloseRequest::normal(closing));
            if !session.wait_closed(closing + SLACK) {
                session.abort();
            }
        }
        let Some(Threads { reactor, events }) = threads else {
            return self.common.log.close(deadline);
        };
        Reactor::release(reactor, deadline);
        if let Some(events) = events {
            EventThread::release(events, deadline);
        }
        self.common.log.close(deadline);
    }

    /// Where tasks are spawned; the threads are started if they are not there.
    pub(crate) fn runtime(&self) -> Result<Handle, Failure> {
        let mut slot = self.lock();
        let threads = self.threads(&mut slot).map_err(|error| no_threads(&error))?;
        Ok(threads.reactor.handle().clone())
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
                    self.common.delivery.start(events.scheduler());
                }
                Ok(none.insert(Threads { reactor, events }))
            }
        }
    }

    /// Queues a message; whether it was accepted. If not, the reason is the last error.
    fn queue(&self, payload: Payload<&str>, written: Option<Reply<()>>) -> bool {
        let queued = self.common.outbox.send(payload, written);
        if let Err(unsent) = queued {
            self.set_last_error(unsent_text(unsent));
        }
        queued.is_ok()
    }

    fn session(&self) -> Option<Session> {
        self.lock().session.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn unsent_text(unsent: Unsent) -> Text {
    match unsent {
        Unsent::NotOpen => Text::fixed("Соединение не установлено", "There is no connection"),
        Unsent::Full => Text::fixed("Очередь отправки полна", "The outgoing queue is full"),
    }
}

const fn no_answer() -> Text {
    Text::fixed("Ответ не пришел за отведенное время", "No answer came in time")
}

fn no_threads(error: &io::Error) -> Failure {
    let (ru, en) = ("Операционная система не дала запустить поток", "The operating system gave no thread");
    Failure::because(FailureKind::Network, ru, en, error)
}
