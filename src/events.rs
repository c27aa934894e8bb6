//! What happened → `Событие` and `Данные`. The one place with these texts: the contract, byte for byte.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use native_api::Language;
use serde_json::Value;

use crate::message::{
    Cause, Closing, Failure, FailureKind, Occurrence, Opening, Payload, Publication, Side, Tokens,
};

/// The two texts of an external event.
#[derive(Debug, PartialEq, Eq)]
pub struct EventTexts<'a> {
    /// `Событие`.
    pub event: Cow<'static, str>,
    /// `Данные`.
    pub data: Cow<'a, str>,
}

/// Words one of the events, from number 0, with which a class tells of an occurrence; `None`: it has no such event.
pub type Wording = for<'a> fn(&'a Occurrence, usize, Language) -> Option<EventTexts<'a>>;

const OPEN: &str = r#"{"Event": "Connection","State": "Open"}"#;
const CLOSE_NORMAL: &str = r#"{"Event": "Connection","State": "Close","Reason": "Normal"}"#;
const CLOSE_DROP: &str = r#"{"Event": "Connection","State": "Close","Reason": "Drop"}"#;
const FAIL: &str = r#"{"Event": "Connection","State": "Fail"}"#;
const WAITING: &str = r#"{"Event": "Connection","State": "Waiting"}"#;
const MESSAGE: &str = r#"{"Event": "Message"}"#;
const BINARY: &str = r#"{"Event": "Message","Type": "Binary","Encoding": "Base64"}"#;
const QUEUE_FULL: &str = r#"{"Event": "Queue","State": "Full"}"#;
const QUEUE_FREE: &str = r#"{"Event": "Queue","State": "Free"}"#;
const AVAILABLE: &str = r#"{"Event": "MessagesAvailable"}"#;
const OFFLINE_EVENT: &str = r#"{"Event": "OfflineEvent"}"#;
const CHECK_QUEUE: &str = r#"{"Event": "CheckQueue"}"#;
const TOKENS: &str = r#"{"Event": "Tokens"}"#;

const OPEN_DATA: &str = r#"{"Connection": "Open"}"#;
const CLOSE_DATA: &str = r#"{"Connection": "Close"}"#;
const FAIL_DATA: &str = r#"{"Connection": "Fail"}"#;
const WAITING_DATA: &str = r#"{"Connection": "Waiting"}"#;

/// The texts of `ROM-WebSocket`: exactly those of its original.
#[must_use]
pub fn rom_websocket(occurrence: &Occurrence, _part: usize, _language: Language) -> Option<EventTexts<'_>> {
    let (event, data) = match occurrence {
        Occurrence::Opened(_) => (OPEN, OPEN_DATA),
        Occurrence::Closed(Closing { side, .. }) => (close(*side), CLOSE_DATA),
        Occurrence::Failed { .. } => (FAIL, FAIL_DATA),
        Occurrence::Message(Payload::Text(text)) => (MESSAGE, &**text),
        Occurrence::Message(Payload::Binary(_))
        | Occurrence::Waiting { .. }
        | Occurrence::QueueFull
        | Occurrence::QueueFree { .. }
        | Occurrence::Available { .. }
        | Occurrence::Published(_)
        | Occurrence::CheckQueue(_)
        | Occurrence::Tokens(_) => return None,
    };
    Some(EventTexts { event: Cow::Borrowed(event), data: Cow::Borrowed(data) })
}

/// The texts of `WebSocket`: the same objects with more keys after the old ones.
#[must_use]
pub fn websocket(occurrence: &Occurrence, _part: usize, language: Language) -> Option<EventTexts<'_>> {
    let (event, data) = match occurrence {
        Occurrence::Opened(Opening { attempt, subprotocol }) => {
            let keys = [("Attempt", (*attempt).into()), ("Subprotocol", subprotocol.as_str().into())];
            (extended(OPEN, &keys), OPEN_DATA.into())
        }
        Occurrence::Closed(Closing { side, code, reason }) => {
            let keys = [("Code", (*code).into()), ("Text", reason.get(language).into())];
            (extended(close(*side), &keys), CLOSE_DATA.into())
        }
        Occurrence::Failed { failure, retry_in } => {
            (extended(FAIL, &failure_keys(failure, *retry_in, language)), FAIL_DATA.into())
        }
        Occurrence::Waiting { attempt, retry_in } => {
            let keys = [("Attempt", (*attempt).into()), ("RetryIn", seconds(*retry_in))];
            (extended(WAITING, &keys), WAITING_DATA.into())
        }
        Occurrence::Message(Payload::Text(text)) => (MESSAGE.into(), (&**text).into()),
        Occurrence::Message(Payload::Binary(bytes)) => (BINARY.into(), STANDARD.encode(bytes).into()),
        Occurrence::QueueFull => (QUEUE_FULL.into(), "".into()),
        Occurrence::QueueFree { lost } => (extended(QUEUE_FREE, &[("Lost", (*lost).into())]), "".into()),
        Occurrence::Available { count } => (extended(AVAILABLE, &[("Count", (*count).into())]), "".into()),
        Occurrence::Published(_) | Occurrence::CheckQueue(_) | Occurrence::Tokens(_) => return None,
    };
    Some(EventTexts { event, data })
}

/// The texts of `BitrixPull`: those of `WebSocket`, and its own. A message that tells of offline events is as many
/// events as it names connectors.
#[must_use]
pub fn bitrix_pull(occurrence: &Occurrence, part: usize, language: Language) -> Option<EventTexts<'_>> {
    let (event, data) = match occurrence {
        Occurrence::Published(Publication { text, offline, .. }) => match offline.get(part) {
            Some(told) => {
                let keys = [("Connector", told.connector.as_str().into()), ("Count", told.count.into())];
                (extended(OFFLINE_EVENT, &keys), text.into())
            }
            None if part == 0 => (MESSAGE.into(), text.into()),
            None => return None,
        },
        Occurrence::CheckQueue(why) => (extended(CHECK_QUEUE, &[("Cause", cause(*why).into())]), "".into()),
        Occurrence::Tokens(pair) => (TOKENS.into(), tokens(pair).into()),
        _ => return websocket(occurrence, part, language),
    };
    Some(EventTexts { event, data })
}

/// What `Получить` gives.
#[derive(Debug, PartialEq, Eq)]
pub enum Pulled<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Binary(&'a [u8]),
}

/// What `Получить` gives: a message as it came, and what has no text of its own in the form of what is published.
#[must_use]
pub fn pulled(occurrence: &Occurrence) -> Option<Pulled<'_>> {
    let own = |command: &str, params: &str| {
        format!(r#"{{"module_id":"vestnik","command":"{command}","params":{params}}}"#)
    };
    let text = match occurrence {
        Occurrence::Message(Payload::Binary(bytes)) => return Some(Pulled::Binary(bytes)),
        Occurrence::Message(Payload::Text(text)) => (&**text).into(),
        Occurrence::Published(Publication { text, .. }) => text.into(),
        Occurrence::CheckQueue(why) => {
            own("check_queue", &format!(r#"{{"cause":"{}"}}"#, cause(*why))).into()
        }
        Occurrence::Tokens(pair) => own("tokens", &tokens(pair)).into(),
        _ => return None,
    };
    Some(Pulled::Text(text))
}

/// JSON of the pair that 1C keeps.
#[must_use]
pub fn tokens(pair: &Tokens) -> String {
    let [access, refresh] = [&pair.access, &pair.refresh].map(|token| Value::from(token.as_str()));
    let expires = Value::from(pair.expires);
    format!(r#"{{"access_token":{access},"refresh_token":{refresh},"expires":{expires}}}"#)
}

const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Start => "Start",
        Cause::Reconnect => "Reconnect",
        Cause::Channel => "Channel",
        Cause::Timer => "Timer",
    }
}

const fn close(side: Side) -> &'static str {
    match side {
        Side::Us => CLOSE_NORMAL,
        Side::Peer => CLOSE_DROP,
    }
}

fn failure_keys(
    failure: &Failure,
    retry_in: Option<Duration>,
    language: Language,
) -> Vec<(&'static str, Value)> {
    let mut keys = vec![("Kind", kind(failure.kind).into())];
    keys.extend(failure.status.map(|status| ("Status", status.into())));
    keys.push(("Text", failure.text.get(language).into()));
    keys.extend(retry_in.map(|pause| ("RetryIn", seconds(pause))));
    keys
}

const fn kind(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Dns => "Dns",
        FailureKind::Refused => "Refused",
        // A malformed address is misuse in every class that tells kinds.
        FailureKind::Network | FailureKind::Address => "Network",
        FailureKind::Timeout => "Timeout",
        FailureKind::Proxy => "Proxy",
        FailureKind::Tls => "Tls",
        FailureKind::Http => "Http",
        FailureKind::Auth => "Auth",
        FailureKind::Protocol => "Protocol",
        FailureKind::Cancelled => "Cancelled",
    }
}

/// Seconds, to the millisecond.
fn seconds(time: Duration) -> Value {
    ((time.as_secs_f64() * 1000.0).round() / 1000.0).into()
}

/// The object `base` with more keys at its end, in the same style.
fn extended(base: &'static str, keys: &[(&str, Value)]) -> Cow<'static, str> {
    let mut text = base.trim_end_matches('}').to_owned();
    for (key, value) in keys {
        text.push_str(&format!(",\"{key}\": {value}"));
    }
    text.push('}');
    text.into()
}

#[cfg(test)]
mod tests {
    use native_api::Text;

    use super::*;
    use crate::message::{OfflineEvent, Receipt};

    fn occurrences() -> Vec<Occurrence> {
        let failure = Failure {
            kind: FailureKind::Auth,
            status: Some(401),
            text: Text::fixed("Нет \"прав\"", "No \"rights\""),
        };
        let closing = |side| {
            Occurrence::Closed(Closing { side, code: 1011, reason: Text::fixed("сбой\n", "failure") })
        };
        vec![
            Occurrence::Opened(Opening { attempt: 2, subprotocol: "ari".to_owned() }),
            closing(Side::Us),
            closing(Side::Peer),
            Occurrence::Failed { failure, retry_in: Some(Duration::from_micros(1_234_567)) },
            Occurrence::Waiting { attempt: 3, retry_in: Duration::from_millis(500) },
            Occurrence::Message(Payload::Text("Привет 😀".into())),
            Occurrence::Message(Payload::Binary(vec![0, 255])),
            Occurrence::QueueFull,
            Occurrence::QueueFree { lost: 7 },
            Occurrence::Available { count: 5 },
        ]
    }

    fn texts(wording: Wording, language: Language) -> Vec<Option<(String, String)>> {
        let texts = |occurrence: &Occurrence| {
            let texts = wording(occurrence, 0, language)?;
            Some((texts.event.into_owned(), texts.data.into_owned()))
        };
        occurrences().iter().map(texts).collect()
    }

    #[test]
    fn the_texts_of_rom_websocket_are_those_of_the_contract() {
        let expected = [
            Some(("{\"Event\": \"Connection\",\"State\": \"Open\"}", "{\"Connection\": \"Open\"}")),
            Some((
                "{\"Event\": \"Connection\",\"State\": \"Close\",\"Reason\": \"Normal\"}",
                "{\"Connection\": \"Close\"}",
            )),
            Some((
                "{\"Event\": \"Connection\",\"State\": \"Close\",\"Reason\": \"Drop\"}",
                "{\"Connection\": \"Close\"}",
            )),
            Some(("{\"Event\": \"Connection\",\"State\": \"Fail\"}", "{\"Connection\": \"Fail\"}")),
            None,
            Some(("{\"Event\": \"Message\"}", "Привет 😀")),
            None,
            None,
            None,
            None,
        ]
        .map(|texts| texts.map(|(event, data)| (event.to_owned(), data.to_owned())));
        assert_eq!(texts(rom_websocket, Language::Russian), expected);
    }

    #[test]
    fn the_texts_of_websocket_have_more_keys_after_the_old_ones() {
        let expected = [
            (r#"{"Event": "Connection","State": "Open","Attempt": 2,"Subprotocol": "ari"}"#, OPEN_DATA),
            (
                r#"{"Event": "Connection","State": "Close","Reason": "Normal","Code": 1011,"Text": "сбой\n"}"#,
                CLOSE_DATA,
            ),
            (
                r#"{"Event": "Connection","State": "Close","Reason": "Drop","Code": 1011,"Text": "сбой\n"}"#,
                CLOSE_DATA,
            ),
            (
                r#"{"Event": "Connection","State": "Fail","Kind": "Auth","Status": 401,"Text": "Нет \"прав\"","RetryIn": 1.235}"#,
                FAIL_DATA,
            ),
            (r#"{"Event": "Connection","State": "Waiting","Attempt": 3,"RetryIn": 0.5}"#, WAITING_DATA),
            (r#"{"Event": "Message"}"#, "Привет 😀"),
            (r#"{"Event": "Message","Type": "Binary","Encoding": "Base64"}"#, "AP8="),
            (r#"{"Event": "Queue","State": "Full"}"#, ""),
            (r#"{"Event": "Queue","State": "Free","Lost": 7}"#, ""),
            (r#"{"Event": "MessagesAvailable","Count": 5}"#, ""),
        ]
        .map(|(event, data)| Some((event.to_owned(), data.to_owned())));
        assert_eq!(texts(websocket, Language::Russian), expected);
        let english = texts(websocket, Language::English)[3].clone().unwrap().0;
        assert!(english.contains(r#""Text": "No \"rights\"""#), "{english}");
    }

    fn published(offline: &[(&str, u64)]) -> Occurrence {
        let offline = offline
            .iter()
            .map(|(connector, count)| OfflineEvent { connector: (*connector).to_owned(), count: *count })
            .collect();
        Occurrence::Published(Publication {
            text: r#"{"module_id":"rest"}"#.into(),
            offline,
            receipt: Receipt::default(),
        })
    }

    #[test]
    fn the_texts_of_bitrix_pull_are_those_of_the_contract() {
        let texts = |occurrence: &Occurrence| {
            let parts = (0..).map_while(|part| bitrix_pull(occurrence, part, Language::Russian));
            parts.take(5).map(|texts| (texts.event.into_owned(), texts.data.into_owned())).collect::<Vec<_>>()
        };
        let own = |event: &str, data: &str| vec![(event.to_owned(), data.to_owned())];
        let text = r#"{"module_id":"rest"}"#;
        assert_eq!(texts(&published(&[])), own(r#"{"Event": "Message"}"#, text));
        let hint = |connector: &str, count: u64| {
            (
                format!(r#"{{"Event": "OfflineEvent","Connector": "{connector}","Count": {count}}}"#),
                text.into(),
            )
        };
        assert_eq!(texts(&published(&[("OneC", 1), ("", 7)])), [hint("OneC", 1), hint("", 7)]);
        let check = Occurrence::CheckQueue(Cause::Reconnect);
        assert_eq!(texts(&check)[..1], own(r#"{"Event": "CheckQueue","Cause": "Reconnect"}"#, ""));
        let pair = Tokens { access: "a\"b".into(), refresh: "r".into(), expires: Some(1_795_302_676) };
        let data = r#"{"access_token":"a\"b","refresh_token":"r","expires":1795302676}"#;
        assert_eq!(texts(&Occurrence::Tokens(pair.clone()))[..1], own(r#"{"Event": "Tokens"}"#, data));
        let taken = |occurrence, expected: &str| {
            assert_eq!(pulled(&occurrence), Some(Pulled::Text(expected.into())));
        };
        taken(published(&[("OneC", 1)]), text);
        taken(check, r#"{"module_id":"vestnik","command":"check_queue","params":{"cause":"Reconnect"}}"#);
        taken(
            Occurrence::Tokens(pair),
            &format!(r#"{{"module_id":"vestnik","command":"tokens","params":{data}}}"#),
        );
    }
}
