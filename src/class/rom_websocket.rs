//! Class `ROM-WebSocket`: a drop-in replacement for the closed add-in of that name.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use native_api::class::{Method, Name, Parameter, Property};
use native_api::{Class, Misuse, MisuseKind, Platform, Text};

use crate::client::Client;
use crate::delivery::EVENT_BUFFER_DEPTH;
use crate::events;
use crate::filter::Filter;
use crate::transport::address::Address;

/// Longest `Таймаут`, in seconds: a day.
pub const LONGEST_TIMEOUT: f64 = 86_400.0;

/// An object of the class.
pub struct RomWebSocket {
    platform: Platform,
    client: Client,
    settings: Mutex<Settings>,
}

#[derive(Clone, Default)]
struct Settings {
    /// Seconds; 0: outcomes come as events.
    timeout: f64,
    regex: String,
}

const fn name(en: &'static str, ru: &'static str) -> Name {
    Name { en, ru }
}

impl Class for RomWebSocket {
    const NAME: &'static str = "ROM-WebSocket";

    const PROPERTIES: &'static [Property<Self>] = &[
        Property {
            name: name("Connected", "Подключено"),
            get: |this| this.client.is_open().into(),
            set: None,
        },
        Property {
            name: name("Timeout", "Таймаут"),
            get: |this| this.settings().timeout.into(),
            set: Some(|this, value| {
                let seconds = value.number(0, 0.0..=LONGEST_TIMEOUT)?;
                this.change(|settings| settings.timeout = seconds);
                Ok(())
            }),
        },
        Property {
            name: name("Listen", "РежимПрослушивания"),
            get: |this| this.client.delivery().listen().into(),
            set: Some(|this, value| {
                this.client.delivery().set_listen(value.bool(0)?);
                Ok(())
            }),
        },
        Property {
            name: name("Version", "Версия"), get: |_| env!("CARGO_PKG_VERSION").into(), set: None
        },
        Property {
            name: name("Regex", "РегулярноеВыражение"),
            get: |this| this.settings().regex.into(),
            set: Some(|this, value| {
                let pattern = value.string(0)?;
                let filter = Filter::new(pattern).map_err(|why| not_a_regex(&why))?;
                this.client.delivery().set_filter(filter);
                this.change(|settings| pattern.clone_into(&mut settings.regex));
                Ok(())
            }),
        },
    ];

    const METHODS: &'static [Method<Self>] = &[
        Method {
            name: name("Connect", "Подключиться"),
            parameters: &[Parameter { name: name("URI", "URI"), default: None }],
            returns: true,
            run: |this, arguments| {
                let address = Address::parse(arguments.string(0)?);
                Ok(this.client.connect(address, this.timeout()).into())
            },
        },
        Method {
            name: name("Disconnect", "Отключиться"),
            parameters: &[],
            returns: true,
            run: |this, _| Ok(this.client.disconnect(this.timeout()).into()),
        },
        Method {
            name: name("Send", "Отправить"),
            parameters: &[Parameter { name: name("Message", "Сообщение"), default: None }],
            returns: true,
            run: |this, arguments| Ok(this.client.send(arguments.string(0)?, this.timeout()).into()),
        },
    ];

    fn new(platform: Platform) -> Self {
        let client = Client::new(platform.clone(), Self::NAME, events::rom_websocket);
        Self { platform, client, settings: Mutex::default() }
    }

    fn init(&self) {
        self.platform.set_event_buffer_depth(EVENT_BUFFER_DEPTH);
    }

    fn done(&self, deadline: Instant) {
        self.client.done(deadline);
    }
}

impl RomWebSocket {
    fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The time to wait for an outcome; `None`: outcomes come as events.
    fn timeout(&self) -> Option<Duration> {
        let seconds = self.settings().timeout;
        (seconds > 0.0).then(|| Duration::from_secs_f64(seconds))
    }
}

fn not_a_regex(why: &str) -> Misuse {
    Misuse::bad_value(
        MisuseKind::Syntax,
        0,
        Text::fixed("регулярное выражение", "a regular expression"),
        Text::made(why, why),
    )
}
