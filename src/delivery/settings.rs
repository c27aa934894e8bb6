//! How messages reach 1C.

use std::time::Duration;

use crate::delivery::inbox::OverflowPolicy;
use crate::queue::Limits;

/// Whether messages go to 1C or 1C comes for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeliveryMode {
    /// Each message is an external event.
    #[default]
    Event,
    /// An event tells that there are messages; 1C takes them.
    Notify,
}

/// Settings of one object's delivery; each in force at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliverySettings {
    /// Whether 1C wants external events.
    pub listen: bool,
    /// Whether messages are kept where nobody listens: only classes that can be asked for them do.
    pub keep_unheard: bool,
    /// Who moves: the messages or 1C.
    pub mode: DeliveryMode,
    /// Bounds of the inbox.
    pub limits: Limits,
    /// What happens beyond them.
    pub policy: OverflowPolicy,
    /// Least time between two external events of the process.
    pub interval: Duration,
}

impl DeliverySettings {
    /// The defaults of a class that can, or cannot, be asked for messages.
    #[must_use]
    pub fn new(keep_unheard: bool) -> Self {
        Self {
            listen: true,
            keep_unheard,
            mode: DeliveryMode::default(),
            limits: Limits::default(),
            policy: OverflowPolicy::default(),
            interval: Duration::ZERO,
        }
    }
}
