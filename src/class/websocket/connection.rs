//! Properties of the connection: its state, how it is made, kept and made again.

use std::ops::RangeInclusive;
use std::time::Duration;

use native_api::class::Property;
use native_api::{Arguments, Misuse, MisuseKind, Text};
use serde_json::json;

use super::WebSocket;
use crate::class::common::{LONGEST_TIME, name, syntax};
use crate::class::words;
use crate::log::Level;
use crate::statistics::Counter;
use crate::transport::session::State;
use crate::transport::settings::Settings;

/// Largest message that can be allowed: 1 GiB.
const LARGEST_MESSAGE: f64 = 1_073_741_824.0;
/// Shortest pause between attempts, in seconds: servers shut out who hammers.
const SHORTEST_PAUSE: f64 = 0.1;
/// Most attempts that can be named; more is "for ever".
const MOST_ATTEMPTS: f64 = 1_000_000_000.0;

pub(super) const STATE: Property<WebSocket> = Property {
    name: name("State", "Состояние"),
    get: |this| {
        let state = match this.client.state() {
            State::Connecting => "Connecting",
            State::Open => "Open",
            State::Waiting => "Waiting",
            State::Closing => "Closing",
            State::Closed { .. } => "Closed",
        };
        state.into()
    },
    set: None,
};

pub(super) const LAST_ERROR: Property<WebSocket> = Property {
    name: name("LastError", "ПоследняяОшибка"),
    get: |this| this.client.last_error().into(),
    set: None,
};

pub(super) const SOURCE: Property<WebSocket> = Property {
    name: name("Source", "Источник"),
    get: |this| this.words().source.clone().into(),
    set: Some(|this, value| {
        let source = value.string(0)?;
        this.client.delivery().set_source(source);
        source.clone_into(&mut this.words().source);
        Ok(())
    }),
};

pub(super) const SUBPROTOCOLS: Property<WebSocket> = Property {
    name: name("Subprotocols", "Подпротоколы"),
    get: |this| this.words().subprotocols.clone().into(),
    set: Some(|this, value| {
        let list = value.string(0)?;
        let names = list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let names = names.collect::<Vec<_>>();
        check_subprotocols(&names)?;
        this.client.change(|settings| settings.subprotocols = names);
        list.clone_into(&mut this.words().subprotocols);
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

pub(super) const STATISTICS: Property<WebSocket> = Property {
    name: name("Statistics", "Статистика"),
    get: |this| {
        let statistics = this.client.statistics();
        let numbers: [(&str, &Counter); 11] = [
            ("messagesIn", &statistics.messages_in),
            ("messagesOut", &statistics.messages_out),
            ("bytesIn", &statistics.bytes_in),
            ("bytesOut", &statistics.bytes_out),
            ("filtered", &statistics.filtered),
            ("queued", &statistics.queued),
            ("delivered", &statistics.delivered),
            ("refused", &statistics.refused),
            ("lost", &statistics.lost),
            ("reconnects", &statistics.reconnects),
            ("pings", &statistics.pings),
        ];
        let round_trip = statistics.round_trip().map(|time| time.as_secs_f64() * 1000.0);
        let connected = (this.client.connected_time().as_secs_f64() * 1000.0).round() / 1000.0;
        let mut members = numbers.map(|(name, counter)| format!("\"{name}\": {}", counter.get())).to_vec();
        members.push(format!("\"roundTripMs\": {}", json!(round_trip)));
        members.push(format!("\"connectedSeconds\": {}", json!(connected)));
        format!("{{{}}}", members.join(",")).into()
    },
    set: None,
};

pub(super) const LOG_FILE: Property<WebSocket> = Property {
    name: name("LogFile", "ФайлЖурнала"),
    get: |this| this.client.log().file().into(),
    set: Some(|this, value| {
        let opened = this.client.log().set_file(value.string(0)?);
        opened.map_err(|why| syntax(0, "файл, в который можно писать", "a file that can be written to", why))
    }),
};

pub(super) const LOG_LEVEL: Property<WebSocket> = Property {
    name: name("LogLevel", "УровеньЖурнала"),
    get: |this| words::english(&this.client.log().level(), Level::WORDS).into(),
    set: Some(|this, value| {
        this.client.log().set_level(words::read(value, 0, Level::WORDS)?);
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

/// A whole number among the arguments, as a size.
pub(super) fn size(value: &Arguments<'_>, range: RangeInclusive<f64>) -> Result<usize, Misuse> {
    let number = value.whole(0, range)?;
    usize::try_from(number).map_err(|_| {
        let expected = Text::fixed("Число поменьше", "a smaller Number");
        Misuse::bad_value(MisuseKind::Range, 0, expected, Text::made(number.to_string(), number.to_string()))
    })
}

/// A size as 1C reads it.
pub(super) fn count(size: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "sizes of things in memory are far below 2^53")]
    let number = size as f64;
    number
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
