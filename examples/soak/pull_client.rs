//! All objects of class `BitrixPull` that listen to one portal, one after another, as modules of 1C use them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use native_api_host::Library;

use crate::access::Access;
use crate::fleet::Pull;
use crate::mischief::{Mischief, Schedule};
use crate::pull_life::{Kept, Life, Outcome};
use crate::report::{Report, tell};

/// All that its thread needs.
pub(crate) struct PullClient {
    pub(crate) number: usize,
    pub(crate) pull: Pull,
    pub(crate) access: Access,
    pub(crate) library: Library,
    pub(crate) seed: u64,
    /// Where the object's log goes, if anywhere.
    pub(crate) log: Option<PathBuf>,
}

impl PullClient {
    /// Uses one object after the other until `stop`.
    pub(crate) fn run(&self, stop: &AtomicBool) -> Outcome {
        let (access, refresh) = (self.access.access.clone(), self.access.refresh.clone());
        let position = if self.pull.has_position() { "0" } else { "" };
        let mut schedule = Schedule::new(self.seed);
        let mut life = Life::begin(self, Kept { access, refresh, position: position.to_owned() })?;
        while !stop.load(Ordering::Relaxed) {
            life.step()?;
            match schedule.due(&life.object, self.pull.taking) {
                None | Some(Mischief::Turned) => {}
                Some(Mischief::Busy(time)) => std::thread::sleep(time),
                // Without positions, whatever is published until the next connection is nobody's.
                Some(_) if !self.pull.has_position() => {}
                Some(Mischief::Disconnect) => {
                    life.close()?;
                    life.connect_at = Some(Instant::now());
                }
                // What an object had not given to 1C comes to the next one, but what it had given and 1C had not
                // taken does not; so there is no abandoning.
                Some(Mischief::Renew | Mischief::Abandon) => {
                    schedule.calm(&life.object);
                    life = life.renew()?;
                }
            }
        }
        schedule.calm(&life.object);
        life.close()?;
        life.finish()?;
        self.tell(Report::Finished)
    }

    pub(crate) fn tell(&self, report: Report) -> Outcome {
        tell(self.number, report).map_err(|error| error.to_string())
    }
}
