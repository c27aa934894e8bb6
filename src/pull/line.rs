//! Listening as a session holds it open: the configuration, a connection by it, and another when that ends.

use std::mem;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use native_api::Text;
use tokio::select;
use tokio::sync::watch;

use crate::bitrix::address::Address as Place;
use crate::bitrix::ladder::Ladder;
use crate::log::Level;
use crate::message::{Cause, Closing, Failure, FailureKind, Occurrence, Side};
use crate::pull::choice::Chooser;
use crate::pull::configuring::{Known, Reason};
use crate::pull::intake::Intake;
use crate::pull::reminding::Reminder;
use crate::pull::settings::PullSettings;
use crate::rest::Rest;
use crate::transport::http::HttpClient;
use crate::transport::long_poll::Poll;
use crate::transport::reconnect::{self, Line};
use crate::transport::session::Shared;
use crate::transport::settings::Settings;
use crate::transport::websocket;

/// A connection that lasted so long has done its work.
const LASTING: Duration = Duration::from_secs(60);

/// One listener, from its start to its end.
pub(super) struct PullLine {
    pub(super) place: Place,
    pub(super) rest: Arc<Rest>,
    pub(super) settings: watch::Receiver<PullSettings>,
    pub(super) intake: Intake,
    pub(super) client: HttpClient,
    pub(super) known: Option<Known>,
    /// Channels before that one which may hold something yet.
    pub(super) left: Vec<Known>,
    pub(super) ladder: Ladder,
    /// Outlives this line: what a transport is good for is known to the next one.
    pub(super) chooser: Arc<Mutex<Chooser>>,
    /// Whether it is to be asked for again before the next attempt.
    pub(super) is_stale: bool,
    /// Since when the WebSocket is tried or open, if it is.
    pub(super) on_socket: Option<Instant>,
    reminder: Option<Reminder>,
    was_tried: bool,
    was_open: bool,
    /// Whether the server has refused a channel, and answered no poll since.
    pub(super) was_refused: bool,
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

impl PullLine {
    pub(super) fn new(
        place: Place,
        rest: Arc<Rest>,
        settings: watch::Receiver<PullSettings>,
        intake: Intake,
        chooser: Arc<Mutex<Chooser>>,
    ) -> Self {
        Self {
            place,
            rest,
            settings,
            intake,
            client: HttpClient::new(),
            known: None,
            left: Vec::new(),
            ladder: Ladder::default(),
            chooser,
            is_stale: false,
            on_socket: None,
            reminder: None,
            was_tried: false,
            was_open: false,
            was_refused: false,
        }
    }

    /// Begins to remind 1C of the queue, once there was a first attempt, however it ended.
    fn remind(&mut self, shared: &Shared) {
        let settings = &self.settings;
        self.reminder.get_or_insert_with(|| Reminder::start(settings.clone(), &shared.common.delivery));
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
}

impl Line for PullLine {
    type Link = Link;

    fn destination(&self) -> String {
        match &self.place {
            Place::Portal(portal) => portal.url().host_str().unwrap_or_default().to_owned(),
            Place::Channel(config) => config.host().to_owned(),
        }
    }

    async fn open(&mut self, shared: &Shared, settings: &Settings) -> Result<(Link, String), Failure> {
        self.intake.abandon();
        if mem::replace(&mut self.was_tried, true) {
            self.remind(shared);
        } else if matches!(&self.place, Place::Portal(portal) if portal.is_open_to_readers()) {
            let warning = || "Адрес портала без TLS: токены можно прочитать по пути";
            shared.common.log.write(Level::Warn, warning);
        }
        let is_over = |known: &Known| known.renew_at.is_some_and(|due| due <= SystemTime::now());
        if self.is_stale || self.known.as_ref().is_none_or(is_over) {
            let known = self.configure(&settings.dial).await?;
            if let Some(old) = self.enter(known) {
                self.leave(old);
            }
        }
        let link = self.open_by_choice(settings).await?;
        Ok((link, String::new()))
    }

    async fn serve(&mut self, link: Link, shared: &Shared, settings: &Settings) -> (Closing, bool) {
        let cause = if mem::replace(&mut self.was_open, true) { Cause::Reconnect } else { Cause::Start };
        shared.common.delivery.put(Occurrence::CheckQueue(cause));
        self.remind(shared);
        select! {
            biased;
            _ = shared.stop_requested() => ended_by(shared),
            () = self.catch_up(shared, &settings.dial) => self.listen(link, shared, settings).await,
        }
    }

    fn retry(&mut self, end: reconnect::End<'_>, _: &Settings) -> Option<(u32, Duration)> {
        if let Some(since) = self.on_socket.take() {
            if matches!(end, reconnect::End::Closed(_)) && since.elapsed() >= LASTING {
                self.chooser().worked();
            } else {
                self.chooser().failed(Instant::now());
            }
        }
        if matches!(end, reconnect::End::Closed(lasted) if lasted >= LASTING) {
            self.ladder.succeeded();
        }
        let chance = fastrand::f64();
        let pause = match end {
            reconnect::End::Failed(failure) => {
                self.is_stale = true;
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

/// How a failure ends a connection.
pub(super) fn cut(failure: Failure) -> Closing {
    Closing { side: Side::Peer, code: 1006, reason: failure.text }
}

/// The end that 1C asked for: there is nobody to say goodbye to.
pub(super) fn ended_by(shared: &Shared) -> (Closing, bool) {
    (Closing { side: shared.side(), code: 1000, reason: Text::fixed("", "") }, true)
}

pub(super) fn protocol(why: &Text) -> Failure {
    Failure::new(FailureKind::Protocol, why.clone())
}
