//! What a portal, or the authorization server, answered to a call of REST.

use std::time::SystemTime;

use crate::bitrix::date;
use crate::bitrix::json::{Object, is_blank};
use crate::bitrix::rest_error::RestError;

/// What 1C gets of an answer, in this order.
const HANDED_ON: [&str; 4] = ["result", "time", "total", "next"];

/// The answer to a call that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestAnswer {
    /// JSON text of the result, as it came; `null` where the portal gave null.
    pub result: String,
    /// JSON object with `result`, `time`, `total` and `next`, those that came, as they came.
    pub handed_on: String,
    /// What the portal's clock showed when it had finished.
    pub finished: Option<SystemTime>,
    /// Offset of the next page.
    pub next: Option<u64>,
}

impl RestAnswer {
    /// Reads the answer of a portal: its HTTP status, the value of its header `Content-Type` and its body.
    ///
    /// # Errors
    /// The portal's refusal, or what came in the place of an answer.
    pub fn read(status: u16, content_type: &str, body: &[u8]) -> Result<Self, RestError> {
        let text = String::from_utf8_lossy(body);
        let foreign = || RestError::foreign(status, content_type, body);
        let object = Object::parse(text.trim_start_matches('\u{FEFF}')).ok_or_else(foreign)?;
        if let Some(error) = RestError::read(status, &object) {
            return Err(error);
        }
        let members = HANDED_ON.iter().filter_map(|name| Some((name, object.member(name)?)));
        let members = members.map(|(name, raw)| format!("\"{name}\":{raw}")).collect::<Vec<_>>();
        let result = object.member("result").filter(|_| matches!(status, 200..=299)).ok_or_else(foreign)?;
        let finished = object.object("time").and_then(|time| time.text("date_finish"));
        Ok(Self {
            result: result.to_owned(),
            handed_on: format!("{{{}}}", members.join(",")),
            finished: finished.and_then(|finished| date::parse(&finished)),
            next: object.number("next"),
        })
    }

    /// Whether the result is the word `true`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.result.trim_matches(is_blank) == "true"
    }
}

#[cfg(test)]
mod tests;
