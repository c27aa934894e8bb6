//! Properties of the connection: how it is made, kept and made again.

use std::time::Duration;

use native_api::class::Property;
use native_api::{Arguments, Misuse, Text};

use super::WebSocket;
use crate::class::common::arguments::{count, size, syntax};
use crate::class::common::{LONGEST_TIME, name};
use crate::transport::settings::Settings;

/// Largest message that can be allowed: 1 GiB.
const LARGEST_MESSAGE: f64 = 1_073_741_824.0;
/// Shortest pause between attempts, in seconds: servers shut out who hammers.
const SHORTEST_PAUSE: f64 = 0.1;
/// Most attempts that can be named; more is "for ever".
const MOST_ATTEMPTS: f64 = 1_000_000_000.0;

pub(super) const SUBPROTOCOLS: Property<WebSocket> = Property {
    name: name("Subprotocols", "Подпротоколы"),
    get: |this| this.subprotocols().clone().into(),
    set: Some(|this, value| {
        let list = value.string(0)?;
        let names = list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let names = names.collect::<Vec<_>>();
        check_subprotocols(&names)?;
        this.client.change(|settings| settings.subprotocols = names);
        list.clone_into(&mut this.subprotocols());
        Ok(())
    }),
};

pub(super) const SELECTED_SUBPROTOCOL: Property<WebSocket> = Property {
    name: name("SelectedSubprotocol", "ВыбранныйПодпротокол"),
    get: |this| this.client.subprotocol().into(),
    set: None,
};

pub(super) const COMPRESSION: Property<WebSocket> = Property {
    name: name("Compression", "Сжатие"),
    get: |this| this.client.settings().compression.into(),
    set: Some(|this, value| {
        let compression = value.bool(0)?;
        this.client.change(|settings| settings.compression = compression);
        Ok(())
    }),
};

pub(super) const PING_INTERVAL: Property<WebSocket> = Property {
    name: name("PingInterval", "ИнтервалПинга"),
    get: |this| this.client.settings().ping_interval.as_secs_f64().into(),
    set: Some(|this, value| time(this, value, |settings| &mut settings.ping_interval)),
};

pub(super) const PONG_TIMEOUT: Property<WebSocket> = Property {
    name: name("PongTimeout", "ТаймаутОтветаНаПинг"),
    get: |this| this.client.settings().pong_timeout.as_secs_f64().into(),
    set: Some(|this, value| time(this, value, |settings| &mut settings.pong_timeout)),
};

pub(super) const RECONNECT_ATTEMPTS: Property<WebSocket> = Property {
    name: name("ReconnectAttempts", "ПопыткиПереподключения"),
    get: |this| match this.client.settings().reconnect.attempts {
        Some(attempts) => f64::from(attempts).into(),
        None => (-1).into(),
    },
    set: Some(|this, value| {
        let attempts = value.whole(0, -1.0..=MOST_ATTEMPTS)?;
        this.client.change(|settings| settings.reconnect.attempts = u32::try_from(attempts).ok());
        Ok(())
    }),
};

pub(super) const RECONNECT_DELAY: Property<WebSocket> = Property {
    name: name("ReconnectDelay", "ПаузаПереподключения"),
    get: |this| this.client.settings().reconnect.delay.as_secs_f64().into(),
    set: Some(|this, value| pause(this, value, |settings| &mut settings.reconnect.delay)),
};

pub(super) const MAX_RECONNECT_DELAY: Property<WebSocket> = Property {
    name: name("MaxReconnectDelay", "МаксимальнаяПауза"),
    get: |this| this.client.settings().reconnect.max_delay.as_secs_f64().into(),
    set: Some(|this, value| pause(this, value, |settings| &mut settings.reconnect.max_delay)),
};

pub(super) const MAX_MESSAGE_SIZE: Property<WebSocket> = Property {
    name: name("MaxMessageSize", "МаксимальныйРазмерСообщения"),
    get: |this| count(this.client.settings().max_message_size).into(),
    set: Some(|this, value| {
        let bytes = size(value, 1.0..=LARGEST_MESSAGE)?;
        this.client.change(|settings| settings.max_message_size = bytes);
        Ok(())
    }),
};

fn time(
    this: &WebSocket,
    value: &Arguments<'_>,
    field: impl FnOnce(&mut Settings) -> &mut Duration,
) -> Result<(), Misuse> {
    let time = Duration::from_secs_f64(value.number(0, 0.0..=LONGEST_TIME)?);
    this.client.change(|settings| *field(settings) = time);
    Ok(())
}

fn pause(
    this: &WebSocket,
    value: &Arguments<'_>,
    field: impl FnOnce(&mut Settings) -> &mut Duration,
) -> Result<(), Misuse> {
    value.number(0, SHORTEST_PAUSE..=LONGEST_TIME)?;
    time(this, value, field)
}

fn check_subprotocols(names: &[String]) -> Result<(), Misuse> {
    let mut request = wire::Request::new(false, "host", 80, "/").expect("a well-formed address");
    for name in names {
        request.subprotocol(name).map_err(|_| {
            let got = Text::fixed(
                "имя с запрещенными знаками или повтор",
                "a name with forbidden characters, or twice",
            );
            syntax(
                0,
                "список подпротоколов через запятую",
                "a list of subprotocols, separated by commas",
                got,
            )
        })?;
    }
    Ok(())
}
