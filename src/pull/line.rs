//! Listening as a session holds it open: the configuration, a connection by it, and another when that ends.

use std::convert::Infallible;
use std::future::pending;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use native_api::Text;
use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::bitrix::address::Address as Place;
use crate::bitrix::clock::{ServerClock, until};
use crate::bitrix::config::PullConfig;
use crate::bitrix::ladder::Ladder;
use crate::log::Level;
use crate::message::{Cause, Closing, Failure, FailureKind, Occurrence, Side};
use crate::pull::choice::{Chooser, Transport};
use crate::pull::intake::Intake;
use crate::pull::settings::{PullSettings, TransportChoice};
use crate::rest::Rest;
use crate::transport::address::Address;
use crate::transport::dial::DialSettings;
use crate::transport::http::HttpClient;
use crate::transport::long_poll::Poll;
use crate::transport::reconnect::{self, Line};
use crate::transport::session::{Shared, State};
use crate::transport::settings::Settings;
use crate::transport::websocket::{self, Farewell, converse};

/// A connection that lasted so long has done its work.
const LASTING: Duration = Duration::from_secs(60);
/// How long the portal may take to answer when it is asked for the configuration, and how long it is left alone when
/// it could not.
const PORTAL_LIMIT: Duration = Duration::from_secs(30);
const PORTAL_PAUSE: Duration = Duration::from_secs(60);
/// The clock may be set meanwhile.
const CLOCK_CHECK: Duration = Duration::from_secs(60);

/// One listener, from its start to its end.
pub(super) struct PullLine {
    place: Place,
    rest: Arc<Rest>,
    settings: watch::Receiver<PullSettings>,
    pub(super) intake: Intake,
    pub(super) client: HttpClient,
    known: Option<Known>,
    pub(super) ladder: Ladder,
    pub(super) chooser: Chooser,
    /// Whether the last attempt was one with a WebSocket.
    on_socket: bool,
    was_open: bool,
    /// Whether the server has refused a channel, and answered no poll since.
    pub(super) was_refused: bool,
}

/// Where to listen, and for how long that holds.
struct Known {
    config: PullConfig,
    renew_at: Option<SystemTime>,
}

/// What there is to listen to.
pub(super) enum Link {
    /// Polls; the first may have been asked already.
    Polls(Option<Poll>),
    /// A WebSocket.
    Socket(Box<websocket::Link>),
}

/// Why listening to a link has ended.
pub(super) enum End {
    /// For 1C the connection has ended; and whether both sides agree.
    Closed(Closing, bool),
    /// The configuration is to be asked for again.
    Renew(Reason),
    /// It is time to try the WebSocket again.
    Back,
}

/// Why the configuration is asked for again.
pub(super) enum Reason {
    /// Its time is over.
    Due,
    /// The server told so.
    Told,
    /// The server does not know the channel any more.
    Refused(Failure),
}

impl PullLine {
    pub(super) fn new(
        place: Place,
        rest: Arc<Rest>,
        settings: watch::Receiver<PullSettings>,
        intake: Intake,
    ) -> Self {
        Self {
            place,
            rest,
            settings,
            intake,
            client: HttpClient::new(),
            known: None,
            ladder: Ladder::default(),
            chooser: Chooser::default(),
            on_socket: false,
            was_open: false,
            was_refused: false,
        }
    }

    pub(super) fn choice(&self) -> TransportChoice {
        self.settings.borrow().transport
    }

    /// The configuration in force.
    pub(super) fn config(&self) -> Result<&PullConfig, Failure> {
        let known = self.known.as_ref().map(|known| &known.config);
        known.ok_or_else(|| protocol(&Text::fixed("нет настроек", "there is no configuration")))
    }

    /// Ends when the configuration has.
    pub(super) fn renewal(&self) -> impl Future<Output = ()> + Send + use<> {
        let due = self.known.as_ref().and_then(|known| known.renew_at);
        async move {
            let Some(due) = due else { return pending().await };
            loop {
                let left = until(due, SystemTime::now());
                if left.is_zero() {
                    return;
                }
                sleep(left.min(CLOCK_CHECK)).await;
            }
        }
    }

    /// Asks the portal where to listen.
    async fn configure(&self, dial: &DialSettings) -> Result<Known, Failure> {
        let portal = match &self.place {
            Place::Channel(config) => return Ok(Known { config: config.clone(), renew_at: None }),
            Place::Portal(portal) => portal,
        };
        let deadline = Instant::now() + PORTAL_LIMIT;
        let method = "pull.application.config.get";
        let answer = self.rest.call(portal, method, r#"{"CACHE":"N"}"#, dial, deadline).await?;
        let config = PullConfig::read(&answer.result, portal.url()).map_err(|why| protocol(&why))?;
        let now = SystemTime::now();
        let renew_at = config.renew_at(&ServerClock::new(answer.finished.unwrap_or(now), now));
        Ok(Known { config, renew_at })
    }

    async fn open_by_choice(&mut self, settings: &Settings) -> Result<Link, Failure> {
        let has_socket = self.config()?.websocket_url(self.intake.cursor(true)).is_some();
        let choice = self.choice();
        let polls = choice == TransportChoice::Auto && !has_socket
            || self.chooser.transport(choice, Instant::now()) == Transport::Polls;
        if polls {
            return self.accepted_poll(&settings.dial).await.map(Link::Polls);
        }
        self.on_socket = true;
        self.open_socket(settings).await
    }

    async fn open_socket(&mut self, settings: &Settings) -> Result<Link, Failure> {
        if self.intake.mids().skips_history() {
            // A WebSocket does not show where the history ends, the answer to a poll does.
            self.accepted_poll(&settings.dial).await?;
        }
        let config = self.config()?;
        let url = config.websocket_url(self.intake.cursor(config.has_mids())).ok_or_else(no_websocket)?;
        let address = Address::parse(url.as_str()).map_err(|why| protocol(&why))?;
        websocket::Link::open(&address, settings).await.map(Box::new).map(Link::Socket)
    }

    /// Serves one link after another until 1C or a failure ends it.
    async fn listen(&mut self, mut link: Link, shared: &Shared, settings: &Settings) -> (Closing, bool) {
        loop {
            let was_socket = matches!(link, Link::Socket(_));
            let end = match link {
                Link::Socket(socket) => self.talk(*socket, shared, settings).await,
                Link::Polls(first) => select! {
                    biased;
                    _ = shared.stop_requested() => return ended_by(shared),
                    end = self.poll_on(first, shared, &settings.dial) => end,
                },
            };
            self.intake.abandon();
            let next = select! {
                biased;
                _ = shared.stop_requested() => return ended_by(shared),
                next = self.follow(end, was_socket, shared, settings) => next,
            };
            link = match next {
                Ok(next) => next,
                Err(closed) => return closed,
            };
        }
    }

    /// The link after one that has ended; or how all has.
    async fn follow(
        &mut self,
        end: End,
        was_socket: bool,
        shared: &Shared,
        settings: &Settings,
    ) -> Result<Link, (Closing, bool)> {
        let next = match end {
            End::Closed(closing, cleanly) => return Err((closing, cleanly)),
            End::Renew(reason) => self.renew(reason, was_socket, shared, settings).await,
            End::Back => Ok(self.back_to_socket(shared, settings).await),
        };
        next.map_err(|failure| (cut(failure), false))
    }

    /// Asks for the configuration again, reads the old channel to its end, and listens on.
    async fn renew(
        &mut self,
        reason: Reason,
        was_socket: bool,
        shared: &Shared,
        settings: &Settings,
    ) -> Result<Link, Failure> {
        let log = &shared.common.log;
        if let Reason::Refused(failure) = &reason
            && mem::replace(&mut self.was_refused, true)
        {
            self.known = None;
            return Err(failure.clone());
        }
        log.write(Level::Info, || "Запрос настроек канала");
        let old = self.known.take();
        let asked = self.configure(&settings.dial).await;
        match (asked, reason, old) {
            (Err(failure), Reason::Due | Reason::Told, Some(old)) => {
                log.write(Level::Warn, || format!("Настройки не получены: {}", failure.text.ru));
                self.known = Some(Known { renew_at: SystemTime::now().checked_add(PORTAL_PAUSE), ..old });
            }
            (Err(failure), ..) => return Err(failure),
            (Ok(new), reason, old) => {
                let left = old.filter(|old| !old.config.is_same_place(&new.config));
                match (&reason, left) {
                    (Reason::Refused(failure), None) => return Err(failure.clone()),
                    (_, None) => {}
                    (reason, Some(old)) => {
                        if !matches!(reason, Reason::Refused(_)) {
                            self.drain(&old.config, shared, &settings.dial).await;
                        }
                        log.write(Level::Info, || "Канал сменился");
                        shared.common.delivery.put(Occurrence::CheckQueue(Cause::Channel));
                    }
                }
                self.known = Some(new);
            }
        }
        if was_socket { self.open_socket(settings).await } else { Ok(Link::Polls(None)) }
    }

    /// Tries the WebSocket again; polls go on if it fails.
    async fn back_to_socket(&mut self, shared: &Shared, settings: &Settings) -> Link {
        match tokio::time::timeout(reconnect::CONNECT_LIMIT, self.open_socket(settings)).await {
            Ok(Ok(link)) => {
                self.on_socket = true;
                link
            }
            failed => {
                if let Ok(Err(failure)) = failed {
                    shared.common.log.write(Level::Info, || failure.text.ru.clone());
                }
                self.chooser.failed(Instant::now());
                Link::Polls(None)
            }
        }
    }

    async fn talk(&mut self, socket: websocket::Link, shared: &Shared, settings: &Settings) -> End {
        let renewal = self.renewal();
        let farewell = select! {
            farewell = converse(socket, shared, settings, &mut self.intake) => farewell,
            () = renewal => return End::Renew(Reason::Due),
        };
        match farewell {
            Farewell::Left => {
                self.intake.take_expired();
                End::Renew(Reason::Told)
            }
            Farewell::Ended { closing, cleanly } => {
                if is_refusal(closing.code) {
                    self.known = None;
                }
                End::Closed(closing, cleanly)
            }
        }
    }
}

impl Line for PullLine {
    type Link = Link;

    fn destination(&self) -> String {
        match &self.place {
            Place::Portal(portal) => portal.url().host_str().unwrap_or_default().to_owned(),
            Place::Channel(config) => config.host().to_owned(),
        }
    }

    async fn open(&mut self, _: &Shared, settings: &Settings) -> Result<(Link, String), Failure> {
        self.intake.abandon();
        let is_over = |known: &Known| known.renew_at.is_some_and(|due| due <= SystemTime::now());
        if self.known.as_ref().is_none_or(is_over) {
            self.known = Some(self.configure(&settings.dial).await?);
        }
        let link = self.open_by_choice(settings).await?;
        Ok((link, String::new()))
    }

    async fn serve(&mut self, link: Link, shared: &Shared, settings: &Settings) -> (Closing, bool) {
        let cause = if mem::replace(&mut self.was_open, true) { Cause::Reconnect } else { Cause::Start };
        shared.common.delivery.put(Occurrence::CheckQueue(cause));
        let reminding = remind(self.settings.clone(), shared);
        let (closing, cleanly) = select! {
            closed = self.listen(link, shared, settings) => closed,
            never = reminding => match never {},
        };
        shared.go(State::Open, State::Closing);
        (closing, cleanly)
    }

    fn retry(&mut self, end: reconnect::End<'_>, _: &Settings) -> Option<(u32, Duration)> {
        let was_on_socket = mem::take(&mut self.on_socket);
        let lasted = matches!(end, reconnect::End::Closed(lasted) if lasted >= LASTING);
        match (was_on_socket, lasted) {
            (true, true) => self.chooser.worked(),
            (true, false) => self.chooser.failed(Instant::now()),
            (false, _) => {}
        }
        if lasted {
            self.ladder.succeeded();
        }
        let chance = fastrand::f64();
        let pause = match end {
            reconnect::End::Failed(failure) => {
                self.known = None;
                if failure.kind == FailureKind::Auth {
                    self.ladder.failed_for_long(chance)
                } else {
                    self.ladder.failed(chance)
                }
            }
            reconnect::End::Closed(_) => self.ladder.failed(chance),
        };
        Some(pause)
    }
}

/// Tells 1C again and again to look into the queue of offline events: a hint that got lost costs minutes.
async fn remind(mut settings: watch::Receiver<PullSettings>, shared: &Shared) -> Infallible {
    let mut last = Instant::now();
    loop {
        let interval = settings.borrow_and_update().check_interval;
        let left = interval.saturating_sub(last.elapsed());
        if !interval.is_zero() && left.is_zero() {
            shared.common.delivery.put(Occurrence::CheckQueue(Cause::Timer));
            last = Instant::now();
            continue;
        }
        select! {
            () = sleep(left), if !interval.is_zero() => {}
            changed = settings.changed() => if changed.is_err() {
                // The object is gone, and so is this session soon.
                return pending().await;
            },
        }
    }
}

/// How a failure ends a connection.
pub(super) fn cut(failure: Failure) -> Closing {
    Closing { side: Side::Peer, code: 1006, reason: failure.text }
}

/// The end that 1C asked for: there is nobody to say goodbye to.
fn ended_by(shared: &Shared) -> (Closing, bool) {
    (Closing { side: shared.side(), code: 1000, reason: Text::fixed("", "") }, true)
}

/// Whether a push server closes a WebSocket with this code because it does not know channel or client.
const fn is_refusal(code: u16) -> bool {
    matches!(code, 4010 | 4036)
}

pub(super) fn protocol(why: &Text) -> Failure {
    Failure::new(FailureKind::Protocol, why.clone())
}

fn no_websocket() -> Failure {
    protocol(&Text::fixed(
        "Сервер очередей портала не принимает WebSocket",
        "The portal's push server takes no WebSocket",
    ))
}
