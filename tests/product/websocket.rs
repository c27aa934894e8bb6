//! Class `WebSocket`.

mod asterisk;
mod closing;
mod faults;
mod log;
mod many;
mod members;
mod memory;
mod queues;
mod receiving;
mod reconnecting;
mod security;

use std::time::Duration;

use native_api_host::{Host, Instance, Object};
use serde_json::Value as Json;

use crate::common::{self, PATIENCE, text};

/// The name of the class under test.
const WEBSOCKET: &str = "WebSocket";

/// An object on a current thin client.
fn websocket() -> Object {
    on(Host::default())
}

fn on(host: Host) -> Object {
    common::library().create(WEBSOCKET, host).unwrap()
}

/// An object on a server of 1C, which waits for outcomes.
fn on_server() -> Object {
    let object = on(Host::server());
    object.set("Таймаут", 30).unwrap();
    object
}

/// The next event, `Событие` read as JSON.
#[track_caller]
fn next(object: &Instance) -> (Json, String) {
    let event = object.next_event(PATIENCE).expect("an event comes");
    assert_eq!(event.source, WEBSOCKET);
    (serde_json::from_str(&event.event).unwrap(), event.data)
}

/// The next event must be of the connection and have this state.
#[track_caller]
fn expect_state(object: &Instance, state: &str) -> Json {
    let (event, _) = next(object);
    assert_eq!((&event["Event"], &event["State"]), (&"Connection".into(), &state.into()), "{event}");
    event
}

/// The next event must be a text message.
#[track_caller]
fn expect_text(object: &Instance, text: &str) {
    let (event, data) = next(object);
    assert_eq!((event, data.as_str()), (serde_json::json!({ "Event": "Message" }), text));
}

/// Connects with events on and takes the `Open` event.
#[track_caller]
fn connect(object: &Instance, url: &str) {
    assert_eq!(object.call("Подключиться", [url]).unwrap(), true.into());
    expect_state(object, "Open");
}

/// `Статистика`, read.
fn statistics(object: &Instance) -> Json {
    serde_json::from_str(&text(object, "Статистика")).unwrap()
}

/// Whether no event has come, at the object's end.
#[track_caller]
fn expect_silence(object: &Instance) {
    object.done();
    if let Some(event) = object.next_event(Duration::ZERO) {
        panic!("one event too many: {} {}", event.event, event.data);
    }
}
