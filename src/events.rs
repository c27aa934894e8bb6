//! What happened → `Событие` and `Данные`. The one place with these texts: the contract, byte for byte.

use std::borrow::Cow;

use crate::message::{Occurrence, Side};

/// The two texts of an external event.
#[derive(Debug, PartialEq, Eq)]
pub struct EventTexts<'a> {
    /// `Событие`.
    pub event: Cow<'static, str>,
    /// `Данные`.
    pub data: Cow<'a, str>,
}

/// Words an occurrence for one class.
pub type Wording = for<'a> fn(&'a Occurrence) -> EventTexts<'a>;

/// The texts of `ROM-WebSocket`.
#[must_use]
pub fn rom_websocket(occurrence: &Occurrence) -> EventTexts<'_> {
    let (event, data) = match occurrence {
        Occurrence::Opened => (r#"{"Event": "Connection","State": "Open"}"#, r#"{"Connection": "Open"}"#),
        Occurrence::Closed(Side::Us) => {
            (r#"{"Event": "Connection","State": "Close","Reason": "Normal"}"#, r#"{"Connection": "Close"}"#)
        }
        Occurrence::Closed(Side::Peer) => {
            (r#"{"Event": "Connection","State": "Close","Reason": "Drop"}"#, r#"{"Connection": "Close"}"#)
        }
        Occurrence::Failed(_) => (r#"{"Event": "Connection","State": "Fail"}"#, r#"{"Connection": "Fail"}"#),
        Occurrence::Text(text) => (r#"{"Event": "Message"}"#, text.as_str()),
    };
    EventTexts { event: Cow::Borrowed(event), data: Cow::Borrowed(data) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Failure, FailureKind};

    #[test]
    fn the_texts_of_rom_websocket_are_those_of_the_contract() {
        let failed = Occurrence::Failed(Failure::new(FailureKind::Refused, "nobody listens"));
        for (occurrence, event, data) in [
            (
                Occurrence::Opened,
                "{\"Event\": \"Connection\",\"State\": \"Open\"}",
                "{\"Connection\": \"Open\"}",
            ),
            (
                Occurrence::Closed(Side::Us),
                "{\"Event\": \"Connection\",\"State\": \"Close\",\"Reason\": \"Normal\"}",
                "{\"Connection\": \"Close\"}",
            ),
            (
                Occurrence::Closed(Side::Peer),
                "{\"Event\": \"Connection\",\"State\": \"Close\",\"Reason\": \"Drop\"}",
                "{\"Connection\": \"Close\"}",
            ),
            (failed, "{\"Event\": \"Connection\",\"State\": \"Fail\"}", "{\"Connection\": \"Fail\"}"),
            (Occurrence::Text("Привет 😀".to_owned()), "{\"Event\": \"Message\"}", "Привет 😀"),
        ] {
            let texts = rom_websocket(&occurrence);
            assert_eq!((&*texts.event, &*texts.data), (event, data));
        }
    }
}
