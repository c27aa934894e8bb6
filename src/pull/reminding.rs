//! The hint to look into the queue of offline events, on a timer.

use std::convert::Infallible;
use std::future::pending;
use std::time::Instant;

use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::message::{Cause, Occurrence};
use crate::pull::settings::PullSettings;
use crate::transport::session::Shared;

/// Tells 1C again and again to look into the queue of offline events: a hint that got lost costs minutes.
pub(super) async fn remind(mut settings: watch::Receiver<PullSettings>, shared: &Shared) -> Infallible {
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
