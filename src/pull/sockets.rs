//! Listening by WebSocket, and which transport it is to be.

use std::future::pending;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use native_api::Text;
use tokio::select;
use tokio::time::{sleep_until, timeout};

use super::configuring::Reason;
use super::line::{End, Link, PullLine, ended_by, protocol};
use crate::log::Level;
use crate::message::{Failure, FailureKind};
use crate::pull::choice::{Chooser, Transport};
use crate::pull::settings::TransportChoice;
use crate::transport::address::Address;
use crate::transport::session::Shared;
use crate::transport::settings::Settings;
use crate::transport::websocket::{self, Farewell, converse};

/// How long a WebSocket may take to open.
const SOCKET_LIMIT: Duration = Duration::from_secs(20);

impl PullLine {
    pub(super) fn choice(&self) -> TransportChoice {
        self.settings.borrow().transport
    }

    pub(super) fn chooser(&self) -> MutexGuard<'_, Chooser> {
        self.chooser.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends when it is time to try the WebSocket again.
    pub(super) fn back(&self) -> impl Future<Output = ()> + Send + use<> {
        let due = self.chooser().back_at(self.choice());
        async move {
            match due {
                Some(due) => sleep_until(due.into()).await,
                None => pending().await,
            }
        }
    }

    /// Opens what was chosen. Where that is left to us, and the WebSocket fails as often as it may, polls follow at
    /// once: whoever waits for this attempt may make no other.
    pub(super) async fn open_by_choice(&mut self, settings: &Settings) -> Result<Link, Failure> {
        let choice = self.choice();
        let has_socket = self.config()?.websocket_url(self.intake.cursor(true)).is_some();
        let may_poll = choice == TransportChoice::Auto;
        if has_socket && self.intake.mids().skips_history() {
            // A WebSocket does not show where the history ends, the answer to a poll does.
            let poll = self.accepted_poll(&settings.dial).await?;
            if self.chooser().transport(choice, Instant::now()) == Transport::Polls {
                return Ok(Link::Polls(poll));
            }
        }
        loop {
            let wanted = self.chooser().transport(choice, Instant::now());
            if wanted == Transport::Polls || (may_poll && !has_socket) {
                return self.accepted_poll(&settings.dial).await.map(Link::Polls);
            }
            // Until it is open: the attempt may be given up at any time.
            self.on_socket = Some(Instant::now());
            match self.open_socket_in_time(settings).await {
                Err(_) if may_poll => {
                    self.on_socket = None;
                    self.chooser().failed(Instant::now());
                }
                opened => return opened,
            }
        }
    }

    async fn open_socket_in_time(&mut self, settings: &Settings) -> Result<Link, Failure> {
        timeout(SOCKET_LIMIT, self.open_socket(settings)).await.unwrap_or_else(|_| Err(no_socket()))
    }

    pub(super) async fn open_socket(&mut self, settings: &Settings) -> Result<Link, Failure> {
        let config = self.config()?;
        let url = config.websocket_url(self.intake.cursor(config.has_mids())).ok_or_else(no_websocket)?;
        let address = Address::parse(url.as_str()).map_err(|why| protocol(&why))?;
        websocket::Link::open(&address, settings).await.map(Box::new).map(Link::Socket)
    }

    /// Tries the WebSocket again; polls go on if it fails.
    pub(super) async fn back_to_socket(&mut self, shared: &Shared, settings: &Settings) -> Link {
        match self.open_socket_in_time(settings).await {
            Ok(link) => {
                self.on_socket = Some(Instant::now());
                link
            }
            Err(failure) => {
                shared.common.log.write(Level::Info, || failure.text.ru.clone());
                self.chooser().failed(Instant::now());
                Link::Polls(None)
            }
        }
    }

    pub(super) async fn talk(
        &mut self,
        socket: websocket::Link,
        shared: &Shared,
        settings: &Settings,
    ) -> End {
        let renewal = self.renewal();
        let farewell = select! {
            farewell = converse(socket, shared, settings, &mut self.intake) => farewell,
            () = renewal => return End::Renew(Reason::Due),
        };
        match farewell {
            Farewell::Left if shared.is_stopping() => {
                let (closing, cleanly) = ended_by(shared);
                End::Closed(closing, cleanly)
            }
            Farewell::Left => {
                self.intake.take_expired();
                End::Renew(Reason::Told)
            }
            Farewell::Ended { closing, cleanly } => {
                if is_refusal(closing.code) {
                    self.is_stale = true;
                }
                End::Closed(closing, cleanly)
            }
        }
    }
}

/// Whether a push server closes a WebSocket with this code because it does not know channel or client.
const fn is_refusal(code: u16) -> bool {
    matches!(code, 4010 | 4036)
}

fn no_socket() -> Failure {
    let (ru, en) = ("WebSocket не открылся за отведенное время", "The WebSocket did not open in time");
    Failure::new(FailureKind::Timeout, Text::fixed(ru, en))
}

fn no_websocket() -> Failure {
    protocol(&Text::fixed(
        "Сервер очередей портала не принимает WebSocket",
        "The portal's push server takes no WebSocket",
    ))
}
