//! What the authorization server answered to a request for a new pair of tokens.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::bitrix::json::Object;
use crate::bitrix::rest_error::RestError;
use crate::message::Tokens;

/// Reads an answer: its HTTP status, the value of its header `Content-Type` and its body; `now` is what the
/// server's clock shows. The refresh token is empty if there came none.
///
/// # Errors
/// The server's refusal, or what came in the place of an answer.
pub fn read(status: u16, content_type: &str, body: &[u8], now: SystemTime) -> Result<Tokens, RestError> {
    let text = String::from_utf8_lossy(body);
    let foreign = || RestError::foreign(status, content_type, body);
    let object = Object::parse(text.trim_start_matches('\u{FEFF}')).ok_or_else(foreign)?;
    if let Some(error) = RestError::read(status, &object) {
        return Err(error);
    }
    let access = object.text("access_token").filter(|_| matches!(status, 200..=299)).ok_or_else(foreign)?;
    let expires = object.number("expires").or_else(|| after(now, object.number("expires_in")?));
    Ok(Tokens { access, refresh: object.text("refresh_token").unwrap_or_default(), expires })
}

fn after(now: SystemTime, seconds: u64) -> Option<u64> {
    let end = now.checked_add(Duration::from_secs(seconds))?;
    Some(end.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bitrix::rest_error::RestErrorKind as Kind;

    const JSON: &str = "application/json";

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn tokens(body: &str) -> (String, String, Option<u64>) {
        let Tokens { access, refresh, expires } = read(200, JSON, body.as_bytes(), at(1000)).unwrap();
        (access, refresh, expires)
    }

    #[test]
    fn a_pair_has_its_end_in_either_form() {
        for (end, expires) in [
            (r#""expires":1795302676,"expires_in":3600"#, Some(1_795_302_676)),
            (r#""expires":"1795302676""#, Some(1_795_302_676)),
            (r#""expires_in":3600"#, Some(4600)),
            (r#""expires":null,"expires_in":"3600""#, Some(4600)),
            (r#""expires_in":18446744073709551615"#, None),
            (r#""scope":"crm""#, None),
        ] {
            let body = format!(r#"{{"access_token":"a","refresh_token":"r",{end}}}"#);
            assert_eq!(tokens(&body), ("a".to_owned(), "r".to_owned(), expires), "{end}");
        }
        assert_eq!(tokens("\u{FEFF}{\"access_token\":\"a\"}"), ("a".to_owned(), String::new(), None));
    }

    #[test]
    fn refusals_and_what_is_no_answer_are_told() {
        let pair = r#"{"access_token":"a","refresh_token":"r"}"#;
        for (status, body, kind) in [
            (400, r#"{"error":"invalid_grant","error_description":"why"}"#, Kind::Auth),
            (401, r#"{"error":"invalid_client"}"#, Kind::Auth),
            (200, r#"{"error":"PAYMENT_REQUIRED"}"#, Kind::Auth),
            (200, "<html>", Kind::Foreign),
            (200, r#"{"refresh_token":"r"}"#, Kind::Foreign),
            (200, r#"{"access_token":""}"#, Kind::Foreign),
            (302, pair, Kind::Foreign),
            (502, pair, Kind::Unavailable),
        ] {
            let error = read(status, JSON, body.as_bytes(), at(1000)).unwrap_err();
            assert_eq!((error.kind, error.status), (kind, status), "{body}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn arbitrary_answers_never_panic(status in any::<u16>(), body in "[{}\\[\\]\",:a1 ]{0,30}") {
            if let Err(error) = read(status, "", body.as_bytes(), at(0)) {
                prop_assert_eq!(error.status, status);
            }
        }
    }
}
