//! The methods of REST that have to do with offline events: what they are called with, as JSON text, and what is in
//! the answers.

use serde_json::{Value, json};

use crate::bitrix::json::elements;

/// Kind of event that waits in the portal's queue.
const OFFLINE: &str = "offline";
/// Code of the refusal to bind what is bound already, among others.
const BIND_REFUSED: &str = "ERROR_CORE";

/// Parameters of `event.bind` and `event.unbind`.
#[must_use]
pub fn binding(event: &str, connector: &str) -> String {
    with_connector(json!({ "event": event, "event_type": OFFLINE }), connector)
}

/// Whether the refusal of `event.bind` with this code may mean that it is bound already.
#[must_use]
pub fn may_be_bound(code: &str) -> bool {
    code.eq_ignore_ascii_case(BIND_REFUSED)
}

/// Whether the result of `event.get` lists the offline binding of `event` for `connector`.
#[must_use]
pub fn is_bound(result: &str, event: &str, connector: &str) -> bool {
    let bindings = serde_json::from_str::<Vec<Value>>(result).unwrap_or_default();
    bindings.iter().any(|binding| {
        let text = |name: &str| binding[name].as_str().unwrap_or_default();
        let is_offline = binding["offline"] == 1 || binding["offline"] == "1";
        is_offline && text("event").eq_ignore_ascii_case(event) && text("connector_id") == connector
    })
}

/// Parameters of `event.offline.get`. `clear`: the portal forgets the events as it gives them away.
#[must_use]
pub fn get(limit: i64, clear: bool, connector: &str) -> String {
    with_connector(json!({ "limit": limit, "clear": i32::from(clear) }), connector)
}

/// Parameters of `event.offline.clear` and `event.offline.error`. No ids: all events of the process.
#[must_use]
pub fn marking(process: &str, ids: &[String]) -> String {
    let mut parameters = json!({ "process_id": process });
    if !ids.is_empty() {
        parameters["message_id"] = ids.into();
    }
    parameters.to_string()
}

/// Parameters of `event.offline.list` for the page that begins at `start`; `filter` is the text of a JSON object. In
/// the order of ids: the portal's own order, by time, changes when an event that waits happens again.
#[must_use]
pub fn list(filter: &str, start: u64, connector: &str) -> String {
    let parameters = with_connector(json!({ "order": { "ID": "ASC" }, "start": start }), connector);
    // Digits and order of keys of the filter stay as they are.
    format!(r#"{{"filter":{filter},{}"#, &parameters[1..])
}

/// The records of a page of `event.offline.list`, each as it came; `None` if the result is something else.
#[must_use]
pub fn records(result: &str) -> Option<Vec<&str>> {
    elements(result)
}

/// Without a connector the parameter must be absent: with it, the portal asks for another plan.
fn with_connector(mut parameters: Value, connector: &str) -> String {
    if !connector.is_empty() {
        parameters["auth_connector"] = connector.into();
    }
    parameters.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(parameters: &str, expected: &Value) {
        assert_eq!(serde_json::from_str::<Value>(parameters).unwrap(), *expected);
    }

    #[test]
    fn a_connector_is_named_only_where_there_is_one() {
        is(&binding("ONTASKADD", ""), &json!({ "event": "ONTASKADD", "event_type": "offline" }));
        is(
            &binding("ONTASKADD", "OneC"),
            &json!({ "event": "ONTASKADD", "event_type": "offline", "auth_connector": "OneC" }),
        );
        is(&get(50, false, ""), &json!({ "limit": 50, "clear": 0 }));
        is(&get(1, true, "OneC"), &json!({ "limit": 1, "clear": 1, "auth_connector": "OneC" }));
    }

    #[test]
    fn a_filter_goes_as_it_came() {
        let filter = r#"{"!=PROCESS_ID":"","<ID":12345678901234567890123}"#;
        let parameters = list(filter, 50, "OneC");
        assert!(parameters.contains(filter));
        let parameters = serde_json::from_str::<Value>(&parameters.replace(filter, "1")).unwrap();
        assert_eq!(
            parameters,
            json!({ "filter": 1, "order": { "ID": "ASC" }, "start": 50, "auth_connector": "OneC" })
        );
    }

    #[test]
    fn no_ids_are_not_an_empty_list() {
        is(&marking("p", &[]), &json!({ "process_id": "p" }));
        let ids = ["a".to_owned(), "b".to_owned()];
        is(&marking("p", &ids), &json!({ "process_id": "p", "message_id": ["a", "b"] }));
    }

    #[test]
    fn a_binding_is_that_of_the_event_and_of_the_connector() {
        let result = r#"[
            {"event":"ONTASKADD","handler":"https://x/","auth_type":"0","offline":0},
            {"event":"ONCRMDEALUPDATE","connector_id":"OneC","offline":1},
            {"event":"ONCRMDEALADD","connector_id":null,"offline":"1"},
            {"event":"ONCRMLEADADD","offline":1}
        ]"#;
        for (event, connector, bound) in [
            ("OnCrmDealUpdate", "OneC", true),
            ("OnCrmDealUpdate", "", false),
            ("OnCrmDealUpdate", "onec", false),
            ("OnCrmDealAdd", "", true),
            ("OnCrmLeadAdd", "", true),
            ("OnTaskAdd", "", false),
            ("OnTaskUpdate", "", false),
        ] {
            assert_eq!(is_bound(result, event, connector), bound, "{event} {connector}");
        }
        assert!(!is_bound("null", "E", "") && !is_bound("[1]", "E", "") && !is_bound("", "E", ""));
        assert!(may_be_bound("error_core") && !may_be_bound("ACCESS_DENIED"));
    }

    #[test]
    fn records_keep_their_digits() {
        assert_eq!(records(r#"[{"b":1.10,"a":2} , {}]"#).unwrap(), [r#"{"b":1.10,"a":2}"#, "{}"]);
        assert!(records("{}").is_none());
    }
}
