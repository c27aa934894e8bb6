//! The tokens of the application, and how a pair of them is exchanged for a new one.

use std::{collections::VecDeque, time::Duration};

use serde_json::{Value, json};

use crate::push_pull::{
    parameters::Parameters, response::Response, rest_error::RestError, signature::random_id,
};

/// How many access tokens are remembered; the oldest make room.
const MOST_TOKENS: usize = 1024;

/// What the portal answers with, besides the tokens.
pub(super) struct Endpoints<'a> {
    /// The address of the portal, without a path.
    pub(super) base: &'a str,
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a str,
}

/// The tokens in force. Only one refresh token is: the one issued last.
pub(super) struct OAuth {
    life: Duration,
    uses: Option<u32>,
    /// The access tokens that were issued, oldest first.
    access: VecDeque<Access>,
    refresh: String,
}

struct Access {
    token: String,
    expires: u64,
    uses_left: Option<u32>,
}

impl OAuth {
    pub(super) fn new(life: Duration, uses: Option<u32>, now: u64) -> Self {
        let mut oauth = Self { life, uses, access: VecDeque::new(), refresh: String::new() };
        oauth.issue(now);
        oauth
    }

    /// The access token and the refresh token issued last.
    pub(super) fn pair(&self) -> (String, String) {
        (self.last_access().to_owned(), self.refresh.clone())
    }

    /// Makes all access tokens expire.
    pub(super) fn expire(&mut self) {
        self.access.iter_mut().for_each(|access| access.expires = 0);
    }

    /// Uses an access token once.
    pub(super) fn authorize(&mut self, token: Option<&str>, now: u64) -> Result<(), RestError> {
        let token = token.ok_or_else(|| RestError::new(401, "NO_AUTH_FOUND", "Wrong authorization data"))?;
        let known = self.access.iter_mut().find(|access| access.token == token);
        let access = known
            .ok_or_else(|| RestError::new(401, "invalid_token", "Unable to get application by token"))?;
        let used_up = access.uses_left.as_mut().is_some_and(|left| match left.checked_sub(1) {
            Some(fewer) => {
                *left = fewer;
                false
            }
            None => true,
        });
        if used_up || access.expires <= now {
            return Err(RestError::expired_token());
        }
        Ok(())
    }

    /// Answers a request for new tokens. The old refresh token is dead once this returns, whether the answer reaches
    /// the client or not.
    pub(super) fn answer(&mut self, asked: &Parameters, endpoints: &Endpoints<'_>, now: u64) -> Response {
        let text = |name| asked.text(name).unwrap_or_default();
        let error = |status, code: &str, description: &str| {
            Response::json(status, &json!({"error": code, "error_description": description}))
        };
        if text("grant_type") != "refresh_token" {
            return error(400, "invalid_request", "Unsupported or missing grant_type");
        }
        if (text("client_id"), text("client_secret"))
            != (endpoints.client_id.to_owned(), endpoints.client_secret.to_owned())
        {
            return error(401, "invalid_client", "Client authentication failed");
        }
        if text("refresh_token") != self.refresh {
            return error(400, "invalid_grant", "Invalid refresh token");
        }
        self.issue(now);
        Response::json(200, &self.tokens(endpoints, now))
    }

    fn issue(&mut self, now: u64) {
        let token = random_id() + &random_id();
        self.refresh = random_id() + &random_id();
        if self.access.len() == MOST_TOKENS {
            self.access.pop_front();
        }
        self.access.push_back(Access { token, expires: now + self.life.as_secs(), uses_left: self.uses });
    }

    fn last_access(&self) -> &str {
        self.access.back().map_or("", |access| &access.token)
    }

    fn tokens(&self, endpoints: &Endpoints<'_>, now: u64) -> Value {
        let base = endpoints.base;
        json!({
            "access_token": self.last_access(),
            "refresh_token": self.refresh,
            "expires": now + self.life.as_secs(),
            "expires_in": self.life.as_secs(),
            "client_endpoint": format!("{base}/rest/"),
            "server_endpoint": format!("{base}/rest/"),
            "domain": base.split("://").last(),
            "member_id": "00000000000000000000000000000001",
            "scope": "crm,pull",
            "status": "L",
            "user_id": 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDPOINTS: Endpoints<'_> = Endpoints { base: "http://a", client_id: "id", client_secret: "secret" };

    fn code(result: Result<(), RestError>) -> String {
        result.map_or_else(|error| error.code.into_owned(), |()| "ok".to_owned())
    }

    #[test]
    fn a_token_is_good_for_its_time_and_its_uses() {
        let mut oauth = OAuth::new(Duration::from_secs(10), Some(2), 100);
        let (access, _) = oauth.pair();
        assert_eq!(code(oauth.authorize(Some(&access), 109)), "ok");
        assert_eq!(code(oauth.authorize(Some(&access), 110)), "expired_token");
        assert_eq!(code(oauth.authorize(Some(&access), 109)), "expired_token");
        assert_eq!(code(oauth.authorize(Some("other"), 109)), "invalid_token");
        assert_eq!(code(oauth.authorize(None, 109)), "NO_AUTH_FOUND");
    }

    #[test]
    fn a_refresh_token_is_good_for_once() {
        let mut oauth = OAuth::new(Duration::from_secs(10), None, 100);
        let (_, refresh) = oauth.pair();
        let with = |secret: &str| {
            let form = format!("grant_type=refresh_token&client_id=id&client_secret={secret}");
            Parameters::from_form(&format!("{form}&refresh_token={refresh}"))
        };
        assert_eq!(oauth.answer(&with("wrong"), &ENDPOINTS, 100).status, 401);
        assert_eq!(oauth.answer(&with("secret"), &ENDPOINTS, 100).status, 200);
        let dead = oauth.answer(&with("secret"), &ENDPOINTS, 100);
        assert!(
            dead.status == 400 && String::from_utf8(dead.body.unwrap()).unwrap().contains("invalid_grant")
        );
        assert_ne!(oauth.pair().1, refresh);
    }
}
