//! How messages reach 1C: the inbox, its limits, and taking messages from it.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use native_api::class::{Default, Method, Property};
use native_api::{Arguments, Misuse, MisuseKind, Text, Value};
use serde_json::json;

use super::WebSocket;
use super::connection::{count, size};
use crate::class::common::{name, optional, seconds_or};
use crate::class::words::{self, Words};
use crate::delivery::DeliveryMode;
use crate::delivery::inbox::OverflowPolicy;
use crate::message::Payload;

/// Largest limit of a queue, in messages or bytes.
const LARGEST_LIMIT: f64 = 2_147_483_647.0;
/// Most messages in a batch.
const LARGEST_BATCH: f64 = 100_000.0;
/// Longest pause between events, in milliseconds.
const LONGEST_INTERVAL: f64 = 60_000.0;

pub(super) const QUEUE_SIZE: Property<WebSocket> = Property {
    name: name("QueueSize", "РазмерОчереди"),
    get: |this| count(this.client.delivery().settings().limits.entries).into(),
    set: Some(|this, value| {
        let entries = size(value, 1.0..=LARGEST_LIMIT)?;
        this.client.delivery().change(|settings| settings.limits.entries = entries);
        this.client.change(|settings| settings.outgoing.entries = entries);
        Ok(())
    }),
};

pub(super) const QUEUE_BYTES: Property<WebSocket> = Property {
    name: name("QueueBytes", "ОбъемОчереди"),
    get: |this| count(this.client.delivery().settings().limits.bytes).into(),
    set: Some(|this, value| {
        let bytes = size(value, 1.0..=LARGEST_LIMIT)?;
        this.client.delivery().change(|settings| settings.limits.bytes = bytes);
        this.client.change(|settings| settings.outgoing.bytes = bytes);
        Ok(())
    }),
};

const POLICIES: Words<OverflowPolicy> = &[
    (OverflowPolicy::Wait, name("Wait", "Ждать")),
    (OverflowPolicy::DropOldest, name("DropOldest", "УдалятьСтарые")),
    (OverflowPolicy::DropNewest, name("DropNewest", "УдалятьНовые")),
    (OverflowPolicy::Close, name("Close", "Закрыть")),
];

pub(super) const OVERFLOW_POLICY: Property<WebSocket> = Property {
    name: name("OverflowPolicy", "ПолитикаПереполнения"),
    get: |this| words::english(&this.client.delivery().settings().policy, POLICIES).into(),
    set: Some(|this, value| {
        let policy = words::read(value, 0, POLICIES)?;
        this.client.delivery().change(|settings| settings.policy = policy);
        Ok(())
    }),
};

pub(super) const QUEUE_LENGTH: Property<WebSocket> = Property {
    name: name("QueueLength", "ДлинаОчереди"),
    get: |this| count(this.client.delivery().len()).into(),
    set: None,
};

const MODES: Words<DeliveryMode> =
    &[(DeliveryMode::Event, name("Event", "Событие")), (DeliveryMode::Notify, name("Notify", "Уведомление"))];

pub(super) const DELIVERY_MODE: Property<WebSocket> = Property {
    name: name("DeliveryMode", "РежимДоставки"),
    get: |this| words::english(&this.client.delivery().settings().mode, MODES).into(),
    set: Some(|this, value| {
        let mode = words::read(value, 0, MODES)?;
        this.client.delivery().change(|settings| settings.mode = mode);
        Ok(())
    }),
};

pub(super) const EVENT_INTERVAL: Property<WebSocket> = Property {
    name: name("EventInterval", "ИнтервалСобытий"),
    get: |this| (this.client.delivery().settings().interval.as_secs_f64() * 1000.0).into(),
    set: Some(|this, value| {
        let interval = Duration::from_secs_f64(value.number(0, 0.0..=LONGEST_INTERVAL)? / 1000.0);
        this.client.delivery().change(|settings| settings.interval = interval);
        Ok(())
    }),
};

pub(super) const RECEIVE: Method<WebSocket> = Method {
    name: name("Receive", "Получить"),
    parameters: &[optional("Timeout", "Таймаут", Default::Empty)],
    returns: true,
    run: |this, arguments| {
        let deadline = pull_until(this, arguments, 0)?;
        Ok(match this.client.delivery().receive(deadline) {
            Some(Payload::Text(text)) => text.into(),
            Some(Payload::Binary(bytes)) => bytes.into(),
            None => Value::Empty,
        })
    },
};

pub(super) const RECEIVE_BATCH: Method<WebSocket> = Method {
    name: name("ReceiveBatch", "ПолучитьПакет"),
    parameters: &[
        optional("Max", "Максимум", Default::Number(100.0)),
        optional("Timeout", "Таймаут", Default::Empty),
    ],
    returns: true,
    run: |this, arguments| {
        let max = arguments.whole(0, 1.0..=LARGEST_BATCH)?;
        let deadline = pull_until(this, arguments, 1)?;
        let delivery = this.client.delivery();
        let mut batch = Vec::new();
        let mut next = delivery.receive(deadline);
        while let Some(payload) = next {
            batch.push(match payload {
                Payload::Text(text) => text.into(),
                Payload::Binary(bytes) => json!({ "Encoding": "Base64", "Data": STANDARD.encode(bytes) }),
            });
            let full = i64::try_from(batch.len()).is_ok_and(|length| length >= max);
            next = if full { None } else { delivery.receive(Instant::now()) };
        }
        Ok(serde_json::Value::Array(batch).to_string().into())
    },
};

pub(super) const CLEAR_QUEUE: Method<WebSocket> = Method {
    name: name("ClearQueue", "ОчиститьОчередь"),
    parameters: &[],
    returns: true,
    run: |this, _| Ok(count(this.client.delivery().clear()).into()),
};

/// Until when to wait for a message. Where messages go to the form, asking for them is misuse.
fn pull_until(this: &WebSocket, arguments: &Arguments<'_>, index: usize) -> Result<Instant, Misuse> {
    let timeout = seconds_or(arguments, index, this.basics.timeout().unwrap_or_default())?;
    if this.client.delivery().is_pulled() {
        return Ok(Instant::now() + timeout);
    }
    Err(Misuse {
        kind: MisuseKind::State,
        parameter: None,
        expected: Text::fixed(
            "РежимПрослушивания = Ложь или РежимДоставки = Уведомление",
            "Listen = False or DeliveryMode = Notify",
        ),
        got: Text::fixed("сообщения приходят внешними событиями", "messages come as external events"),
    })
}
