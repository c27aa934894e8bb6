//! All objects of a WebSocket class that talk to one server, one after another, as modules of 1C use them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use native_api_host::Library;

use crate::fleet::Socket;
use crate::mischief::{Mischief, Schedule};
use crate::report::{Report, tell};
use crate::socket_life::{Life, Outcome};

/// All that its thread needs.
pub(crate) struct SocketClient {
    pub(crate) number: usize,
    pub(crate) socket: Socket,
    pub(crate) url: String,
    /// The authority of the servers' certificates, in PEM.
    pub(crate) authority: String,
    pub(crate) library: Library,
    pub(crate) seed: u64,
    /// Where the object's log goes, if anywhere.
    pub(crate) log: Option<PathBuf>,
}

impl SocketClient {
    /// Uses one object after the other until `stop`; then the last one answers all that is on its way.
    pub(crate) fn run(&self, stop: &AtomicBool) -> Outcome {
        let mut schedule = Schedule::new(self.seed);
        let mut life = Life::begin(self, 0)?;
        while !stop.load(Ordering::Relaxed) {
            life.step()?;
            life.send()?;
            match schedule.due(&life.object, self.socket.taking) {
                None | Some(Mischief::Turned) => {}
                Some(Mischief::Busy(time)) => std::thread::sleep(time),
                Some(Mischief::Disconnect) => life.disconnect()?,
                Some(Mischief::Renew) => {
                    schedule.calm(&life.object);
                    life = Life::begin(self, life.end()?)?;
                }
                Some(Mischief::Abandon) => {
                    schedule.calm(&life.object);
                    life = Life::begin(self, life.abandon()?)?;
                }
            }
        }
        schedule.calm(&life.object);
        life.settle()?;
        life.end()?;
        self.tell(Report::Finished)
    }

    pub(crate) fn tell(&self, report: Report) -> Outcome {
        tell(self.number, report).map_err(|error| error.to_string())
    }
}
