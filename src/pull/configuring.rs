//! Where to listen: what the portal says, and when it is asked again.

use std::future::pending;
use std::mem;
use std::time::{Duration, Instant, SystemTime};

use native_api::Text;
use tokio::time::sleep;

use super::line::{Link, PullLine, protocol};
use crate::bitrix::address::Address as Place;
use crate::bitrix::clock::{ServerClock, until};
use crate::bitrix::config::PullConfig;
use crate::bitrix::mid::Mid;
use crate::log::Level;
use crate::message::{Cause, Failure, Occurrence};
use crate::transport::dial::DialSettings;
use crate::transport::session::Shared;
use crate::transport::settings::Settings;

/// How long the portal may take to answer when it is asked for the configuration, and how long it is left alone when
/// it could not.
const PORTAL_LIMIT: Duration = Duration::from_secs(30);
const PORTAL_PAUSE: Duration = Duration::from_secs(60);
/// Channels that are remembered to be read to their end; each lives for hours.
const MOST_LEFT: usize = 8;
/// The clock may be set meanwhile.
const CLOCK_CHECK: Duration = Duration::from_secs(60);

/// Where to listen, and for how long that holds.
pub(super) struct Known {
    pub(super) config: PullConfig,
    pub(super) renew_at: Option<SystemTime>,
    /// What was read when it was asked for: the channel after this one was not there yet.
    pub(super) read: Mid,
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
    pub(super) async fn configure(&self, dial: &DialSettings) -> Result<Known, Failure> {
        let read = self.intake.mids().read();
        let portal = match &self.place {
            Place::Channel(config) => return Ok(Known { config: config.clone(), renew_at: None, read }),
            Place::Portal(portal) => portal,
        };
        let deadline = Instant::now() + PORTAL_LIMIT;
        let method = "pull.application.config.get";
        let answer = self.rest.call(portal, method, r#"{"CACHE":"N"}"#, dial, deadline).await?;
        let config = PullConfig::read(&answer.result, portal.url()).map_err(|why| protocol(&why))?;
        let now = SystemTime::now();
        let renew_at = config.renew_at(&ServerClock::new(answer.finished.unwrap_or(now), now));
        Ok(Known { config, renew_at, read })
    }

    /// Listens there from now on. The channel before this one, if there was one on the same server.
    pub(super) fn enter(&mut self, new: Known) -> Option<Known> {
        self.is_stale = false;
        let is_elsewhere = self.intake.mids().at(&new.config.server());
        if is_elsewhere {
            // Numbers of another server mean nothing here.
            self.left.clear();
        }
        let old = self.known.take().filter(|old| !is_elsewhere && !old.config.is_same_place(&new.config));
        self.known = Some(new);
        if let Some(old) = &old {
            self.intake.begin_channel(old.read);
        }
        old
    }

    /// Remembers a channel that may hold something yet.
    pub(super) fn leave(&mut self, old: Known) {
        if self.left.len() < MOST_LEFT {
            self.left.push(old);
        }
    }

    /// Reads what channels still hold that changed while nobody could listen.
    pub(super) async fn catch_up(&mut self, shared: &Shared, dial: &DialSettings) {
        let left = mem::take(&mut self.left);
        let Some(last) = left.last().map(|old| old.read) else { return };
        self.intake.resume_channel();
        for old in left {
            shared.common.log.write(Level::Info, || "Канал сменился, прежний дочитывается");
            self.drain(&old.config, shared, dial).await;
        }
        self.intake.begin_channel(last);
    }

    /// Asks for the configuration again, reads the old channel to its end, and listens on.
    pub(super) async fn renew(
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
            self.is_stale = true;
            return Err(failure.clone());
        }
        log.write(Level::Info, || "Запрос настроек канала");
        let mut is_read = true;
        match (self.configure(&settings.dial).await, reason) {
            (Err(failure), Reason::Refused(_)) => {
                self.is_stale = true;
                return Err(failure);
            }
            (Err(failure), _) => {
                log.write(Level::Warn, || format!("Настройки не получены: {}", failure.text.ru));
                if let Some(known) = &mut self.known {
                    known.renew_at = SystemTime::now().checked_add(PORTAL_PAUSE);
                }
            }
            (Ok(new), reason) => {
                let left = self.known.as_ref().filter(|old| !old.config.is_same_place(&new.config));
                match (reason, left.map(|old| old.config.clone())) {
                    (Reason::Refused(failure), None) => {
                        self.is_stale = true;
                        return Err(failure);
                    }
                    // There is nobody to ask for the next channel but 1C.
                    (Reason::Told, None) if matches!(self.place, Place::Channel(_)) => {
                        shared.common.delivery.put(Occurrence::CheckQueue(Cause::Channel));
                    }
                    (_, None) => {}
                    (_, Some(old)) => {
                        is_read = self.drain(&old, shared, &settings.dial).await;
                        log.write(Level::Info, || "Канал сменился");
                        shared.common.delivery.put(Occurrence::CheckQueue(Cause::Channel));
                    }
                }
                if let Some(old) = self.enter(new).filter(|_| !is_read) {
                    self.leave(old);
                }
            }
        }
        if was_socket { self.open_socket(settings).await } else { Ok(Link::Polls(None)) }
    }
}
