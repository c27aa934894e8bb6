//! Members that classes have in common, each written once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use native_api::class::{Name, Parameter, Property};
use native_api::{Arguments, Misuse, MisuseKind, Text, Value};

use crate::client::Client;
use crate::filter::Filter;
use crate::transport::session::State;

/// Longest time that can be set anywhere, in seconds: a day.
pub(super) const LONGEST_TIME: f64 = 86_400.0;

/// What every class keeps for itself.
#[derive(Debug, Default)]
pub(super) struct Basics(Mutex<Values>);

#[derive(Clone, Debug, Default)]
struct Values {
    /// Seconds; 0: outcomes come as events.
    timeout: f64,
    regex: String,
}

impl Basics {
    fn get(&self) -> Values {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Values)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The time to wait for an outcome; `None`: outcomes come as events.
    pub(super) fn timeout(&self) -> Option<Duration> {
        let seconds = self.get().timeout;
        (seconds > 0.0).then(|| Duration::from_secs_f64(seconds))
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

pub(super) const fn connected<C: Face>() -> Property<C> {
    Property {
        name: name("Connected", "Подключено"),
        get: |this| (this.client().state() == State::Open).into(),
        set: None,
    }
}

pub(super) const fn timeout<C: Face>() -> Property<C> {
    Property {
        name: name("Timeout", "Таймаут"),
        get: |this| this.basics().get().timeout.into(),
        set: Some(|this, value| {
            let seconds = value.number(0, 0.0..=LONGEST_TIME)?;
            this.basics().change(|values| values.timeout = seconds);
            Ok(())
        }),
    }
}

pub(super) const fn listen<C: Face>() -> Property<C> {
    Property {
        name: name("Listen", "РежимПрослушивания"),
        get: |this| this.client().delivery().settings().listen.into(),
        set: Some(|this, value| {
            let listen = value.bool(0)?;
            this.client().delivery().change(|settings| settings.listen = listen);
            Ok(())
        }),
    }
}

pub(super) const fn version<C>() -> Property<C> {
    Property { name: name("Version", "Версия"), get: |_| env!("CARGO_PKG_VERSION").into(), set: None }
}

pub(super) const fn regex<C: Face>() -> Property<C> {
    Property {
        name: name("Regex", "РегулярноеВыражение"),
        get: |this| this.basics().get().regex.into(),
        set: Some(|this, value| {
            let filter = filter(value, 0)?;
            this.client().delivery().set_filter(filter);
            let pattern = value.string(0)?;
            this.basics().change(|values| pattern.clone_into(&mut values.regex));
            Ok(())
        }),
    }
}

/// A regular expression among the arguments.
pub(super) fn filter(arguments: &Arguments<'_>, index: usize) -> Result<Filter, Misuse> {
    Filter::new(arguments.string(index)?).map_err(|why| {
        syntax(index, "регулярное выражение", "a regular expression", Text::made(&*why, why.clone()))
    })
}

/// A text that does not have the form it must have.
pub(super) fn syntax(index: usize, ru: &'static str, en: &'static str, got: Text) -> Misuse {
    Misuse::bad_value(MisuseKind::Syntax, index, Text::fixed(ru, en), got)
}

/// A time among the arguments, in seconds.
pub(super) fn seconds(arguments: &Arguments<'_>, index: usize) -> Result<Duration, Misuse> {
    Ok(Duration::from_secs_f64(arguments.number(index, 0.0..=LONGEST_TIME)?))
}

/// A time among the arguments, in seconds, or `otherwise` when it is omitted.
pub(super) fn seconds_or(
    arguments: &Arguments<'_>,
    index: usize,
    otherwise: Duration,
) -> Result<Duration, Misuse> {
    match arguments.value(index) {
        Value::Empty => Ok(otherwise),
        _ => seconds(arguments, index),
    }
}
