//! The connection as 1C sees it: its state, how long its outcomes are waited for, and its end.

use native_api::class::{Method, Property};

use super::{Face, LONGEST_TIME, name};
use crate::transport::session::{CloseRequest, State};

pub(in crate::class) const fn connected<C: Face>() -> Property<C> {
    Property {
        name: name("Connected", "Подключено"),
        get: |this| (this.client().state() == State::Open).into(),
        set: None,
    }
}

pub(in crate::class) const fn timeout<C: Face>() -> Property<C> {
    Property {
        name: name("Timeout", "Таймаут"),
        get: |this| this.basics().timeout_in_seconds().into(),
        set: Some(|this, value| {
            let seconds = value.number(0, 0.0..=LONGEST_TIME)?;
            this.basics().set_timeout(seconds);
            Ok(())
        }),
    }
}

pub(in crate::class) const fn state<C: Face>() -> Property<C> {
    Property {
        name: name("State", "Состояние"),
        get: |this| {
            let state = match this.client().state() {
                State::Connecting => "Connecting",
                State::Open => "Open",
                State::Waiting => "Waiting",
                State::Closing => "Closing",
                State::Closed { .. } => "Closed",
            };
            state.into()
        },
        set: None,
    }
}

pub(in crate::class) const fn last_error<C: Face>() -> Property<C> {
    Property {
        name: name("LastError", "ПоследняяОшибка"),
        get: |this| this.client().last_error().into(),
        set: None,
    }
}

/// `Отключиться` of classes whose 1C has nothing to say to the other side.
pub(in crate::class) const fn disconnect<C: Face>() -> Method<C> {
    Method {
        name: name("Disconnect", "Отключиться"),
        parameters: &[],
        returns: true,
        run: |this, _| Ok(this.client().disconnect(this.basics().timeout(), CloseRequest::normal).into()),
    }
}
