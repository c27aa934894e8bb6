//! What the platform, and whoever runs on it, does to an object now and then.

use std::time::{Duration, Instant};

use native_api_host::{Gate, Instance};

use crate::fleet::Taking;

/// What happens next.
#[derive(Debug)]
pub(crate) enum Mischief {
    /// 1C is busy and takes no events for a while: the buffer fills.
    Busy(Duration),
    /// `Отключиться`, and `Подключиться` again.
    Disconnect,
    /// The object is closed, taken away, and another takes its place.
    Renew,
    /// The same, without closing it first.
    Abandon,
    /// The platform's knobs were turned.
    Turned,
}

/// When what happens.
pub(crate) struct Schedule {
    random: fastrand::Rng,
    next: Instant,
    /// When the platform behaves again.
    until: Option<Instant>,
    gate: Option<Gate>,
}

impl Schedule {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let next = Instant::now() + pause(&mut random);
        Self { random, next, until: None, gate: None }
    }

    /// What is due now, if anything is.
    pub(crate) fn due(&mut self, object: &Instance, taking: Taking) -> Option<Mischief> {
        let now = Instant::now();
        if self.until.is_some_and(|until| until <= now) {
            self.calm(object);
        }
        if now < self.next {
            return None;
        }
        self.next = now + pause(&mut self.random);
        let time = Duration::from_millis(100 * self.random.u64(1..30));
        let has_events = taking != Taking::Job;
        Some(match self.random.u32(..12) {
            0..4 => Mischief::Busy(time),
            4 | 5 => Mischief::Disconnect,
            6 | 7 => Mischief::Renew,
            8 => Mischief::Abandon,
            9 if has_events => {
                object.faults().refuse_events(true);
                self.turned(now + time)
            }
            10 if has_events => {
                object.faults().delay_events(Duration::from_millis(self.random.u64(1..10)));
                self.turned(now + time)
            }
            11 if has_events => {
                // All objects wait: one thread calls the platform for all of them.
                self.gate = Some(object.faults().hang_events());
                self.turned(now + time / 2)
            }
            _ => Mischief::Busy(time),
        })
    }

    /// The platform behaves.
    pub(crate) fn calm(&mut self, object: &Instance) {
        object.faults().reset();
        self.gate = None;
        self.until = None;
    }

    fn turned(&mut self, until: Instant) -> Mischief {
        self.until = Some(until);
        Mischief::Turned
    }
}

/// Some seconds.
fn pause(random: &mut fastrand::Rng) -> Duration {
    Duration::from_millis(random.u64(3_000..20_000))
}
