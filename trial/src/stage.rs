//! What every trial has at hand: the library, the servers, objects and what is done with them again and again.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use native_api::Value;
use native_api_host::{Arguments, Event, Host, Instance, Library, Object};

use crate::outcome::{Checked, ensure};
use crate::servers::Servers;

/// The class that takes the place of the add-in of that name.
pub(crate) const ROM: &str = "ROM-WebSocket";
/// The class with all functions.
pub(crate) const WEBSOCKET: &str = "WebSocket";
/// The class for portals.
pub(crate) const BITRIX: &str = "BitrixPull";

/// How long is waited for what must come. Only a failure ever takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The library and what it is tried with.
pub(crate) struct Stage {
    pub(crate) file: PathBuf,
    pub(crate) library: Library,
    pub(crate) servers: Servers,
    pub(crate) rounds: usize,
}

impl Stage {
    /// An object on a current thin client.
    pub(crate) fn object(&self, class: &str) -> Checked<Object> {
        Ok(self.library.create(class, Host::default())?)
    }

    /// The same that trusts the authority of the secure server.
    pub(crate) fn trusting(&self) -> Checked<Object> {
        let object = self.object(WEBSOCKET)?;
        object.call("УстановитьДоверенныеСертификаты", [self.servers.authority_pem()?])?;
        Ok(object)
    }
}

/// Calls a method that must answer Истина.
pub(crate) fn truly(object: &Instance, method: &str, arguments: impl Arguments) -> Checked {
    let answer = object.call(method, arguments)?;
    if answer == Value::Bool(true) {
        return Ok(());
    }
    let why = object.get("ПоследняяОшибка").map_or_else(|_| String::new(), |why| format!(": {why:?}"));
    Err(format!("{}.{method} вернул {answer:?}{why}", object.class()).into())
}

/// Connects, and takes the event that says so.
pub(crate) fn connect(object: &Instance, url: &str) -> Checked {
    truly(object, "Подключиться", [url])?;
    expect_state(object, "Open").map(drop)
}

/// The next event.
pub(crate) fn next(object: &Instance) -> Checked<Event> {
    let event = object.next_event(PATIENCE);
    Ok(event.ok_or_else(|| format!("{}: события не было {} с", object.class(), PATIENCE.as_secs()))?)
}

/// The next event must be of the connection and name this state.
pub(crate) fn expect_state(object: &Instance, state: &str) -> Checked<Event> {
    let event = next(object)?;
    let expected = format!("{{\"Event\": \"Connection\",\"State\": \"{state}\"");
    ensure(event.event.starts_with(&expected), || {
        format!("ожидалось событие {state}, пришло {}", event.event)
    })?;
    Ok(event)
}

/// The next event must be this text message.
pub(crate) fn expect_text(object: &Instance, text: &str) -> Checked {
    let event = next(object)?;
    ensure(event.event == "{\"Event\": \"Message\"}" && event.data == text, || {
        let got: String = event.data.chars().take(100).collect();
        format!(
            "ожидалось сообщение длиной {}, пришло {} «{got}», длина {}",
            text.len(),
            event.event,
            event.data.len()
        )
    })
}

/// Sends a text and waits until it comes back.
pub(crate) fn echo(object: &Instance, text: &str) -> Checked {
    truly(object, "Отправить", [text])?;
    expect_text(object, text)
}

/// A property that is a text.
pub(crate) fn text(object: &Instance, name: &str) -> Checked<String> {
    match object.get(name)? {
        Value::String(text) => Ok(text),
        other => Err(format!("{name}: не строка, а {other:?}").into()),
    }
}

/// Disconnects, and takes the event that says so.
pub(crate) fn disconnect(object: &Instance) -> Checked {
    truly(object, "Отключиться", ())?;
    expect_state(object, "Close").map(drop)
}

/// Ends the object as 1C does; what it did wrong is an error.
pub(crate) fn finish(object: Object) -> Checked {
    let problems = object.finish();
    ensure(problems.is_empty(), || problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// How long `action` takes; more than `most` is an error.
pub(crate) fn within(most: Duration, what: &str, action: impl FnOnce() -> Checked) -> Checked<Duration> {
    let start = Instant::now();
    action()?;
    let took = start.elapsed();
    ensure(took < most, || format!("{what}: {took:.1?}, а допустимо {most:?}"))?;
    Ok(took)
}

/// Waits until `condition` holds.
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> Checked<bool>) -> Checked {
    let start = Instant::now();
    while !condition()? {
        ensure(start.elapsed() < PATIENCE, || format!("не дождались: {what}"))?;
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
