//! `ВызватьМетод`: any method of the portal's REST.

use echo_server::RestFault;
use native_api::Value;
use serde_json::{Value as Json, json};

use super::connected;
use super::listener::portal;
use crate::common::text;

#[test]
fn a_call_gives_what_the_portal_answered_also_after_the_connection_was_closed() {
    let portal = portal();
    let object = connected(&portal);
    for id in 1..=60 {
        assert_eq!(portal.raise_offline_event("ONCRMDEALUPDATE", id), 1);
    }
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    let parameters = r#"{"auth_connector":"OneC","start":0}"#;
    let Value::String(answer) = object.call("ВызватьМетод", ["event.offline.list", parameters]).unwrap()
    else {
        panic!("no text: {}", text(&object, "ПоследняяОшибка"));
    };
    assert!(answer.starts_with(r#"{"result":["#), "{answer}");
    let answer = serde_json::from_str::<Json>(&answer).unwrap();
    assert_eq!(answer["result"].as_array().unwrap().len(), 50);
    assert_eq!((&answer["total"], &answer["next"]), (&json!(60), &json!(50)));
    assert!(answer["time"].is_object());
}

#[test]
fn a_refusal_is_undefined_and_told() {
    let portal = portal();
    let object = connected(&portal);
    for (fault, words) in [
        (RestFault::None, "ERROR_METHOD_NOT_FOUND"),
        (RestFault::InsufficientScope, "scope"),
        (RestFault::Html(502), "HTTP 502"),
        (RestFault::Redirect("http://localhost/".to_owned()), "перенаправляет"),
    ] {
        portal.set_rest_faults([fault]);
        assert_eq!(object.call("ВызватьМетод", ["no.such.method"]).unwrap(), Value::Empty);
        let why = text(&object, "ПоследняяОшибка");
        assert!(why.contains(words), "{why}");
    }
}

#[test]
fn a_portal_that_does_not_answer_is_waited_for_as_long_as_was_said() {
    let portal = portal();
    let object = connected(&portal);
    portal.set_rest_faults([RestFault::Stall]);
    assert_eq!(object.call("ВызватьМетод", ("event.get", "{}", 0.2)).unwrap(), Value::Empty);
    assert!(text(&object, "ПоследняяОшибка").contains("не ответил"));
    portal.set_rest_faults([]);
    assert!(matches!(object.call("ВызватьМетод", ["event.get"]).unwrap(), Value::String(_)));
}
