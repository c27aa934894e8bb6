//! Answers of a portal and of its authorization server: what 1C is given of them is JSON, and a refusal is one line.

use std::time::{Duration, UNIX_EPOCH};

use native_api::Text;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use vestnik::bitrix::rest_answer::RestAnswer;
use vestnik::bitrix::rest_error::RestError;
use vestnik::bitrix::{offline_events, token_answer};
use vestnik::events;

use crate::fields::first_line;

/// Longest text for the user, in characters: what the portal says is cut at 300.
const LONGEST_TEXT: usize = 500;

/// The first line is status and `Content-Type`, the rest is the body.
pub fn target(data: &[u8]) {
    let (head, body) = first_line(data);
    let head = String::from_utf8_lossy(head);
    let (status, content_type) = head.split_once(' ').unwrap_or((&head, ""));
    let status = status.parse().unwrap_or(200);

    match RestAnswer::read(status, content_type, body) {
        Ok(answer) => check_answer(&answer),
        Err(error) => check_refusal(&error),
    }
    let now = UNIX_EPOCH + Duration::from_secs(1_795_302_676);
    match token_answer::read(status, content_type, body, now) {
        Ok(tokens) => {
            let told = json!({
                "access_token": tokens.access, "refresh_token": tokens.refresh, "expires": tokens.expires,
            });
            assert_eq!(read(&events::tokens(&tokens)), Some(told));
            assert!(!format!("{tokens:?}").contains("access"), "tokens are not shown");
        }
        Err(error) => check_refusal(&error),
    }
}

/// `None`: it is JSON, with a number in it that is too large for the reader here.
fn read(json: &str) -> Option<Value> {
    serde_json::from_str::<IgnoredAny>(json).expect("JSON");
    serde_json::from_str(json).ok()
}

fn check_answer(answer: &RestAnswer) {
    let (Some(result), Some(handed_on)) = (read(&answer.result), read(&answer.handed_on)) else { return };
    assert_eq!(handed_on["result"], result);
    assert_eq!(answer.is_true(), result == Value::Bool(true));
    let records = offline_events::records(&answer.result);
    let records = records.map(|records| records.into_iter().filter_map(read).collect());
    assert_eq!(records, result.is_array().then_some(result), "each record as it came");
    let _ = offline_events::is_bound(&answer.result, "ONCRMDEALUPDATE", "OneC");
}

fn check_refusal(error: &RestError) {
    let Text { ru, en } = &error.text;
    for text in [ru, en] {
        assert!(!text.is_empty() && text.chars().count() <= LONGEST_TEXT, "{text}");
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}
