//! What a REST method answers when it does not do what it was asked.

use std::borrow::Cow;

use serde_json::{Value, json};

/// A refusal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct RestError {
    pub(super) status: u16,
    pub(super) code: Cow<'static, str>,
    pub(super) description: &'static str,
    /// The parameter that it is about.
    pub(super) argument: Option<&'static str>,
}

impl RestError {
    pub(super) fn new(status: u16, code: impl Into<Cow<'static, str>>, description: &'static str) -> Self {
        Self { status, code: code.into(), description, argument: None }
    }

    pub(super) fn expired_token() -> Self {
        Self::new(401, "expired_token", "The access token provided has expired.")
    }

    pub(super) fn wrong_auth_type() -> Self {
        Self::new(403, "WRONG_AUTH_TYPE", "Current authorization type is denied for this method")
    }

    pub(super) fn wrong_license() -> Self {
        Self::new(403, "WRONG_LICENSE", "Current license does not allow this operation")
    }

    pub(super) fn argument(name: &'static str) -> Self {
        let error = Self::new(400, "ERROR_ARGUMENT", "Argument is null or empty");
        Self { argument: Some(name), ..error }
    }

    pub(super) fn json(&self) -> Value {
        let mut value = json!({"error": self.code, "error_description": self.description});
        if let Some(argument) = self.argument {
            value["argument"] = argument.into();
        }
        value
    }
}
