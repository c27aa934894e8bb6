//! A platform that has no memory for a result: nothing is missed, and `Позиция` does not run ahead.

use native_api::Value;
use serde_json::{Value as Json, json};

use super::connected;
use super::listener::{portal, position, publish, wait_for_poll};
use crate::common::{refused_memory, wait_until};

#[test]
fn what_1c_could_not_be_given_is_still_there_and_the_position_waits_for_it() {
    let portal = portal();
    let object = connected(&portal);
    refused_memory(&object, "Получить", [30]);
    let hint = json!({ "module_id": "vestnik", "command": "check_queue", "params": { "cause": "Start" } });
    let Value::String(taken) = object.call("Получить", [30]).unwrap() else { panic!("no hint") };
    assert_eq!(serde_json::from_str::<Json>(&taken).unwrap(), hint);
    wait_for_poll(&portal);
    let published = (1..=3).map(|number| publish(&portal, number)).collect::<Vec<_>>();
    wait_until("all have come", || object.get("ДлинаОчереди").unwrap() == 3.into());
    let before = position(&object);
    refused_memory(&object, "Получить", [30]);
    refused_memory(&object, "ПолучитьПакет", (100, 30));
    assert_eq!(position(&object), before);
    assert_eq!(object.call("Получить", [30]).unwrap(), published[0].as_str().into());
    let mids = portal.messages().into_iter().map(|(mid, ..)| mid).collect::<Vec<_>>();
    assert_eq!(position(&object), mids[0]);
    refused_memory(&object, "ПолучитьПакет", (100, 30));
    assert_eq!(position(&object), mids[0]);
    let rest = serde_json::to_string(&published[1..]).unwrap();
    assert_eq!(object.call("ПолучитьПакет", (100, 30)).unwrap(), rest.into());
    assert_eq!(position(&object), mids[2]);
}
