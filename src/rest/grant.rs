//! How a new pair of tokens is asked for (RFC 6749, section 6).

use std::time::SystemTime;

use hyper::Method;
use hyper::header::{CONTENT_TYPE, DATE};
use native_api::Text;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::bitrix::rest_error::RestError;
use crate::bitrix::{date, token_answer};
use crate::log::secrets::Secrets;
use crate::message::{Failure, FailureKind, Tokens};
use crate::rest::credentials::Credentials;
use crate::rest::failure::RestFailure;
use crate::transport::address::Address;
use crate::transport::dial::DialSettings;
use crate::transport::http::{HttpClient, HttpRequest};

/// What a new pair is given for, and by whom.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Grant {
    server: Url,
    refresh: String,
    client_id: String,
    client_secret: String,
}

impl Grant {
    pub(super) fn new(server: &Url, credentials: &Credentials) -> Self {
        Self {
            server: server.clone(),
            refresh: credentials.refresh.clone(),
            client_id: credentials.client_id.clone(),
            client_secret: credentials.client_secret.clone(),
        }
    }

    /// The refresh token, which is dead once a new pair was given for it.
    pub(super) fn refresh(&self) -> &str {
        &self.refresh
    }

    /// The authorization server's name.
    pub(super) fn host(&self) -> &str {
        self.server.host_str().unwrap_or_default()
    }

    /// Whether asking once more for the same would only be refused once more.
    pub(super) fn is_dead(error: &RestError) -> bool {
        ["invalid_grant", "invalid_client"].iter().any(|code| error.code.eq_ignore_ascii_case(code))
    }

    /// Asks for the new pair. Dropped after the request was sent, it may lose the pair, and with it the way
    /// to any further one.
    pub(super) async fn exchange(&self, dial: &DialSettings) -> Result<Tokens, RestFailure> {
        let request = self.request().map_err(|text| self.failed(Failure::new(FailureKind::Address, text)))?;
        let answer = HttpClient::new().send(&request, dial).await.map_err(|failure| self.failed(failure))?;
        let now = date::parse_http(answer.header(&DATE)).unwrap_or_else(SystemTime::now);
        let read = |body: &[u8]| token_answer::read(answer.status, answer.header(&CONTENT_TYPE), body, now);
        let secrets = || Secrets::new([self.refresh.clone(), self.client_secret.clone()]);
        match read(&answer.body).or_else(|_| read(&secrets().hide_in(&answer.body))) {
            // What is there is there, whatever became of the line behind it.
            Ok(tokens) if tokens.refresh.is_empty() => Ok(Tokens { refresh: self.refresh.clone(), ..tokens }),
            Ok(tokens) => Ok(tokens),
            Err(_) if !answer.complete => Err(self.failed(Failure::new(
                FailureKind::Network,
                Text::fixed("Ответ оборвался", "The answer was cut off"),
            ))),
            Err(error) => Err(self.refused(error)),
        }
    }

    /// That there was no answer.
    pub(super) fn failed(&self, failure: Failure) -> RestFailure {
        RestFailure::Network(Failure { text: self.text(&failure.text), ..failure })
    }

    fn refused(&self, error: RestError) -> RestFailure {
        let mut text = self.text(&error.text);
        if Self::is_dead(&error) {
            text = Text::made(
                format!("{}. Передайте действующие значения методу УстановитьТокены", text.ru),
                format!("{}. Give values that are in force to SetTokens", text.en),
            );
        }
        RestFailure::Refused(RestError { text, ..error })
    }

    fn text(&self, why: &Text) -> Text {
        let host = self.host();
        Text::made(
            format!("Сервер авторизации {host} не обновил токены: {}", why.ru),
            format!("The authorization server {host} gave no new tokens: {}", why.en),
        )
    }

    fn request(&self) -> Result<HttpRequest, Text> {
        let mut url = self.server.clone();
        url.set_path(&format!("{}/oauth/token/", self.server.path().trim_end_matches('/')));
        url.set_query(None);
        url.set_fragment(None);
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", &self.client_secret)
            .append_pair("refresh_token", &self.refresh)
            .finish();
        Ok(HttpRequest {
            method: Method::POST,
            address: Address::parse_http(url.as_str())?,
            headers: Vec::new(),
            body: Some(("application/x-www-form-urlencoded", form)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(server: &str) -> Grant {
        let credentials = Credentials {
            access: "access".to_owned(),
            refresh: "re&fresh".to_owned(),
            client_id: "id".to_owned(),
            client_secret: "секрет".to_owned(),
        };
        Grant::new(&Url::parse(server).unwrap(), &credentials)
    }

    #[test]
    fn secrets_are_in_the_body_and_not_in_the_address() {
        for (server, target) in [
            ("https://oauth.bitrix.info", "/oauth/token/"),
            ("https://oauth.bitrix.info/", "/oauth/token/"),
            ("https://proxy/bitrix/?x=1#y", "/bitrix/oauth/token/"),
        ] {
            let request = grant(server).request().unwrap();
            assert_eq!((request.address.target(), request.method), (target, Method::POST));
            let form = "grant_type=refresh_token&client_id=id\
                &client_secret=%D1%81%D0%B5%D0%BA%D1%80%D0%B5%D1%82&refresh_token=re%26fresh";
            assert_eq!(request.body, Some(("application/x-www-form-urlencoded", form.to_owned())));
        }
    }

    #[test]
    fn failures_name_the_server() {
        let text = Text::fixed("почему", "why");
        let failure = grant("https://oauth.bitrix.info").failed(Failure::new(FailureKind::Dns, text));
        let en = &failure.text().en;
        assert!(en.contains("oauth.bitrix.info") && en.ends_with(": why") && !en.contains("fresh"), "{en}");
    }
}
