//! The texts of external events: whatever strings are in an occurrence, the texts are JSON that gives them back.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use native_api::{Language, Text};
use serde_json::{Value, json};
use vestnik::events::{self, Pulled, Wording};
use vestnik::message::{
    Cause, Closing, Failure, FailureKind, Occurrence, OfflineEvent, Opening, Payload, Publication, Receipt,
    Side, Tokens,
};
use vestnik::shared_text::SharedText;

use crate::fields;

const WORDINGS: [Wording; 3] = [events::rom_websocket, events::websocket, events::bitrix_pull];

/// Up to five texts; numbers are made of their lengths.
pub fn target(data: &[u8]) {
    let mut texts = fields::texts(data);
    let mut next = || texts.next().unwrap_or_default();
    let [one, two, three, four, five] = [next(), next(), next(), next(), next()];
    let number = u32::try_from(data.len()).unwrap_or(u32::MAX);

    let opening = Opening { attempt: number, subprotocol: one.clone() };
    told(&Occurrence::Opened(opening), &json!({ "Attempt": number, "Subprotocol": one }));
    let reason = Text::made(two.clone(), two.clone());
    for side in [Side::Us, Side::Peer] {
        let closing = Closing { side, code: 1000, reason: reason.clone() };
        told(&Occurrence::Closed(closing), &json!({ "Code": 1000, "Text": two }));
    }
    let failure = Failure { kind: FailureKind::Http, status: Some(503), text: reason };
    let failed = Occurrence::Failed { failure, retry_in: Some(Duration::from_millis(number.into())) };
    told(&failed, &json!({ "Kind": "Http", "Status": 503, "Text": two }));
    told(&Occurrence::QueueFree { lost: number.into() }, &json!({ "Lost": number }));

    message(Payload::Text(three.into()));
    message(Payload::Binary(data.to_vec()));
    published(&four, [one, five]);
    tokens(&two, &four);
    for cause in [Cause::Start, Cause::Reconnect, Cause::Channel, Cause::Timer] {
        let occurrence = Occurrence::CheckQueue(cause);
        let Some(Pulled::Text(text)) = events::pulled(&occurrence) else { panic!("a text") };
        assert_eq!(read(&text)["command"], "check_queue");
    }
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// `Событие` is an object, with the keys of `expected` where the class tells more than the original does.
fn told(occurrence: &Occurrence, expected: &Value) {
    for language in [Language::Russian, Language::English] {
        for (number, wording) in WORDINGS.iter().enumerate() {
            let Some(texts) = wording(occurrence, 0, language) else { continue };
            let event = read(&texts.event);
            assert!(event["Event"].is_string() && (texts.data.is_empty() || read(&texts.data).is_object()));
            for (key, value) in expected.as_object().into_iter().flatten().filter(|_| number > 0) {
                assert_eq!(event[key], *value, "{}", texts.event);
            }
        }
    }
}

/// `Данные` is the message itself.
fn message(payload: Payload<SharedText>) {
    let occurrence = Occurrence::Message(payload.clone());
    for wording in WORDINGS {
        let Some(texts) = wording(&occurrence, 0, Language::Russian) else { continue };
        assert_eq!(read(&texts.event)["Event"], "Message");
        match &payload {
            Payload::Text(text) => assert_eq!(texts.data, **text),
            Payload::Binary(bytes) => assert_eq!(STANDARD.decode(&*texts.data).as_ref(), Ok(bytes)),
        }
    }
    let expected = match &payload {
        Payload::Text(text) => Pulled::Text((&**text).into()),
        Payload::Binary(bytes) => Pulled::Binary(bytes),
    };
    assert_eq!(events::pulled(&occurrence), Some(expected));
}

/// As many events as connectors, each with the message.
fn published(text: &str, connectors: [String; 2]) {
    let offline = connectors.map(|connector| OfflineEvent { connector, count: u64::MAX }).to_vec();
    let publication =
        Publication { text: text.to_owned(), offline: offline.clone(), receipt: Receipt::default() };
    let occurrence = Occurrence::Published(publication);
    for (part, expected) in offline.iter().enumerate() {
        let texts = events::bitrix_pull(&occurrence, part, Language::Russian).expect("an event for each");
        let event = read(&texts.event);
        assert_eq!(event["Connector"], *expected.connector);
        assert_eq!(event["Count"], expected.count);
        assert_eq!(texts.data, text);
    }
    assert_eq!(events::bitrix_pull(&occurrence, offline.len(), Language::Russian), None);
}

fn tokens(access: &str, refresh: &str) {
    let pair = || Tokens { access: access.to_owned(), refresh: refresh.to_owned(), expires: Some(u64::MAX) };
    let expected = json!({ "access_token": access, "refresh_token": refresh, "expires": u64::MAX });
    let occurrence = Occurrence::Tokens(pair());
    let texts = events::bitrix_pull(&occurrence, 0, Language::Russian).expect("an event");
    assert_eq!(read(&texts.data), expected);
    let Some(Pulled::Text(pulled)) = events::pulled(&occurrence) else { panic!("a text") };
    assert_eq!(read(&pulled)["params"], expected);
}
