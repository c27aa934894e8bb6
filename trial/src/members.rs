//! Properties and methods: how many there are, under both names, and what properties hold at the start.

use native_api::Value;
use native_api_host::Instance;

use crate::outcome::{Checked, Outcome, ensure};
use crate::stage::{BITRIX, ROM, Stage, WEBSOCKET};

/// Name and Russian name of a property, and its value at the start.
type Default = (&'static str, &'static str, Value);

pub(crate) fn members(stage: &Stage) -> Outcome {
    let version = Value::from(env!("CARGO_PKG_VERSION"));
    let common = || -> Vec<Default> {
        vec![
            ("Connected", "Подключено", false.into()),
            ("Timeout", "Таймаут", 0.into()),
            ("Listen", "РежимПрослушивания", true.into()),
            ("Version", "Версия", version.clone()),
            ("Regex", "РегулярноеВыражение", "".into()),
        ]
    };
    let full = |source: &str| -> Vec<Default> {
        [
            ("State", "Состояние", "Closed".into()),
            ("LastError", "ПоследняяОшибка", "".into()),
            ("Source", "Источник", source.into()),
            ("Proxy", "Прокси", "".into()),
            ("VerifyCertificate", "ПроверятьСертификат", true.into()),
            ("MinTlsVersion", "МинимальнаяВерсияTLS", "1.2".into()),
            ("QueueSize", "РазмерОчереди", 100_000.into()),
            ("QueueBytes", "ОбъемОчереди", (64 << 20).into()),
            ("OverflowPolicy", "ПолитикаПереполнения", "Wait".into()),
            ("DeliveryMode", "РежимДоставки", "Event".into()),
            ("LogLevel", "УровеньЖурнала", "info".into()),
        ]
        .into_iter()
        .chain(common())
        .collect()
    };
    let mut seen = Vec::new();
    for (class, properties, methods, defaults) in
        [(ROM, 5, 3, common()), (WEBSOCKET, 30, 16, full(WEBSOCKET)), (BITRIX, 26, 16, full(BITRIX))]
    {
        let object = stage.object(class)?;
        let table = object.table().map_err(|failure| format!("{class}: {failure}"))?;
        let found = (table.properties.len(), table.methods.len());
        ensure(found == (properties, methods), || format!("{class}: свойств и методов {found:?}"))?;
        for property in &table.properties {
            for name in [&property.name, &property.alias, &property.alias.to_uppercase()] {
                object.get(name)?;
            }
        }
        defaults.into_iter().try_for_each(|default| starts_with(&object, default))?;
        written(&object)?;
        seen.push(format!("{class} {properties}+{methods}"));
    }
    Ok(seen.join(", "))
}

fn starts_with(object: &Instance, (name, alias, expected): Default) -> Checked {
    for name in [name, alias] {
        let value = object.get(name)?;
        ensure(value == expected, || format!("{}.{name} = {value:?}, а не {expected:?}", object.class()))?;
    }
    Ok(())
}

/// What is written is read; what is wrong is an exception with a text, and changes nothing.
fn written(object: &Instance) -> Checked {
    for value in [Value::Number(0.25), Value::Number(86_400.0), Value::Number(0.0)] {
        object.set("Таймаут", value.clone())?;
        ensure(object.get("Таймаут")? == value, || format!("Таймаут не стал {value:?}"))?;
    }
    let Err(thrown) = object.set("Таймаут", -1) else {
        return Err("Таймаут = -1 принят".into());
    };
    ensure(thrown.text.as_deref().is_some_and(|text| text.contains("от 0 до 86400")), || {
        format!("Таймаут = -1: {thrown}")
    })?;
    ensure(object.get("Таймаут")? == 0.into(), || "Таймаут изменился после ошибки".to_owned())
}
