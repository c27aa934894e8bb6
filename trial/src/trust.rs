//! Certificates that must not be taken, and what takes them all the same.

use crate::outcome::{Outcome, ensure};
use crate::stage::{ROM, Stage, WEBSOCKET, connect, expect_state, finish, text};

pub(crate) fn strangers(stage: &Stage) -> Outcome {
    let servers = &stage.servers;
    let own = servers.misnamed_authority_path()?;
    let mut texts = Vec::new();
    for (what, trusted, url) in [
        ("издатель неизвестен", None, &servers.secure),
        ("доверие другому издателю", Some(servers.stranger_path()?), &servers.secure),
        ("сертификат для другого имени", Some(own), &servers.misnamed),
    ] {
        let object = stage.object(WEBSOCKET)?;
        if let Some(trusted) = trusted {
            object.call("УстановитьДоверенныеСертификаты", [trusted])?;
        }
        object.call("Подключиться", [url.as_str()])?;
        let failed = expect_state(&object, "Fail").map_err(|error| format!("{what}: {error}"))?;
        ensure(failed.event.contains("\"Kind\": \"Tls\""), || format!("{what}: {}", failed.event))?;
        let why = text(&object, "ПоследняяОшибка")?;
        ensure(!why.is_empty(), || format!("{what}: причина не названа"))?;
        texts.push(format!("{what} — «{why}»"));
        finish(object)?;
    }
    let strict = stage.object(ROM)?;
    strict.set("Таймаут", 30)?;
    let answer = strict.call("Подключиться", [servers.secure.as_str()])?;
    ensure(answer == false.into(), || format!("{ROM} подключился к неизвестному издателю"))?;

    let nameless = stage.object(WEBSOCKET)?;
    nameless.call("УстановитьДоверенныеСертификаты", [own])?;
    nameless.set("ПроверятьИмяУзла", false)?;
    connect(&nameless, &servers.misnamed)?;
    let careless = stage.object(WEBSOCKET)?;
    careless.set("ПроверятьСертификат", false)?;
    connect(&careless, &servers.misnamed)?;
    let broken = careless.call("УстановитьДоверенныеСертификаты", ["не сертификат"]);
    ensure(broken.is_err(), || "негодный сертификат принят".to_owned())?;
    Ok(texts.join("; "))
}
