use std::time::{Duration, UNIX_EPOCH};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::bitrix::rest_error::RestErrorKind as Kind;

const JSON: &str = "application/json; charset=utf-8";

fn answer(body: &str) -> RestAnswer {
    RestAnswer::read(200, JSON, body.as_bytes()).unwrap()
}

fn error(status: u16, body: &str) -> RestError {
    RestAnswer::read(status, JSON, body.as_bytes()).unwrap_err()
}

fn kind(status: u16, code: &str) -> Kind {
    let error = error(status, &format!(r#"{{"error":"{code}","error_description":"why"}}"#));
    assert_eq!((error.status, error.code.as_str()), (status, code));
    for text in [&error.text.ru, &error.text.en] {
        assert!(text.contains(code) && text.contains("why") && text.contains(&status.to_string()), "{text}");
    }
    error.kind
}

#[test]
fn a_success_is_handed_on_as_it_came() {
    let body = r#"{"total":2, "result": {"z":1.10,"a":"\u042f"},"next":50,"other":1,
        "time":{"start":1795302676.130,"date_finish":"2026-11-22T02:11:16+03:00"}}"#;
    let answer = answer(body);
    assert_eq!(answer.result, r#"{"z":1.10,"a":"\u042f"}"#);
    let time = r#"{"start":1795302676.130,"date_finish":"2026-11-22T02:11:16+03:00"}"#;
    let expected = format!(r#"{{"result":{{"z":1.10,"a":"\u042f"}},"time":{time},"total":2,"next":50}}"#);
    assert_eq!(answer.handed_on, expected);
    assert_eq!(answer.finished, Some(UNIX_EPOCH + Duration::from_secs(1_795_302_676)));
    assert_eq!(answer.next, Some(50));
}

#[test]
fn results_may_be_anything() {
    for (result, is_true) in
        [("true", true), ("false", false), ("null", false), ("[]", false), ("\"x\"", false)]
    {
        let answer = answer(&format!("\u{FEFF}{{\"result\":{result}}}"));
        assert_eq!((answer.result.as_str(), answer.is_true()), (result, is_true));
        assert_eq!(answer.handed_on, format!("{{\"result\":{result}}}"));
        assert_eq!((answer.finished, answer.next), (None, None));
    }
}

#[test]
fn codes_decide_and_not_the_status() {
    for status in [200, 400, 401, 403, 500, 503] {
        assert_eq!(kind(status, "expired_token"), Kind::ExpiredToken);
        assert_eq!(kind(status, "QUERY_LIMIT_EXCEEDED"), Kind::QueryLimit);
        assert_eq!(kind(status, "WRONG_LICENSE"), Kind::WrongLicense);
        assert_eq!(kind(status, "ERROR_METHOD_NOT_FOUND"), Kind::NotFound);
        for code in [
            "invalid_token",
            "NO_AUTH_FOUND",
            "WRONG_AUTH_TYPE",
            "insufficient_scope",
            "ACCESS_DENIED",
            "authorization_error",
            "invalid_grant",
            "PAYMENT_REQUIRED",
            "OVERLOAD_LIMIT",
        ] {
            assert_eq!(kind(status, code), Kind::Auth, "{code}");
        }
        assert_eq!(kind(status, "SERVER_ERROR"), Kind::Unavailable);
    }
    assert_eq!(kind(400, "ERROR_EVENT_NOT_FOUND"), Kind::Refused);
    assert_eq!(kind(503, "SOMETHING_NEW"), Kind::Unavailable);
}

#[test]
fn the_end_of_a_time_limit_is_read() {
    let reset = Some(UNIX_EPOCH + Duration::from_secs(1_795_302_676));
    for body in [
        r#"{"error":"OPERATION_TIME_LIMIT","time":{"operating":480.1,"operating_reset_at":1795302676}}"#,
        r#"{"error":"OPERATION_TIME_LIMIT","operating_reset_at":"1795302676"}"#,
    ] {
        assert_eq!(error(429, body).kind, Kind::OperationTimeLimit { reset });
    }
    assert_eq!(kind(429, "OPERATION_TIME_LIMIT"), Kind::OperationTimeLimit { reset: None });
}

#[test]
fn what_is_no_json_is_told_clearly() {
    let read = |status, content_type, body: &str| {
        let error = RestAnswer::read(status, content_type, body.as_bytes()).unwrap_err();
        assert!(error.code.is_empty() && error.text.ru.ends_with(&format!("(HTTP {status})")));
        (error.kind, error.text.en.into_owned())
    };
    for (status, content_type, body, kind, words) in [
        (200, "text/html; charset=UTF-8", "portal", Kind::Foreign, "web page"),
        (404, JSON, " <!DOCTYPE html>", Kind::Foreign, "web page"),
        (200, JSON, "", Kind::Foreign, "empty"),
        (200, JSON, "[]", Kind::Foreign, "not JSON"),
        (200, JSON, "{}", Kind::Foreign, "not JSON"),
        (302, "text/html", "<html>", Kind::Foreign, "redirects"),
        (407, "text/html", "<html>", Kind::Foreign, "proxy"),
        (429, "text/html", "<html>", Kind::Unavailable, "web page"),
        (502, "text/html", "<html>", Kind::Unavailable, "not available"),
        (504, "", "", Kind::Unavailable, "not available"),
    ] {
        let (found, text) = read(status, content_type, body);
        assert_eq!(found, kind, "{status} {body}");
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(RestAnswer::read(500, JSON, b"{\"result\":true}").unwrap_err().kind, Kind::Unavailable);
}

#[test]
fn texts_hold_no_secrets_and_stay_short() {
    let body = format!(
        r#"{{"error":"X","error_description":"auth=abcdef0123456789 failed\r\n{}"}}"#,
        "очень ".repeat(1000)
    );
    let error = error(400, &body);
    for text in [error.text.ru, error.text.en] {
        assert!(!text.contains("abcdef") && !text.contains('\n'), "{text}");
        assert!(text.chars().count() < LONGEST_TEXT, "{text}");
    }
    let page = RestAnswer::read(200, "text/html", b"<html>access_token=abcdef</html>").unwrap_err();
    assert!(!format!("{page:?}").contains("abcdef"));
}

const LONGEST_TEXT: usize = 500;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn arbitrary_answers_never_panic(status in any::<u16>(), body in vec(any::<u8>(), 0..60), json in "[{}\\[\\]\",:a1 ]{0,30}") {
        for body in [body.as_slice(), json.as_bytes()] {
            if let Err(error) = RestAnswer::read(status, "", body) {
                prop_assert_eq!(error.status, status);
            }
        }
    }
}
