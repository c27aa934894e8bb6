//! Peers that do not answer: every wait ends in its time.

use std::net::TcpListener;
use std::time::Duration;

use crate::outcome::{Outcome, ensure};
use crate::silence::Silence;
use crate::stage::{PATIENCE, Stage, WEBSOCKET, connect, expect_state, finish, text, within};

/// What the attempts may take, in seconds.
const TIMEOUT: f64 = 0.7;

pub(crate) fn timeouts(stage: &Stage) -> Outcome {
    let silence = Silence::new()?;
    let closed = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut texts = Vec::new();
    for (what, url) in [
        ("рукопожатие", silence.url("ws")?),
        ("TLS", silence.url("wss")?),
        ("закрытый порт", format!("ws://{closed}/")),
        ("нет такого имени", "ws://server.invalid/".to_owned()),
    ] {
        let object = stage.object(WEBSOCKET)?;
        object.set("Таймаут", TIMEOUT)?;
        let took = within(PATIENCE / 2, what, || {
            let answer = object.call("Подключиться", [url.as_str()])?;
            ensure(answer == false.into(), || format!("{what}: Подключиться вернул {answer:?}"))
        })?;
        let failed = expect_state(&object, "Fail")?;
        ensure(!failed.event.contains("RetryIn"), || format!("{what}: {}", failed.event))?;
        let why = text(&object, "ПоследняяОшибка")?;
        ensure(!why.is_empty(), || format!("{what}: причина не названа"))?;
        ensure(text(&object, "Состояние")? == "Closed", || format!("{what}: состояние не Closed"))?;
        texts.push(format!("{what} {:.1} с «{why}»", took.as_secs_f64()));
        finish(object)?;
    }
    // An attempt that was given up does not disturb the next one.
    let object = stage.object(WEBSOCKET)?;
    object.call("Подключиться", [silence.url("wss")?])?;
    object.call("Подключиться", [stage.servers.echo.as_str()])?;
    expect_state(&object, "Fail")?;
    expect_state(&object, "Open")?;
    let answer = object.call("Получить", [1]);
    ensure(answer.is_err(), || "Получить при событиях не исключение".to_owned())?;
    let came = object.next_event(Duration::ZERO);
    ensure(came.is_none(), || format!("лишнее событие {came:?}"))?;
    finish(object)?;
    let again = stage.object(WEBSOCKET)?;
    connect(&again, &stage.servers.echo)?;
    Ok(texts.join("; "))
}
