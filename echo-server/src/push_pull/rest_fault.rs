//! Everything the portal can do wrong on purpose with a call of its REST methods, by name.

use std::{fmt, str::FromStr};

use crate::{
    error::InvalidValue,
    fault::{Description, misfit, split},
};

/// How long an operation limit lasts if not told, in seconds.
const OPERATION_LIMIT: u64 = 60;

/// One thing the portal does wrong with a call, be it a REST method or a refresh of tokens.
///
/// Its text form (`FromStr`, `Display`) is `name` or `name=parameter`, as in [`RestFault::ALL`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum RestFault {
    /// Nothing is wrong.
    #[default]
    None,
    /// Nothing is ever answered.
    Stall,
    /// The stream ends cleanly, without an answer; the call is not made.
    HangUp,
    /// The call is made, half of its answer is given, and TCP is reset.
    Cut,
    /// 401 `expired_token`, whatever the token.
    ExpiredToken,
    /// 403 `insufficient_scope`.
    InsufficientScope,
    /// 403 `WRONG_AUTH_TYPE`, as a webhook is answered.
    WrongAuthType,
    /// 403 `WRONG_LICENSE` where a call needs the feature `rest_offline_extended`, that is on `clear=0`.
    WrongLicense,
    /// 503 `QUERY_LIMIT_EXCEEDED`.
    QueryLimit,
    /// 429 `OPERATION_TIME_LIMIT`; `time.operating_reset_at` is in so many seconds.
    OperationLimit(u64),
    /// This status (400 to 599) and this error code, as JSON.
    Error(u16, String),
    /// This status (200 to 599) with a page of HTML.
    Html(u16),
    /// 302 to this place.
    Redirect(String),
}

const fn row(form: &'static str, example: &'static str, text: &'static str) -> Description {
    Description { form, example, text }
}

impl RestFault {
    /// Every fault there is, each with its form and a line about it.
    pub const ALL: &'static [Description] = &[
        row("none", "none", "nothing is wrong"),
        row("stall", "stall", "never answers"),
        row("hang-up", "hang-up", "ends the stream without an answer; the call is not made"),
        row("cut", "cut", "makes the call, gives half of its answer, and resets TCP"),
        row("expired-token", "expired-token", "401 expired_token, whatever the token"),
        row("insufficient-scope", "insufficient-scope", "403 insufficient_scope"),
        row("wrong-auth-type", "wrong-auth-type", "403 WRONG_AUTH_TYPE"),
        row("wrong-license", "wrong-license", "403 WRONG_LICENSE on event.offline.get with clear=0"),
        row("query-limit", "query-limit", "503 QUERY_LIMIT_EXCEEDED"),
        row(
            "operation-limit[=SECONDS]",
            "operation-limit=60",
            "429 OPERATION_TIME_LIMIT, reset in 60 s if not told",
        ),
        row(
            "error=STATUS,CODE",
            "error=403,ACCESS_DENIED",
            "a status from 400 to 599 and an error code, as JSON",
        ),
        row("html=STATUS", "html=500", "a status from 200 to 599 and HTML"),
        row("redirect=LOCATION", "redirect=http://localhost/", "302 to another place"),
    ];
}

impl fmt::Display for RestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Stall => f.write_str("stall"),
            Self::HangUp => f.write_str("hang-up"),
            Self::Cut => f.write_str("cut"),
            Self::ExpiredToken => f.write_str("expired-token"),
            Self::InsufficientScope => f.write_str("insufficient-scope"),
            Self::WrongAuthType => f.write_str("wrong-auth-type"),
            Self::WrongLicense => f.write_str("wrong-license"),
            Self::QueryLimit => f.write_str("query-limit"),
            Self::OperationLimit(seconds) => write!(f, "operation-limit={seconds}"),
            Self::Error(status, code) => write!(f, "error={status},{code}"),
            Self::Html(status) => write!(f, "html={status}"),
            Self::Redirect(location) => write!(f, "redirect={location}"),
        }
    }
}

impl FromStr for RestFault {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let (name, parameter) = split(text);
        let fault = match (name, parameter) {
            ("none", None) => Some(Self::None),
            ("stall", None) => Some(Self::Stall),
            ("hang-up", None) => Some(Self::HangUp),
            ("cut", None) => Some(Self::Cut),
            ("expired-token", None) => Some(Self::ExpiredToken),
            ("insufficient-scope", None) => Some(Self::InsufficientScope),
            ("wrong-auth-type", None) => Some(Self::WrongAuthType),
            ("wrong-license", None) => Some(Self::WrongLicense),
            ("query-limit", None) => Some(Self::QueryLimit),
            ("operation-limit", None) => Some(Self::OperationLimit(OPERATION_LIMIT)),
            ("operation-limit", Some(seconds)) => seconds.parse().ok().map(Self::OperationLimit),
            ("error", Some(parameter)) => parameter.split_once(',').and_then(|(status, code)| {
                let status = status.parse().ok().filter(|status| (400..600).contains(status))?;
                Some(Self::Error(status, code.to_owned()))
            }),
            ("html", Some(status)) => {
                status.parse().ok().filter(|status| (200..600).contains(status)).map(Self::Html)
            }
            ("redirect", Some(location)) => {
                let fits = !location.is_empty() && location.bytes().all(|byte| byte.is_ascii_graphic());
                fits.then(|| Self::Redirect(location.to_owned()))
            }
            _ => None,
        };
        fault.ok_or_else(|| misfit(Self::ALL, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_an_example_that_parses_and_reads_back() {
        for row in RestFault::ALL {
            let fault: RestFault = row.example.parse().unwrap();
            assert_eq!(fault.to_string(), row.example);
            assert!(row.example.starts_with(row.name()), "{row:?}");
        }
        assert_eq!("operation-limit".parse(), Ok(RestFault::OperationLimit(60)));
    }

    #[test]
    fn what_does_not_fit_is_told_with_the_form_expected() {
        for (text, expected) in [
            ("error=200,X", "error=STATUS,CODE"),
            ("error=403", "error=STATUS,CODE"),
            ("html=600", "html=STATUS"),
            ("redirect=a b", "redirect=LOCATION"),
            ("explode", "one of none, stall"),
        ] {
            let error = text.parse::<RestFault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}`: expected {expected}")), "{error}");
        }
    }
}
