//! The queue of offline events and the methods around it.

use echo_server::{Portal, PortalOptions};
use serde_json::{Value, json};

use crate::client::{Client, access, await_waiting, push_target, start};

const EVENT: &str = "ONCRMDEALUPDATE";

fn bound(connector: &str) -> Portal {
    let bindings = vec![(EVENT.to_owned(), connector.to_owned())];
    Portal::start(PortalOptions { bindings, ..PortalOptions::default() }).unwrap()
}

fn result(portal: &Portal, method: &str, parameters: Value) -> Value {
    let answer = Client::new(portal).call(&access(portal), method, &parameters);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["result"].clone()
}

fn error(portal: &Portal, method: &str, parameters: Value) -> Value {
    Client::new(portal).call(&access(portal), method, &parameters).json()["error"].clone()
}

fn count(result: &Value) -> usize {
    result["events"].as_array().unwrap().len()
}

#[test]
fn events_are_bound_once_listed_and_unbound() {
    let portal = start();
    let binding = json!({"EVENT": "onCrmDealUpdate", "Event_Type": "offline", "AUTH_CONNECTOR": "OneC"});
    assert_eq!(portal.raise_offline_event(EVENT, 1), 0);
    assert_eq!(result(&portal, "event.bind", binding.clone()), true);
    assert_eq!(error(&portal, "event.bind", binding.clone()), "ERROR_CORE");
    let listed = json!([{"event": EVENT, "connector_id": "OneC", "offline": 1}]);
    assert_eq!(result(&portal, "event.get", json!({})), listed);
    assert_eq!(result(&portal, "event.unbind", binding.clone()), json!({"count": 1}));
    assert_eq!(result(&portal, "event.unbind", binding), json!({"count": 0}));
    for event in ["NOEVENT", "ONOFFLINEEVENT"] {
        let binding = json!({"event": event, "event_type": "offline"});
        assert_eq!(error(&portal, "event.bind", binding), "ERROR_EVENT_NOT_FOUND");
    }
    assert_eq!(error(&portal, "event.bind", json!({"event": EVENT})), "ERROR_ARGUMENT");
}

#[test]
fn an_event_is_told_on_the_shared_channel_for_every_connector() {
    let bindings = vec![(EVENT.to_owned(), String::new()), (EVENT.to_owned(), "OneC".to_owned())];
    let portal = Portal::start(PortalOptions { bindings, ..PortalOptions::default() }).unwrap();
    let mut client = Client::new(&portal);
    client.send("GET", &push_target(&portal), "", "");
    await_waiting(&portal, 1);
    assert_eq!(portal.raise_offline_event(EVENT, 7), 2);
    assert_eq!(client.read().mids().len(), 1);
    let text: Value = serde_json::from_str(&portal.messages()[0].1).unwrap();
    assert_eq!((&text["module_id"], &text["command"]), (&json!("rest"), &json!("event_offline")));
    let params = json!([{"connector_id": "", "count": 1}, {"connector_id": "OneC", "count": 1}]);
    assert_eq!(text["params"], params);
    assert_eq!(portal.queue_length(), 2);
}

#[test]
fn what_is_taken_without_clear_is_gone_before_the_answer_comes() {
    let portal = bound("OneC");
    for id in 1..=3 {
        portal.raise_offline_event(EVENT, id);
    }
    portal.raise_offline_event(EVENT, 3);
    assert_eq!(count(&result(&portal, "event.offline.get", json!({}))), 0, "auth_connector must be repeated");
    let taken = result(&portal, "event.offline.get", json!({"auth_connector": "OneC", "limit": 2}));
    assert_eq!((count(&taken), &taken["process_id"], portal.queue_length()), (2, &Value::Null, 1));
    let event = &taken["events"][0];
    assert_eq!((&event["ID"], &event["EVENT_NAME"]), (&json!("1"), &json!(EVENT)));
    assert_eq!(event["EVENT_DATA"], json!({"FIELDS": {"ID": 1}}));
    assert_eq!(event["MESSAGE_ID"].as_str().unwrap().len(), 32);
}

#[test]
fn what_is_reserved_is_confirmed_failed_and_found_again() {
    let portal = bound("OneC");
    for id in 1..=4 {
        portal.raise_offline_event(EVENT, id);
    }
    let mine = |more: Value| {
        let mut parameters = json!({"auth_connector": "OneC"});
        parameters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        parameters
    };
    let got = result(&portal, "event.offline.get", mine(json!({"clear": 0, "limit": 3})));
    let process = got["process_id"].as_str().unwrap().to_owned();
    let message = |place: usize| got["events"][place]["MESSAGE_ID"].clone();
    assert_eq!((count(&got), process.len()), (3, 32));
    assert_eq!(count(&result(&portal, "event.offline.get", mine(json!({"clear": "0"})))), 1);
    let again = result(&portal, "event.offline.get", mine(json!({"clear": 0, "process_id": process})));
    assert_eq!(again, got);
    let reserved = json!({"filter": {"!=PROCESS_ID": "", "PROCESS_ID": process}});
    let listed = result(&portal, "event.offline.list", mine(reserved.clone()));
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["ERROR"]), (3, &json!("0")));

    let confirmed = json!({"process_id": process, "message_id": [message(0)]});
    assert_eq!(result(&portal, "event.offline.clear", confirmed), true);
    let failed = json!({"process_id": process, "message_id": [message(1)]});
    assert_eq!(result(&portal, "event.offline.error", failed), true);
    assert_eq!(result(&portal, "event.offline.list", mine(reserved)).as_array().unwrap().len(), 1);
    let errors = result(&portal, "event.offline.get", mine(json!({"clear": 0, "error": 1})));
    assert_eq!((count(&errors), &errors["events"][0]["MESSAGE_ID"]), (1, &message(1)));
    assert_eq!(result(&portal, "event.offline.clear", json!({"process_id": process})), true);
    assert_eq!(portal.queue_length(), 2, "one failed and one of the other process");
    for method in ["event.offline.clear", "event.offline.error"] {
        assert_eq!(error(&portal, method, json!({"message_id": []})), "ERROR_ARGUMENT");
    }
}

#[test]
fn the_list_has_pages_of_fifty() {
    let portal = bound("");
    for id in 0..60 {
        portal.raise_offline_event(EVENT, id);
    }
    let page = |start: usize| {
        Client::new(&portal).call(&access(&portal), "event.offline.list", &json!({"start": start})).json()
    };
    let (first, second) = (page(0), page(50));
    assert_eq!((&first["total"], &first["next"]), (&json!(60), &json!(50)));
    assert_eq!((second["result"].as_array().unwrap().len(), second.get("next")), (10, None));
}

#[test]
fn a_form_may_hold_lists_and_filters() {
    let portal = bound("");
    portal.raise_offline_event(EVENT, 1);
    let token = access(&portal);
    let mut client = Client::new(&portal);
    let got = client.get(&format!("/rest/event.offline.get.json?auth={token}&clear=0")).json();
    let process = got["result"]["process_id"].as_str().unwrap();
    let message = got["result"]["events"][0]["MESSAGE_ID"].as_str().unwrap();
    let target = format!("/rest/event.offline.list?auth={token}&filter[!PROCESS_ID]=");
    assert_eq!(client.get(&target).json()["total"], 1);
    let form = format!("auth={token}&process_id={process}&message_id[]={message}");
    client.send(
        "POST",
        "/rest/event.offline.clear",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        &form,
    );
    assert_eq!(client.read().json()["result"], true);
    assert_eq!(portal.queue_length(), 0);
}

#[test]
fn a_batch_holds_several_calls() {
    let portal = bound("");
    portal.raise_offline_event(EVENT, 1);
    let calls = |halt: u8| {
        let cmd =
            json!({"a": "no.such", "b": "event.offline.list?start=0", "c": "event.offline.get?clear=0"});
        result(&portal, "batch", json!({"halt": halt, "cmd": cmd}))
    };
    let batch = calls(0);
    assert_eq!(batch["result_error"]["a"]["error"], "ERROR_METHOD_NOT_FOUND");
    assert_eq!((&batch["result_total"]["b"], count(&batch["result"]["c"])), (&json!(1), 1));
    let halted = calls(1);
    assert_eq!(halted["result"], json!({}));
    let many: Vec<_> = (0..51).map(|_| "event.get").collect();
    assert_eq!(error(&portal, "batch", json!({"cmd": many})), "ERROR_BATCH_LENGTH_EXCEEDED");
}

#[test]
fn a_person_steers_with_plain_requests() {
    let portal = bound("");
    let mut client = Client::new(&portal);
    let mut post = |target: &str| {
        client.send("POST", target, "", "");
        client.read().json()
    };
    assert_eq!(post(&format!("/stand-in/offline-event?event={EVENT}&id=5")), json!({"recorded": 1}));
    let mid = post("/stand-in/publish?text=%7B%22a%22%3A1%7D")["mid"].as_str().unwrap().to_owned();
    assert_eq!(portal.messages()[1], (mid, r#"{"a":1}"#.to_owned()));
    assert!(post("/stand-in/publish?text=garbled")["error"].is_string());
    let (channel, token) = (portal.shared_channel(), access(&portal));
    assert_eq!(post("/stand-in/renew-channel?action=get_config"), true);
    assert_ne!(portal.shared_channel(), channel);
    assert_eq!(post("/stand-in/expire-tokens"), true);
    assert_eq!(client.call(&token, "event.get", &json!({})).status, 401);
    assert_eq!((client.get("/stand-in/expire-tokens").status, portal.messages().len()), (405, 3));
}
