//! A WebSocket as a session holds it open.

use std::time::Duration;

use native_api::Text;

use super::inlet::Plain;
use super::{Farewell, Link, converse};
use crate::backoff::Backoff;
use crate::message::{Closing, Failure, FailureKind};
use crate::transport::address::Address;
use crate::transport::reconnect::{End, Line};
use crate::transport::session::Shared;
use crate::transport::settings::Settings;

/// A WebSocket to one address, again and again.
pub(crate) struct WebSocketLine {
    address: Address,
    backoff: Backoff,
}

impl WebSocketLine {
    pub(crate) const fn new(address: Address) -> Self {
        Self { address, backoff: Backoff::new() }
    }
}

impl Line for WebSocketLine {
    type Link = Link;

    fn destination(&self) -> String {
        format!("{}:{}", self.address.server_name(), self.address.port())
    }

    async fn open(&mut self, _: &Shared, settings: &Settings) -> Result<(Link, String), Failure> {
        let link = Link::open(&self.address, settings).await?;
        let subprotocol = link.subprotocol().to_owned();
        Ok((link, subprotocol))
    }

    async fn serve(&mut self, link: Link, shared: &Shared, settings: &Settings) -> (Closing, bool) {
        match converse(link, shared, settings, &mut Plain).await {
            Farewell::Ended { closing, cleanly } => (closing, cleanly),
            // A plain inlet never does.
            Farewell::Left => {
                (Closing { side: shared.side(), code: 1000, reason: Text::fixed("", "") }, true)
            }
        }
    }

    fn retry(&mut self, end: End<'_>, settings: &Settings) -> Option<(u32, Duration)> {
        let hopeless = match end {
            End::Closed(lasted) => {
                self.backoff.was_open(lasted);
                false
            }
            End::Failed(failure) => is_hopeless(failure),
        };
        self.backoff.next(&settings.reconnect, fastrand::f64(), hopeless)
    }
}

/// Whether trying soon would not help, and might lock an account.
fn is_hopeless(failure: &Failure) -> bool {
    match failure.kind {
        FailureKind::Proxy => failure.status == Some(407),
        _ => matches!(failure.status, Some(400 | 401 | 403)),
    }
}
