//! Looking at the work from outside: version, counters and the log.

use native_api::class::Property;
use serde_json::json;

use super::arguments::syntax;
use super::{Face, name};
use crate::class::words;
use crate::log::Level;
use crate::statistics::Counter;

pub(in crate::class) const fn version<C>() -> Property<C> {
    Property { name: name("Version", "Версия"), get: |_| env!("CARGO_PKG_VERSION").into(), set: None }
}

pub(in crate::class) const fn statistics<C: Face>() -> Property<C> {
    Property {
        name: name("Statistics", "Статистика"),
        get: |this| {
            let statistics = this.client().statistics();
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
            let connected = (this.client().connected_time().as_secs_f64() * 1000.0).round() / 1000.0;
            let mut members =
                numbers.map(|(name, counter)| format!("\"{name}\": {}", counter.get())).to_vec();
            members.push(format!("\"roundTripMs\": {}", json!(round_trip)));
            members.push(format!("\"connectedSeconds\": {}", json!(connected)));
            format!("{{{}}}", members.join(",")).into()
        },
        set: None,
    }
}

pub(in crate::class) const fn log_file<C: Face>() -> Property<C> {
    Property {
        name: name("LogFile", "ФайлЖурнала"),
        get: |this| this.client().log().file().into(),
        set: Some(|this, value| {
            let opened = this.client().log().set_file(value.string(0)?);
            opened.map_err(|why| {
                syntax(0, "файл, в который можно писать", "a file that can be written to", why)
            })
        }),
    }
}

pub(in crate::class) const fn log_level<C: Face>() -> Property<C> {
    Property {
        name: name("LogLevel", "УровеньЖурнала"),
        get: |this| words::english(&this.client().log().level(), Level::WORDS).into(),
        set: Some(|this, value| {
            this.client().log().set_level(words::read(value, 0, Level::WORDS)?);
            Ok(())
        }),
    }
}
