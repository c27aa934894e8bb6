//! What the portal does wrong on purpose with calls.

use echo_server::RestFault;
use serde_json::json;

use crate::client::{Client, access, await_journal, start};

#[test]
fn errors_by_name() {
    let portal = start();
    let mut client = Client::new(&portal);
    for (fault, status, code) in [
        ("expired-token", 401, "expired_token"),
        ("insufficient-scope", 403, "insufficient_scope"),
        ("wrong-auth-type", 403, "WRONG_AUTH_TYPE"),
        ("query-limit", 503, "QUERY_LIMIT_EXCEEDED"),
        ("operation-limit=30", 429, "OPERATION_TIME_LIMIT"),
        ("error=500,SERVER_ERROR", 500, "SERVER_ERROR"),
    ] {
        let fault: RestFault = fault.parse().unwrap();
        portal.set_rest_faults([fault.clone(), RestFault::None]);
        let answer = client.call(&access(&portal), "event.get", &json!({}));
        assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(code)), "{fault}");
        assert!(answer.json()["error_description"].is_string());
        assert_eq!(answer.json()["time"]["operating_reset_at"].is_u64(), status == 429);
        assert_eq!(client.call(&access(&portal), "event.get", &json!({})).status, 200, "after {fault}");
    }
    let statuses: Vec<_> = portal.journal().calls("event.get").take(3).map(|call| call.status).collect();
    assert_eq!(statuses, [Some(401), Some(200), Some(403)]);
}

#[test]
fn html_in_the_place_of_json_and_redirects() {
    let portal = start();
    let mut client = Client::new(&portal);
    for status in [200, 500, 502, 504] {
        portal.set_rest_faults([RestFault::Html(status)]);
        let answer = client.call(&access(&portal), "event.get", &json!({}));
        assert!(answer.status == status && answer.text().contains("<html>"), "{answer:?}");
    }
    portal.set_rest_faults(["redirect=http://localhost:1/login".parse().unwrap()]);
    let answer = client.call(&access(&portal), "event.get", &json!({}));
    assert_eq!((answer.status, answer.header("location")), (302, Some("http://localhost:1/login")));
}

#[test]
fn a_plan_without_extended_offline_events_refuses_to_keep_them() {
    let portal = start();
    portal.set_rest_faults([RestFault::WrongLicense]);
    let mut client = Client::new(&portal);
    let keeping = client.call(&access(&portal), "event.offline.get", &json!({"clear": 0}));
    assert_eq!((keeping.status, &keeping.json()["error"]), (403, &json!("WRONG_LICENSE")));
    assert_eq!(client.call(&access(&portal), "event.offline.get", &json!({})).status, 200);
}

#[test]
fn calls_are_stalled_hung_up_on_and_cut() {
    let portal = start();
    let token = access(&portal);
    portal.set_rest_faults([RestFault::HangUp, RestFault::Cut, RestFault::Stall]);
    let target = format!("/rest/event.bind?event=ONX&event_type=offline&auth={token}");
    let mut hung_up = Client::new(&portal);
    hung_up.send("GET", &target, "", "");
    let (bytes, ended) = hung_up.read_to_end();
    assert!(bytes.is_empty() && ended.is_ok());
    assert_eq!(portal.raise_offline_event("ONX", 1), 0, "the call was not made");
    let mut cut = Client::new(&portal);
    cut.send("GET", &target, "", "");
    let (bytes, ended) = cut.read_to_end();
    assert!(ended.is_err() && String::from_utf8(bytes).unwrap().contains("{\"result\":true"));
    assert_eq!(portal.raise_offline_event("ONX", 1), 1, "the call was made");
    let mut stalled = Client::new(&portal);
    stalled.send("GET", &target, "", "");
    await_journal(&portal, |journal| journal.total == 3);
    assert_eq!(portal.journal().requests().last().unwrap().status, None);
}
