//! One message of a push server.

use serde_json::Value;

use crate::bitrix::json::{Object, elements};
use crate::bitrix::mid::Mid;

/// A message as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Number within the channel; with a `mid`, the low part of it. Empty if there is none.
    pub id: String,
    /// Number on the server; servers before version 3 give none.
    pub mid: Option<Mid>,
    /// Name of the channel; newer servers hide it behind `-`.
    pub channel: String,
    /// Tells messages of one second apart, on servers before version 3.
    pub tag: String,
    /// An HTTP date: on servers before version 3 that of the message, later that of the delivery.
    pub time: String,
    /// What was published, as JSON text: its keys and digits are as they came.
    pub text: String,
    /// What the portal adds about itself, as JSON text, from inside `text` or beside it.
    pub extra: Option<String>,
    /// What a JSON-RPC server wants to be acknowledged; see [`crate::bitrix::json_rpc`].
    pub receipt: Option<String>,
}

impl Frame {
    /// Reads a frame's JSON object; `None` for what is none, or has nothing of a message.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let frame = Object::parse(json)?;
        if frame.get("method").is_some() {
            return Self::from_json_rpc(&frame);
        }
        let mid = frame.text("mid");
        if mid.is_none() && frame.get("text").is_none() {
            return None;
        }
        let text = content(frame.get("text"));
        Some(Self {
            id: frame.text("id").unwrap_or_default(),
            mid: mid.and_then(|mid| Mid::parse(&mid)),
            channel: frame.text("channel").unwrap_or_default(),
            tag: frame.text("tag").unwrap_or_default(),
            time: frame.text("time").unwrap_or_default(),
            extra: extra(&text).or_else(|| frame.get("extra").map(str::to_owned)),
            text,
            receipt: None,
        })
    }

    /// A request of a server of version 5 or later (JSON-RPC 2.0).
    fn from_json_rpc(request: &Object<'_>) -> Option<Self> {
        if request.text("method")? != "incoming.message" {
            return None;
        }
        let params = request.object("params")?;
        let mid = params.text("mid");
        let mut text = content(params.get("body"));
        for addition in ["dictionary", "user_params"] {
            if let Some(merged) = params.get(addition).and_then(|addition| with_params(&text, addition)) {
                text = merged;
            }
        }
        Some(Self {
            mid: mid.as_deref().and_then(Mid::parse),
            extra: extra(&text).or_else(|| params.get("extra").map(str::to_owned)),
            text,
            receipt: mid,
            ..Self::default()
        })
    }
}

/// The published JSON: as it is, or out of the string that holds it.
fn content(raw: Option<&str>) -> String {
    let Some(raw) = raw else { return "null".into() };
    if raw.starts_with('"')
        && let Ok(inner) = serde_json::from_str::<String>(raw)
        && (Object::parse(&inner).is_some() || elements(&inner).is_some())
    {
        return inner.trim().into();
    }
    raw.into()
}

fn extra(text: &str) -> Option<String> {
    Object::parse(text)?.get("extra").map(str::to_owned)
}

/// `body` with the members of `addition` among its `params`; `None` when one of them is no object.
fn with_params(body: &str, addition: &str) -> Option<String> {
    let mut body = serde_json::from_str::<Value>(body).ok()?;
    let Value::Object(addition) = serde_json::from_str(addition).ok()? else { return None };
    let params = body.as_object_mut()?.entry("params").or_insert_with(|| Value::Object(Default::default()));
    // PHP writes an empty object as an empty array.
    if params.as_array().is_some_and(Vec::is_empty) {
        *params = Value::Object(Default::default());
    }
    params.as_object_mut()?.extend(addition);
    Some(body.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEASURED: &str = r#"{"id":1,"mid":"17953026760000000000000001","channel":"-","tag":"285","time":"Sat, 21 Nov 2026 23:11:16 GMT","text":{"module_id":"rest","command":"event_offline","params":[{"connector_id":"OneC","count":1}],"extra":{"server_time_unix":1795302676.130}}}"#;

    fn text_of(json: &str) -> String {
        Frame::parse(json).unwrap().text
    }

    #[test]
    fn the_measured_frame_is_read() {
        let frame = Frame::parse(MEASURED).unwrap();
        assert_eq!(frame.mid, Mid::parse("17953026760000000000000001"));
        assert_eq!((frame.id.as_str(), frame.channel.as_str(), frame.tag.as_str()), ("1", "-", "285"));
        assert_eq!(frame.time, "Sat, 21 Nov 2026 23:11:16 GMT");
        assert!(frame.text.starts_with(r#"{"module_id":"rest","command":"event_offline","params":[{"#));
        assert_eq!(
            frame.extra.as_deref(),
            Some(r#"{"server_time_unix":1795302676.130}"#),
            "digits as they came"
        );
        assert_eq!(frame.receipt, None);
    }

    #[test]
    fn text_is_an_object_a_string_or_null() {
        assert_eq!(text_of(r#"{"id":1,"text":{"b":1, "a":2}}"#), r#"{"b":1, "a":2}"#);
        assert_eq!(text_of(r#"{"id":1,"text":"{\"b\":\"\\u042f\"}"}"#), r#"{"b":"\u042f"}"#);
        assert_eq!(text_of(r#"{"id":1,"text":" [1] "}"#), "[1]");
        assert_eq!(text_of(r#"{"id":1,"text":"привет"}"#), r#""привет""#);
        assert_eq!(text_of(r#"{"id":1,"text":"{broken"}"#), r#""{broken""#);
        assert_eq!(text_of(r#"{"mid":"17953026760000000000000001","text":null}"#), "null");
    }

    #[test]
    fn extra_is_looked_for_in_both_places() {
        let extra = |json| Frame::parse(json).unwrap().extra;
        assert_eq!(extra(r#"{"text":{"extra":{"a":1}},"extra":{"b":2}}"#).as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(extra(r#"{"text":{"c":1},"extra":{"b":2}}"#).as_deref(), Some(r#"{"b":2}"#));
        assert_eq!(extra(r#"{"text":"{\"extra\":[]}"}"#).as_deref(), Some("[]"));
        assert_eq!(extra(r#"{"text":1}"#), None);
    }

    #[test]
    fn a_mid_that_is_none_is_absent() {
        for mid in [r#""""#, "null", r#""123""#, "{}"] {
            assert_eq!(Frame::parse(&format!(r#"{{"mid":{mid},"text":1}}"#)).unwrap().mid, None, "{mid}");
        }
        assert!(Frame::parse(r#"{"mid":17953026760000000000000001,"text":1}"#).unwrap().mid.is_some());
    }

    #[test]
    fn what_has_nothing_of_a_message_is_none() {
        for json in
            ["", "[]", "1", "{}", r#"{"error":"x"}"#, r#"{"method":"other","params":{}}"#, "{\"text\":1"]
        {
            assert_eq!(Frame::parse(json), None, "{json}");
        }
    }

    #[test]
    fn a_json_rpc_request_is_a_frame_with_a_receipt() {
        let frame = Frame::parse(
            r#"{"jsonrpc":"2.0","method":"incoming.message","id":7,"params":{"mid":"m-1","sender":{},
            "user_params":{"mine":1},"dictionary":{"all":2},
            "body":{"module_id":"im","command":"x","params":[],"extra":{"e":1}}}}"#,
        )
        .unwrap();
        let text = serde_json::from_str::<Value>(&frame.text).unwrap();
        assert_eq!(text["params"], serde_json::json!({"mine": 1, "all": 2}));
        assert_eq!((frame.receipt.as_deref(), frame.mid), (Some("m-1"), None));
        assert_eq!(frame.extra.as_deref(), Some(r#"{"e":1}"#));
    }
}
