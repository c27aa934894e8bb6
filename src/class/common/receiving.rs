//! What 1C wants of the messages, and how it takes them where they are no events.

use std::borrow::Cow;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use native_api::class::{Default, Method, Property};
use native_api::{Arguments, Lender, Lent, Misuse, MisuseKind, Returned, Text, Value};
use serde_json::json;

use super::arguments::{count, filter, seconds_or, size};
use super::{Face, name, optional};
use crate::delivery::Taken;
use crate::events::{self, Pulled};

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
            Ok(this.client().delivery().receive(1, deadline).map_or(Value::Empty.into(), hand_over))
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
            let max = size(arguments, 1.0..=LARGEST_BATCH)?;
            let deadline = pull_until(this, arguments, 1)?;
            let Some(taken) = this.client().delivery().receive(max, deadline) else { return Ok("[]".into()) };
            let mut batch = String::from("[");
            for received in taken.occurrences().filter_map(events::pulled) {
                if batch.len() > 1 {
                    batch.push(',');
                }
                append_json(received, &mut batch);
            }
            batch.push(']');
            Ok(Returned::with_receipt(batch, || taken.given()))
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

/// What was taken, one message, as a value; 1C has it as soon as it has the value.
pub(in crate::class) fn hand_over(taken: Taken) -> Returned {
    let own = match taken.occurrences().find_map(events::pulled) {
        Some(Pulled::Text(Cow::Owned(text))) => Some(text),
        _ => None,
    };
    match own {
        Some(text) => Returned::with_receipt(text, || taken.given()),
        None => Returned::lent(taken),
    }
}

/// What was received, as `Получить` gives it.
impl Lender for Taken {
    fn lend(&self) -> Lent<'_> {
        match self.occurrences().find_map(events::pulled) {
            Some(Pulled::Text(Cow::Borrowed(text))) => Lent::Text(text),
            Some(Pulled::Binary(bytes)) => Lent::Bytes(bytes),
            // There is no such: texts of our own making have been given as values.
            Some(Pulled::Text(Cow::Owned(_))) | None => Lent::Value(&Value::Empty),
        }
    }

    fn given(self: Box<Self>) {
        Self::given(*self);
    }
}

/// Appends what was received as an element of `ПолучитьПакет`.
fn append_json(received: Pulled<'_>, batch: &mut String) {
    match received {
        Pulled::Text(text) => {
            let json = serde_json::to_string(&text).expect("a text is always JSON");
            batch.push_str(&json);
        }
        Pulled::Binary(bytes) => {
            let json = json!({ "Encoding": "Base64", "Data": STANDARD.encode(bytes) });
            batch.push_str(&json.to_string());
        }
    }
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
