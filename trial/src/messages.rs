//! Connecting, sending, and events, over TCP and over TLS.

use native_api_host::Object;

use crate::outcome::{Checked, Outcome, ensure};
use crate::stage::{ROM, Stage, WEBSOCKET, connect, disconnect, echo, finish, next, text, truly};

/// What a pipeline of UTF-8 and UTF-16 may stumble over.
const TEXTS: [&str; 6] =
    ["", "a", "Привет, мир", "эмодзи 👩‍👩‍👧‍👦 и 𝕏", "строка\r\nвторая\tи \"кавычки\"", "\u{FEFF}метка порядка"];

pub(crate) fn plain(stage: &Stage) -> Outcome {
    for class in [ROM, WEBSOCKET] {
        talk(stage.object(class)?, &stage.servers.echo)?;
    }
    Ok(format!("{} сообщений, классы {ROM} и {WEBSOCKET}", 2 * TEXTS.len()))
}

pub(crate) fn secure(stage: &Stage) -> Outcome {
    talk(stage.trusting()?, &stage.servers.secure)?;
    let object = stage.object(WEBSOCKET)?;
    object.call("УстановитьДоверенныеСертификаты", [stage.servers.authority_path()?])?;
    // Windows reads its registry for this one; what is local is reached without a proxy.
    object.set("Прокси", "системный")?;
    talk(object, &stage.servers.secure)?;
    Ok(stage.servers.secure.clone())
}

pub(crate) fn compressed(stage: &Stage) -> Outcome {
    let object = stage.object(WEBSOCKET)?;
    object.set("Сжатие", true)?;
    connect(&object, &stage.servers.echo)?;
    let long = "одно и то же ".repeat(50_000);
    for text in TEXTS.into_iter().chain([long.as_str()]) {
        echo(&object, text)?;
    }
    finish(object)?;
    Ok(format!("до {} байт", long.len()))
}

fn talk(object: Object, url: &str) -> Checked {
    connect(&object, url)?;
    ensure(object.get("Подключено")? == true.into(), || "Подключено = Ложь".to_owned())?;
    for text in TEXTS {
        echo(&object, text)?;
    }
    // Class `ROM-WebSocket` has no binary messages.
    if object.class() == WEBSOCKET {
        truly(&object, "ОтправитьДвоичныеДанные", [vec![0_u8, 1, 254, 255]])?;
        let event = next(&object)?;
        ensure(event.data == "AAH+/w==", || format!("двоичное сообщение пришло как {}", event.data))?;
        let statistics = text(&object, "Статистика")?;
        ensure(statistics.contains("\"messagesIn\": 7,\"messagesOut\": 7"), || statistics)?;
    }
    disconnect(&object)?;
    finish(object)
}
