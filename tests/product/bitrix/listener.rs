//! An object that listens to a portal, as tests see it.

use echo_server::{Audience, Portal, PortalOptions};
use native_api_host::{Host, Instance, Object};
use serde_json::{Value as Json, json};

use super::{BITRIX, on};
use crate::common::{PATIENCE, text};

/// A portal without faults, with one offline event bound for the connector `OneC`.
pub(super) fn portal() -> Portal {
    portal_with(PortalOptions::default())
}

pub(super) fn portal_with(options: PortalOptions) -> Portal {
    let bindings = vec![("ONCRMDEALUPDATE".to_owned(), "OneC".to_owned())];
    Portal::start(PortalOptions { bindings, ..options }).unwrap()
}

/// An object on a current thin client, with the portal's tokens.
pub(super) fn client_of(portal: &Portal) -> Object {
    with_tokens(on(Host::default()), portal)
}

/// The same on a server of 1C, which waits for outcomes.
pub(super) fn server_client_of(portal: &Portal) -> Object {
    let object = with_tokens(on(Host::server()), portal);
    object.set("Таймаут", 30).unwrap();
    object
}

fn with_tokens(object: Object, portal: &Portal) -> Object {
    let (access, refresh) = portal.tokens();
    let options = PortalOptions::default();
    let tokens = [access, refresh, options.client_id, options.client_secret];
    object.call("УстановитьТокены", tokens).unwrap();
    object.set("СерверАвторизации", portal.url()).unwrap();
    object
}

/// Connects to the portal and takes the events that tell of it.
#[track_caller]
pub(super) fn listen(object: &Instance, portal: &Portal) {
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    expect_open(object, "Start");
}

/// An object that listens to the portal by this transport.
#[track_caller]
pub(super) fn listening(portal: &Portal, transport: &str) -> Object {
    let object = client_of(portal);
    object.set("Транспорт", transport).unwrap();
    listen(&object, portal);
    wait_for_poll(portal);
    object
}

/// The next events must tell of an open connection, and to look into the queue.
#[track_caller]
pub(super) fn expect_open(object: &Instance, cause: &str) {
    expect_state(object, "Open");
    expect_check(object, cause);
}

/// The next event must be of the connection and have this state.
#[track_caller]
pub(super) fn expect_state(object: &Instance, state: &str) -> Json {
    let (event, _) = next(object);
    assert_eq!((&event["Event"], &event["State"]), (&"Connection".into(), &state.into()), "{event}");
    event
}

/// The next event must be the hint to look into the queue.
#[track_caller]
pub(super) fn expect_check(object: &Instance, cause: &str) {
    assert_eq!(next(object), (json!({ "Event": "CheckQueue", "Cause": cause }), String::new()));
}

/// The next event must be this message.
#[track_caller]
pub(super) fn expect_message(object: &Instance, text: &str) {
    assert_eq!(next(object), (json!({ "Event": "Message" }), text.to_owned()));
}

/// The next event, `Событие` read as JSON.
#[track_caller]
pub(super) fn next(object: &Instance) -> (Json, String) {
    let event = object.next_event(PATIENCE).expect("an event comes");
    assert_eq!(event.source, BITRIX);
    (serde_json::from_str(&event.event).unwrap(), event.data)
}

/// Waits until a poll, or a WebSocket, waits for messages.
#[track_caller]
pub(super) fn wait_for_poll(portal: &Portal) {
    assert!(portal.wait_for(PATIENCE, |journal| journal.waiting == 1), "nobody polls");
}

/// Publishes a message with this number on the shared channel; its text.
pub(super) fn publish(portal: &Portal, number: usize) -> String {
    let text = format!(r#"{{"module_id":"crm","command":"сделка","params":{{"number":{number}}}}}"#);
    portal.publish(Audience::Shared, text.clone());
    text
}

/// `Позиция`.
pub(super) fn position(object: &Instance) -> String {
    text(object, "Позиция")
}
