//! The task behind a session: attempts, one at a time, and the pauses between them.

use std::time::{Duration, Instant};

use native_api::Text;
use tokio::select;
use tokio::time::{sleep, timeout_at};

use crate::backoff::Backoff;
use crate::log::Level;
use crate::message::{Closing, Failure, FailureKind, Occurrence, Opening, Side};
use crate::transport::address::Address;
use crate::transport::session::{Ending, Session, Shared, State, cancelled};
use crate::transport::websocket::{self, Link};

/// An attempt that nobody waits for is given up after this time.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// What a session sets out to do.
pub(super) struct Plan {
    pub(super) address: Address,
    pub(super) previous: Option<Session>,
    pub(super) deadline: Instant,
    pub(super) persistent: bool,
}

/// How one attempt, and the connection that it led to, ended.
enum Outcome {
    /// There was a connection.
    Closed { closing: Closing, cleanly: bool, lasted: Duration },
    /// There was none.
    Failed(Failure),
}

/// The life of a session.
pub(super) async fn run(ending: Ending, plan: Plan) {
    let shared = ending.shared();
    if let Some(previous) = &plan.previous {
        outlive(previous, shared).await;
    }
    let mut backoff = Backoff::new();
    let (mut attempt, mut deadline) = (1, plan.deadline);
    let mut goes_on = plan.persistent;
    loop {
        let outcome = attempt_once(shared, &plan.address, attempt, deadline).await;
        let (hopeless, cleanly) = match &outcome {
            Outcome::Closed { cleanly, lasted, .. } => {
                goes_on = true;
                backoff.was_open(*lasted);
                (false, *cleanly)
            }
            Outcome::Failed(failure) => (is_hopeless(failure), true),
        };
        let settings = shared.common.settings().reconnect;
        let next = if goes_on && !shared.is_stopping() {
            backoff.next(&settings, fastrand::f64(), hopeless)
        } else {
            None
        };
        tell(shared, outcome, next.map(|(_, pause)| pause));
        let Some((number, pause)) = next else { return ending.finish(cleanly) };
        attempt = number + 1;
        if !wait(shared, attempt, pause).await {
            tell(shared, Outcome::Failed(cancelled()), None);
            return ending.finish(true);
        }
        deadline = Instant::now() + CONNECT_LIMIT;
    }
}

/// Waits until the connection before this one has ended.
async fn outlive(previous: &Session, shared: &Shared) {
    select! {
        () = previous.ended() => {}
        request = shared.stop_requested() => {
            previous.close(request);
            previous.ended().await;
        }
    }
}

async fn attempt_once(shared: &Shared, address: &Address, attempt: u32, deadline: Instant) -> Outcome {
    let settings = shared.common.settings();
    let log = &shared.common.log;
    log.write(Level::Info, || {
        format!("Подключение к {}:{}, попытка {attempt}", address.server_name(), address.port())
    });
    let opened = select! {
        biased;
        _ = shared.stop_requested() => Err(cancelled()),
        opened = timeout_at(deadline.into(), Link::open(address, &settings)) => {
            opened.unwrap_or_else(|_| Err(too_late()))
        }
    };
    let link = match opened {
        Ok(link) => link,
        Err(failure) => return Outcome::Failed(failure),
    };
    let opening = Opening { attempt, subprotocol: link.subprotocol().to_owned() };
    if !shared.opened(opening, &settings.greeting) {
        return Outcome::Failed(cancelled());
    }
    log.write(Level::Info, || "Соединение установлено");
    let since = Instant::now();
    let (closing, cleanly) = websocket::converse(link, shared, &settings).await;
    Outcome::Closed { closing, cleanly, lasted: since.elapsed() }
}

fn tell(shared: &Shared, outcome: Outcome, retry_in: Option<Duration>) {
    match outcome {
        Outcome::Closed { closing, .. } => {
            let Closing { side, code, reason } = &closing;
            shared.common.log.write(Level::Info, || match side {
                Side::Us => format!("Соединение закрыто нами, код {code}"),
                Side::Peer => format!("Соединение закрыто сервером или оборвалось, код {code} {}", reason.ru),
            });
            if closing.side == Side::Peer {
                shared.common.set_last_error(closed_text(&closing));
            }
            shared.common.delivery.put(Occurrence::Closed(closing));
            shared.left();
        }
        Outcome::Failed(failure) => {
            let level = if retry_in.is_some() { Level::Warn } else { Level::Error };
            shared.common.log.write(level, || failure.text.ru.clone());
            shared.common.set_last_error(failure.text.clone());
            shared.common.delivery.put(Occurrence::Failed { failure, retry_in });
        }
    }
}

/// Waits for the next attempt; `false` when the end was asked for meanwhile.
async fn wait(shared: &Shared, attempt: u32, pause: Duration) -> bool {
    let from = [State::Closing, State::Connecting];
    if shared.is_stopping() || !from.into_iter().any(|state| shared.go(state, State::Waiting)) {
        return false;
    }
    shared.common.log.write(Level::Info, || format!("Следующая попытка через {:.3} с", pause.as_secs_f64()));
    shared.common.delivery.put(Occurrence::Waiting { attempt, retry_in: pause });
    select! {
        biased;
        _ = shared.stop_requested() => false,
        () = sleep(pause) => shared.go(State::Waiting, State::Connecting),
    }
}

/// Whether trying soon would not help, and might lock an account.
fn is_hopeless(failure: &Failure) -> bool {
    match failure.kind {
        FailureKind::Proxy => failure.status == Some(407),
        _ => matches!(failure.status, Some(400 | 401 | 403)),
    }
}

fn too_late() -> Failure {
    Failure::new(
        FailureKind::Timeout,
        Text::fixed("Сервер не ответил за отведенное время", "The server did not answer in time"),
    )
}

fn closed_text(closing: &Closing) -> Text {
    let Closing { code, reason, .. } = closing;
    let (ru, en) = match code {
        1006 => ("Соединение оборвалось", "The connection was cut"),
        _ => ("Соединение закрыто", "The connection was closed"),
    };
    let tail = |reason: &str| if reason.is_empty() { String::new() } else { format!(": {reason}") };
    Text::made(
        format!("{ru}, код {code}{}", tail(&reason.ru)),
        format!("{en}, code {code}{}", tail(&reason.en)),
    )
}
