//! Why a call has no answer.

use native_api::Text;

use crate::bitrix::rest_error::{RestError, RestErrorKind};
use crate::message::{Failure, FailureKind};

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestFailure {
    /// No whole answer came: from the network, in time ([`FailureKind::Timeout`]), before the end of the
    /// object ([`FailureKind::Cancelled`]); or the method's name is none ([`FailureKind::Address`]).
    Network(Failure),
    /// The portal refused the call, or the authorization server a new pair of tokens.
    Refused(RestError),
    /// Nobody was asked: what `УстановитьТокены` was given is not enough.
    Credentials(Text),
}

impl RestFailure {
    /// For the user, without secrets.
    #[must_use]
    pub const fn text(&self) -> &Text {
        match self {
            Self::Network(failure) => &failure.text,
            Self::Refused(error) => &error.text,
            Self::Credentials(text) => text,
        }
    }

    pub(super) const fn timeout(text: Text) -> Self {
        Self::Network(Failure::new(FailureKind::Timeout, text))
    }

    pub(super) const fn cancelled() -> Self {
        Self::Network(Failure::new(
            FailureKind::Cancelled,
            Text::fixed("Вызов прерван: объект завершает работу", "The call was given up: the object ends"),
        ))
    }
}

/// As events of a connection tell it.
impl From<RestFailure> for Failure {
    fn from(failure: RestFailure) -> Self {
        match failure {
            RestFailure::Network(failure) => failure,
            RestFailure::Refused(error) => {
                Self { kind: kind(error.kind), status: Some(error.status), text: error.text }
            }
            RestFailure::Credentials(text) => Self::new(FailureKind::Auth, text),
        }
    }
}

const fn kind(kind: RestErrorKind) -> FailureKind {
    match kind {
        RestErrorKind::ExpiredToken | RestErrorKind::WrongLicense | RestErrorKind::Auth => FailureKind::Auth,
        RestErrorKind::Foreign => FailureKind::Protocol,
        RestErrorKind::QueryLimit
        | RestErrorKind::OperationTimeLimit { .. }
        | RestErrorKind::NotFound
        | RestErrorKind::Unavailable
        | RestErrorKind::Refused => FailureKind::Http,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitrix::rest_answer::RestAnswer;

    fn of_answer(status: u16, body: &str) -> Failure {
        RestFailure::Refused(RestAnswer::read(status, "", body.as_bytes()).unwrap_err()).into()
    }

    #[test]
    fn a_connection_tells_refusals_by_what_can_be_done_about_them() {
        for (status, body, kind) in [
            (403, r#"{"error":"insufficient_scope"}"#, FailureKind::Auth),
            (401, r#"{"error":"expired_token"}"#, FailureKind::Auth),
            (503, r#"{"error":"QUERY_LIMIT_EXCEEDED"}"#, FailureKind::Http),
            (502, "<html>", FailureKind::Http),
            (200, "<html>", FailureKind::Protocol),
            (302, "", FailureKind::Protocol),
        ] {
            let failure = of_answer(status, body);
            assert_eq!((failure.kind, failure.status), (kind, Some(status)), "{body}");
        }
        let text = Text::fixed("а", "a");
        let failure = Failure::from(RestFailure::Credentials(text.clone()));
        assert_eq!((failure.kind, failure.status, failure.text), (FailureKind::Auth, None, text));
    }
}
