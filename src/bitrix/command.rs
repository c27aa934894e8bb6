//! What a published message tells us to do.

use serde_json::Value;

use crate::message::OfflineEvent;

/// Most offline events that one message tells of: each becomes an event with all of the message, and a message may
/// have a megabyte. A portal has one connector for each program that listens to it.
const MOST_EVENTS: usize = 1000;

/// Meaning of a frame's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Offline events wait in the portal's queue: a hint without data, one per connector.
    OfflineEvents(Vec<OfflineEvent>),
    /// The configuration shall be asked for again, and the `mid` kept. What such a command says of a new channel
    /// is wrong for channels of applications.
    ConfigExpired,
    /// The push server restarts: connect again after a pause.
    ServerRestart,
    /// Anything else: 1C knows.
    Other,
}

impl Command {
    /// Reads the text of a frame.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = serde_json::from_str::<Value>(text).unwrap_or_default();
        let word = |name: &str| text[name].as_str().unwrap_or_default().to_ascii_lowercase();
        match (word("module_id").as_str(), word("command").as_str()) {
            ("rest", "event_offline") => Self::OfflineEvents(offline_events(&text["params"])),
            // The last two are names of clients before 2016.
            ("pull", "channel_expire" | "config_expire" | "channel_die" | "config_die") => {
                Self::ConfigExpired
            }
            ("pull", "server_restart") => Self::ServerRestart,
            _ => Self::Other,
        }
    }
}

/// A list or a single one; never empty, for a hint must not get lost.
fn offline_events(params: &Value) -> Vec<OfflineEvent> {
    let events: Vec<_> = match params {
        Value::Array(all) => {
            all.iter().filter(|one| one.is_object()).map(offline_event).take(MOST_EVENTS).collect()
        }
        one => vec![offline_event(one)],
    };
    if events.is_empty() { vec![OfflineEvent::default()] } else { events }
}

fn offline_event(params: &Value) -> OfflineEvent {
    let count = &params["count"];
    OfflineEvent {
        connector: params["connector_id"].as_str().unwrap_or_default().to_owned(),
        count: count.as_u64().or_else(|| count.as_str()?.parse().ok()).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(params: &str) -> Vec<(String, u64)> {
        let text = format!(r#"{{"module_id":"rest","command":"event_offline","params":{params}}}"#);
        match Command::read(&text) {
            Command::OfflineEvents(events) => {
                events.into_iter().map(|event| (event.connector, event.count)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_hint_is_one_per_connector() {
        let both = r#"[{"connector_id":"OneC","count":1},{"connector_id":"","count":"20"}]"#;
        assert_eq!(hints(both), [("OneC".into(), 1), (String::new(), 20)]);
    }

    #[test]
    fn a_message_does_not_become_any_number_of_events() {
        assert_eq!(hints(&format!("[{}{{}}]", "{},".repeat(MOST_EVENTS))).len(), MOST_EVENTS);
    }

    #[test]
    fn a_hint_is_never_lost_whatever_its_params_are() {
        assert_eq!(hints(r#"{"connector_id":"OneC","count":3}"#), [("OneC".into(), 3)]);
        for params in ["[]", "{}", "null", "[null]", r#"[{"connector_id":null,"count":-1}]"#, r#""x""#] {
            assert_eq!(hints(params), [(String::new(), 0)], "{params}");
        }
    }

    #[test]
    fn service_commands_ignore_case_and_need_their_module() {
        let read = |module, command| {
            Command::read(&format!(r#"{{"module_id":"{module}","command":"{command}","params":{{}}}}"#))
        };
        for command in ["channel_expire", "CONFIG_EXPIRE", "channel_die", "Config_Die"] {
            assert_eq!(read("pull", command), Command::ConfigExpired);
        }
        assert_eq!(read("Pull", "server_restart"), Command::ServerRestart);
        assert_eq!(read("im", "channel_expire"), Command::Other);
        assert_eq!(read("rest", "other"), Command::Other);
    }

    #[test]
    fn what_is_no_object_is_no_command() {
        for text in ["null", "", "[]", "\"event_offline\"", "{\"module_id\":1}"] {
            assert_eq!(Command::read(text), Command::Other, "{text}");
        }
    }
}
