//! The synchronous way, as on a server of 1C: outcomes are values.

use std::time::Duration;

use native_api::Value;
use native_api_host::Host;

use crate::outcome::{Outcome, ensure};
use crate::stage::{PATIENCE, Stage, WEBSOCKET, finish, truly, within};

pub(crate) fn waiting(stage: &Stage) -> Outcome {
    let object = stage.library.create(WEBSOCKET, Host::server())?;
    object.set("Таймаут", 30)?;
    object.call("УстановитьДоверенныеСертификаты", [stage.servers.authority_pem()?])?;
    for url in [&stage.servers.echo, &stage.servers.secure] {
        truly(&object, "Подключиться", [url.as_str()])?;
        truly(&object, "Отправить", ["раз"])?;
        truly(&object, "Отправить", ["два"])?;
        for expected in ["раз", "два"] {
            let answer = object.call("Получить", [30])?;
            ensure(answer == expected.into(), || format!("Получить вернул {answer:?}"))?;
        }
        let request = r#"{"id":7,"method":"status"}"#;
        let answer = object.call("Запросить", (request, r#""id":\s*7\b"#, 30))?;
        ensure(answer == request.into(), || format!("Запросить вернул {answer:?}"))?;
        let answer = object.call("Пинг", [30])?;
        ensure(matches!(answer, Value::Number(_)), || format!("Пинг вернул {answer:?}"))?;
        for (method, expected) in [("Получить", Value::Empty), ("ПолучитьПакет", "[]".into())]
        {
            object.set("Таймаут", 0.2)?;
            within(PATIENCE / 2, method, || {
                let answer = object.call(method, ())?;
                ensure(answer == expected, || format!("{method} без сообщений вернул {answer:?}"))
            })?;
            object.set("Таймаут", 30)?;
        }
        truly(&object, "Отключиться", ())?;
    }
    let came = object.next_event(Duration::ZERO);
    ensure(came.is_none(), || format!("на сервере 1С пришло событие: {came:?}"))?;
    finish(object)?;
    Ok("по ws и по wss, внешних событий нет".to_owned())
}
