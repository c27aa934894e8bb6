//! What 1C wants of the messages, and how it takes them where they are no events.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use native_api::class::{Default, Method, Property};
use native_api::{Arguments, Misuse, MisuseKind, Text, Value};
use serde_json::json;

use super::arguments::{count, filter, seconds_or};
use super::{Face, name, optional};
use crate::events;
use crate::message::Payload;

/// Most messages in a batch.
const LARGEST_BATCH: f64 = 100_000.0;

pub(in crate::class) const fn listen<C: Face>() -> Property<C> {
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

pub(in crate::class) const fn regex<C: Face>() -> Property<C> {
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

pub(in crate::class) const fn source<C: Face>() -> Property<C> {
    Property {
        name: name("Source", "Источник"),
        get: |this| this.basics().get().source.into(),
        set: Some(|this, value| {
            let source = value.string(0)?;
            this.client().delivery().set_source(source);
            this.basics().change(|values| source.clone_into(&mut values.source));
            Ok(())
        }),
    }
}

pub(in crate::class) const fn receive<C: Face>() -> Method<C> {
    Method {
        name: name("Receive", "Получить"),
        parameters: const { &[optional("Timeout", "Таймаут", Default::Empty)] },
        returns: true,
        run: |this, arguments| {
            let deadline = pull_until(this, arguments, 0)?;
            Ok(this
                .client()
                .delivery()
                .receive(deadline)
                .and_then(events::pulled)
                .map_or(Value::Empty, value))
        },
    }
}

pub(in crate::class) const fn receive_batch<C: Face>() -> Method<C> {
    Method {
        name: name("ReceiveBatch", "ПолучитьПакет"),
        parameters: const {
            &[
                optional("Max", "Максимум", Default::Number(100.0)),
                optional("Timeout", "Таймаут", Default::Empty),
            ]
        },
        returns: true,
        run: |this, arguments| {
            let max = arguments.whole(0, 1.0..=LARGEST_BATCH)?;
            let deadline = pull_until(this, arguments, 1)?;
            let delivery = this.client().delivery();
            let mut batch = Vec::new();
            let mut next = delivery.receive(deadline);
            while let Some(received) = next {
                batch.extend(events::pulled(received).map(json_text));
                let full = i64::try_from(batch.len()).is_ok_and(|length| length >= max);
                next = if full { None } else { delivery.receive(Instant::now()) };
            }
            Ok(format!("[{}]", batch.join(",")).into())
        },
    }
}

pub(in crate::class) const fn clear_queue<C: Face>() -> Method<C> {
    Method {
        name: name("ClearQueue", "ОчиститьОчередь"),
        parameters: &[],
        returns: true,
        run: |this, _| Ok(count(this.client().delivery().clear()).into()),
    }
}

/// What was received, as `Получить` gives it.
fn value(received: Payload) -> Value {
    match received {
        Payload::Text(text) => text.into(),
        Payload::Binary(bytes) => bytes.into(),
    }
}

/// What was received, as the JSON text of an element of `ПолучитьПакет`.
fn json_text(received: Payload) -> String {
    let json = match received {
        Payload::Text(text) => text.into(),
        Payload::Binary(bytes) => json!({ "Encoding": "Base64", "Data": STANDARD.encode(bytes) }),
    };
    json.to_string()
}

/// Until when to wait for a message. Where messages go to the form, asking for them is misuse.
fn pull_until<C: Face>(this: &C, arguments: &Arguments<'_>, index: usize) -> Result<Instant, Misuse> {
    let timeout = seconds_or(arguments, index, this.basics().timeout().unwrap_or_default())?;
    if this.client().delivery().is_pulled() {
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
