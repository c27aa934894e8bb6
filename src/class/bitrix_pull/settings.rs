//! Properties of the listening: by what way, from which message, and for whom.

use std::time::Duration;

use native_api::class::Property;
use native_api::{Misuse, MisuseKind, Text};

use super::BitrixPull;
use crate::bitrix::address::auth_server;
use crate::bitrix::mids::Start;
use crate::class::common::arguments::syntax;
use crate::class::common::{LONGEST_TIME, name};
use crate::class::words::{self, Words};
use crate::pull::settings::TransportChoice;

/// Shortest time between two looks into the portal's queue, in seconds, if there are any: each costs calls of REST,
/// which portals limit.
const SHORTEST_CHECK: f64 = 0.1;

pub(super) const AUTH_SERVER: Property<BitrixPull> = Property {
    name: name("AuthServer", "СерверАвторизации"),
    get: |this| this.pull.rest().auth_server().as_str().trim_end_matches('/').into(),
    set: Some(|this, value| {
        let server = auth_server(value.string(0)?)
            .map_err(|why| syntax(0, "адрес https://", "an address https://", why))?;
        this.pull.rest().set_auth_server(server);
        Ok(())
    }),
};

const TRANSPORTS: Words<TransportChoice> = &[
    (TransportChoice::LongPoll, name("LongPoll", "ДлинныйОпрос")),
    (TransportChoice::WebSocket, name("WebSocket", "WebSocket")),
    (TransportChoice::Auto, name("Auto", "Авто")),
];

pub(super) const TRANSPORT: Property<BitrixPull> = Property {
    name: name("Transport", "Транспорт"),
    get: |this| words::english(&this.pull.settings().transport, TRANSPORTS).into(),
    set: Some(|this, value| {
        let transport = words::read(value, 0, TRANSPORTS)?;
        this.pull.change(|settings| settings.transport = transport);
        Ok(())
    }),
};

pub(super) const CONNECTOR: Property<BitrixPull> = Property {
    name: name("Connector", "Коннектор"),
    get: |this| this.pull.settings().connector.into(),
    set: Some(|this, value| {
        let connector = value.string(0)?.to_owned();
        this.pull.change(|settings| settings.connector = connector);
        Ok(())
    }),
};

pub(super) const POSITION: Property<BitrixPull> = Property {
    name: name("Position", "Позиция"),
    get: |this| this.pull.position().into(),
    set: Some(|this, value| {
        let start = Start::parse(value.string(0)?).map_err(|expected| {
            let got = Text::fixed("другая строка", "another string");
            Misuse::bad_value(MisuseKind::Syntax, 0, expected, got)
        })?;
        this.pull.set_position(start);
        Ok(())
    }),
};

pub(super) const CHECK_INTERVAL: Property<BitrixPull> = Property {
    name: name("CheckInterval", "ИнтервалПроверки"),
    get: |this| this.pull.settings().check_interval.as_secs_f64().into(),
    set: Some(|this, value| {
        let seconds = value.number(0, 0.0..=LONGEST_TIME)?;
        if seconds > 0.0 && seconds < SHORTEST_CHECK {
            let expected = Text::made(
                format!("0 или Число от {SHORTEST_CHECK} до {LONGEST_TIME}"),
                format!("0 or a Number from {SHORTEST_CHECK} to {LONGEST_TIME}"),
            );
            let got = Text::made(seconds.to_string(), seconds.to_string());
            return Err(Misuse::bad_value(MisuseKind::Range, 0, expected, got));
        }
        this.pull.change(|settings| settings.check_interval = Duration::from_secs_f64(seconds));
        Ok(())
    }),
};
