//! The task behind a session: attempts, one at a time, and the pauses between them.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use native_api::Text;
use tokio::select;
use tokio::time::{sleep, timeout_at};

use crate::log::Level;
use crate::message::{Closing, Failure, FailureKind, Occurrence, Opening, Side};
use crate::transport::session::{Ending, Session, Shared, State, cancelled};
use crate::transport::settings::Settings;

/// An attempt that nobody waits for is given up after this time.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// A kind of connection: how it is made, what is said on it, when it is made again.
pub(crate) trait Line: Send + 'static {
    /// An established connection.
    type Link: Send;

    /// Where it leads, for the log.
    fn destination(&self) -> String;

    /// Makes one attempt: the connection, and its subprotocol. Dropped, it gives the attempt up.
    fn open(
        &mut self,
        shared: &Shared,
        settings: &Settings,
    ) -> impl Future<Output = Result<(Self::Link, String), Failure>> + Send;

    /// Talks until the connection ends. How, and whether both sides have said goodbye.
    fn serve(
        &mut self,
        link: Self::Link,
        shared: &Shared,
        settings: &Settings,
    ) -> impl Future<Output = (Closing, bool)> + Send;

    /// Which failure in a row an end was, and the pause before the next attempt; `None`: there is none.
    fn retry(&mut self, end: End<'_>, settings: &Settings) -> Option<(u32, Duration)>;
}

/// The end of an attempt.
pub(crate) enum End<'a> {
    /// There was a connection, for this time.
    Closed(Duration),
    /// There was none.
    Failed(&'a Failure),
}

/// What a session sets out to do.
pub(super) struct Plan {
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
pub(super) async fn run(ending: Ending, plan: Plan, mut line: impl Line) {
    let shared = ending.shared();
    if let Some(previous) = &plan.previous {
        outlive(previous, shared).await;
    }
    let (mut attempt, mut deadline) = (1, plan.deadline);
    let mut goes_on = plan.persistent;
    loop {
        let outcome = attempt_once(shared, &mut line, attempt, deadline).await;
        let (end, cleanly) = match &outcome {
            Outcome::Closed { cleanly, lasted, .. } => {
                goes_on = true;
                (End::Closed(*lasted), *cleanly)
            }
            Outcome::Failed(failure) => (End::Failed(failure), true),
        };
        let next = line.retry(end, &shared.common.settings());
        let next = next.filter(|_| goes_on && !shared.is_stopping());
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

async fn attempt_once(shared: &Shared, line: &mut impl Line, attempt: u32, deadline: Instant) -> Outcome {
    let settings = shared.common.settings();
    let log = &shared.common.log;
    log.write(Level::Info, || format!("Подключение к {}, попытка {attempt}", line.destination()));
    let opened = select! {
        biased;
        _ = shared.stop_requested() => Err(cancelled()),
        opened = timeout_at(deadline.into(), contained(line.open(shared, &settings))) => match opened {
            Ok(opened) => opened.unwrap_or_else(|| Err(broken())),
            Err(_) => Err(too_late()),
        },
    };
    let (link, subprotocol) = match opened {
        Ok(opened) => opened,
        Err(failure) => return Outcome::Failed(failure),
    };
    if !shared.opened(Opening { attempt, subprotocol }, &settings.greeting) {
        return Outcome::Failed(cancelled());
    }
    log.write(Level::Info, || "Соединение установлено");
    let since = Instant::now();
    let served = contained(line.serve(link, shared, &settings)).await;
    shared.go(State::Open, State::Closing);
    let (closing, cleanly) =
        served.unwrap_or_else(|| (Closing { side: Side::Peer, code: 1006, reason: broken().text }, false));
    Outcome::Closed { closing, cleanly, lasted: since.elapsed() }
}

/// What comes of it; `None`: a panic. A mistake of ours costs one connection, and 1C is told.
/// No `async fn`: that would keep room for `work` twice, for each connection.
fn contained<T>(work: impl Future<Output = T>) -> impl Future<Output = Option<T>> {
    AssertUnwindSafe(work).catch_unwind().map(Result::ok)
}

fn broken() -> Failure {
    let (ru, en) = ("Внутренняя ошибка компоненты", "Internal error of the add-in");
    Failure::new(FailureKind::Network, Text::fixed(ru, en))
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

/// The failure of an attempt whose time is over.
pub(crate) fn too_late() -> Failure {
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

#[cfg(test)]
mod tests {
    use native_api::Platform;

    use super::*;
    use crate::client::Client;
    use crate::delivery::DeliverySettings;
    use crate::events;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// Breaks on its first connection, and again in the next attempt.
    struct Broken {
        attempts: u32,
    }

    impl Line for Broken {
        type Link = ();

        fn destination(&self) -> String {
            String::new()
        }

        async fn open(&mut self, _: &Shared, _: &Settings) -> Result<((), String), Failure> {
            self.attempts += 1;
            assert_ne!(self.attempts, 2, "a mistake of ours");
            Ok(((), self.attempts.to_string()))
        }

        async fn serve(&mut self, (): (), shared: &Shared, _: &Settings) -> (Closing, bool) {
            assert_ne!(self.attempts, 1, "a mistake of ours");
            shared.stop_requested().await;
            (Closing { side: Side::Us, code: 1000, reason: Text::fixed("", "") }, true)
        }

        fn retry(&mut self, _: End<'_>, _: &Settings) -> Option<(u32, Duration)> {
            Some((self.attempts, Duration::ZERO))
        }
    }

    #[test]
    fn a_mistake_of_ours_costs_a_connection_and_not_the_session() {
        let settings = DeliverySettings::new(true);
        let client = Client::new(Platform::default(), "", events::websocket, settings);
        assert!(client.hold(Broken { attempts: 0 }, None));
        let deadline = Instant::now() + PATIENCE;
        while client.subprotocol() != "3" {
            assert!(Instant::now() < deadline, "{:?}", client.state());
            std::thread::yield_now();
        }
        let error = client.last_error();
        assert!(error.contains("Внутренняя ошибка") || error.contains("Internal error"), "{error}");
        client.done(Instant::now() + PATIENCE);
    }
}
