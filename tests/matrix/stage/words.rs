//! What comes out of an object, in normalised words.

use native_api::Value;
use native_api_host::Event;
use serde_json::Value as Json;

use crate::axes::Class;

/// Longer texts are told by their length.
const LONGEST: usize = 12;

/// The word for an event.
pub(super) fn of_event(class: Class, event: &Event) -> String {
    assert_eq!(event.source, class.name());
    if class == Class::Rom {
        return of_rom(&event.event, &event.data);
    }
    let json: Json = serde_json::from_str(&event.event).expect("an event is JSON");
    let text = |key: &str| json[key].as_str().unwrap_or_default();
    match (text("Event"), text("State")) {
        ("Message", _) => format!("Text={}", of_text(&event.data)),
        ("MessagesAvailable", _) => "Hint".to_owned(),
        ("Connection", "Close") if text("Reason") == "Normal" => "Normal".to_owned(),
        ("Connection", "Close") => format!("Close={}", json["Code"]),
        ("Connection", "Fail") => match json["Status"].as_u64() {
            Some(status) => format!("Fail={}:{status}", text("Kind")),
            None => format!("Fail={}", text("Kind")),
        },
        ("Connection", state) => state.to_owned(),
        ("CheckQueue", _) => format!("Check={}", text("Cause")),
        ("OfflineEvent", _) => format!("Offline={}", text("Connector")),
        ("Tokens", _) => "Tokens".to_owned(),
        ("Queue", "Full") => "Full".to_owned(),
        ("Queue", "Free") => format!("Free={}", json["Lost"]),
        _ => event.event.clone(),
    }
}

/// The texts of the contract, byte for byte.
fn of_rom(event: &str, data: &str) -> String {
    match (event, data) {
        (r#"{"Event": "Message"}"#, text) => format!("Text={}", of_text(text)),
        (r#"{"Event": "Connection","State": "Open"}"#, r#"{"Connection": "Open"}"#) => "Open".to_owned(),
        (r#"{"Event": "Connection","State": "Close","Reason": "Normal"}"#, r#"{"Connection": "Close"}"#) => {
            "Normal".to_owned()
        }
        (r#"{"Event": "Connection","State": "Close","Reason": "Drop"}"#, r#"{"Connection": "Close"}"#) => {
            "Drop".to_owned()
        }
        (r#"{"Event": "Connection","State": "Fail"}"#, r#"{"Connection": "Fail"}"#) => "Fail".to_owned(),
        _ => format!("{event}{data}"),
    }
}

/// The word for a message: its number, what it is, or its length.
pub(super) fn of_text(text: &str) -> String {
    if let Ok(Json::Object(message)) = serde_json::from_str(text) {
        let part = |key: &str| message.get(key).and_then(Json::as_str).unwrap_or_default();
        let parameter = |key: &str| message.get("params").map_or(Json::Null, |all| all[key].clone());
        return match (part("module_id"), part("command")) {
            ("crm", _) => parameter("number").to_string(),
            ("vestnik", "check_queue") => {
                format!("Check:{}", parameter("cause").as_str().unwrap_or_default())
            }
            (_, command) => command.to_owned(),
        };
    }
    if text.len() > LONGEST { format!("{}-bytes", text.len()) } else { text.to_owned() }
}

/// The word for what a method returns.
pub(super) fn of_value(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Empty => "none".to_owned(),
        Value::String(text) => of_text(text),
        Value::Number(_) => "number".to_owned(),
        other => format!("{other:?}"),
    }
}
