//! The hint to look into the queue of offline events, on a timer: whatever got lost costs minutes. It goes on while
//! the push server is away, for the portal may be there.

use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

use tokio::select;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::delivery::Delivery;
use crate::message::{Cause, Occurrence};
use crate::pull::settings::PullSettings;

/// Reminds as long as it lives.
pub(super) struct Reminder(AbortHandle);

impl Reminder {
    /// Begins; the first hint comes after the interval.
    pub(super) fn start(settings: watch::Receiver<PullSettings>, delivery: &Arc<Delivery>) -> Self {
        Self(tokio::spawn(remind(settings, Arc::clone(delivery))).abort_handle())
    }
}

impl Drop for Reminder {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn remind(mut settings: watch::Receiver<PullSettings>, delivery: Arc<Delivery>) {
    let mut last = Instant::now();
    loop {
        let interval = settings.borrow_and_update().check_interval;
        let left = interval.saturating_sub(last.elapsed());
        if !interval.is_zero() && left.is_zero() {
            delivery.put(Occurrence::CheckQueue(Cause::Timer));
            last = Instant::now();
            continue;
        }
        select! {
            () = sleep(left), if !interval.is_zero() => {}
            changed = settings.changed() => if changed.is_err() {
                // The object is gone, and so is this task soon.
                return pending().await;
            },
        }
    }
}
