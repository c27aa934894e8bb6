//! Members that classes have in common, each written once.

pub(super) mod arguments;
pub(super) mod observing;
pub(super) mod queue;
pub(super) mod receiving;
pub(super) mod security;
pub(super) mod session;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use native_api::class::{Name, Parameter};

use crate::client::Client;

/// Longest time that can be set anywhere, in seconds: a day.
pub(super) const LONGEST_TIME: f64 = 86_400.0;
/// The time for an answer when neither a parameter nor `Таймаут` says one.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// Settings of every class, as 1C has worded them.
#[derive(Debug)]
pub(super) struct Basics {
    /// Seconds, as bits, since every message that is sent asks for it; 0: outcomes come as events.
    timeout: AtomicU64,
    values: Mutex<Values>,
}

#[derive(Clone, Debug, Default)]
struct Values {
    regex: String,
    source: String,
    proxy: String,
}

impl Basics {
    /// The defaults of a class whose events name `source`.
    pub(super) fn new(source: &str) -> Self {
        let values = Values { source: source.to_owned(), ..Values::default() };
        Self { timeout: AtomicU64::new(0.0_f64.to_bits()), values: Mutex::new(values) }
    }

    fn get(&self) -> Values {
        self.lock().clone()
    }

    fn change(&self, change: impl FnOnce(&mut Values)) {
        change(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn timeout_in_seconds(&self) -> f64 {
        f64::from_bits(self.timeout.load(Ordering::Relaxed))
    }

    fn set_timeout(&self, seconds: f64) {
        self.timeout.store(seconds.to_bits(), Ordering::Relaxed);
    }

    /// The time to wait for an outcome; `None`: outcomes come as events.
    pub(super) fn timeout(&self) -> Option<Duration> {
        let seconds = self.timeout_in_seconds();
        (seconds > 0.0).then(|| Duration::from_secs_f64(seconds))
    }

    /// The time to wait for an answer, which no event can bring.
    pub(super) fn answer_limit(&self) -> Duration {
        self.timeout().unwrap_or(ANSWER_LIMIT)
    }
}

/// A class over a [`Client`].
pub(super) trait Face: Sized + 'static {
    fn client(&self) -> &Client;
    fn basics(&self) -> &Basics;
}

pub(super) const fn name(en: &'static str, ru: &'static str) -> Name {
    Name { en, ru }
}

/// A parameter that must be given.
pub(super) const fn required(en: &'static str, ru: &'static str) -> Parameter {
    Parameter { name: name(en, ru), default: None }
}

/// A parameter with a default.
pub(super) const fn optional(
    en: &'static str,
    ru: &'static str,
    default: native_api::class::Default,
) -> Parameter {
    Parameter { name: name(en, ru), default: Some(default) }
}
