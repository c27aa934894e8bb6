//! One call of a method, which may be asked several times.

use std::time::{Instant, SystemTime};

use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue};
use native_api::Text;
use tokio::time::timeout_at;

use crate::bitrix::address::Portal;
use crate::bitrix::clock::ServerClock;
use crate::bitrix::date;
use crate::bitrix::rest_answer::RestAnswer;
use crate::bitrix::rest_error::RestError;
use crate::log::secrets::Secrets;
use crate::log::{Level, Log};
use crate::message::{Failure, FailureKind};
use crate::rest::failure::RestFailure;
use crate::transport::address::Address;
use crate::transport::dial::DialSettings;
use crate::transport::http::{HttpClient, HttpRequest};

/// What is called, how, and until when.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    address: Address,
    parameters: &'a str,
    pub(super) dial: &'a DialSettings,
    pub(super) deadline: Instant,
}

/// What the portal answered.
pub(super) enum Reply {
    Answer(RestAnswer),
    /// An error, and the portal's clock.
    Refusal(RestError, ServerClock),
}

impl<'a> Call<'a> {
    pub(super) fn new(
        portal: &Portal,
        method: &'a str,
        parameters: &'a str,
        dial: &'a DialSettings,
        deadline: Instant,
    ) -> Result<Self, RestFailure> {
        let address = portal.method_url(method).and_then(|url| Address::parse_http(url.as_str()));
        let address = address.map_err(|expected| {
            let text =
                Text::made(format!("Требуется {}", expected.ru), format!("This is needed: {}", expected.en));
            RestFailure::Network(Failure::new(FailureKind::Address, text))
        })?;
        Ok(Self { method, address, parameters, dial, deadline })
    }

    /// Asks the portal once.
    pub(super) async fn ask(&self, http: &HttpClient, access: &str, log: &Log) -> Result<Reply, RestFailure> {
        let request = self.request(access)?;
        let begun = Instant::now();
        let answer = timeout_at(self.deadline.into(), http.send(&request, self.dial))
            .await
            .map_err(|_| late())?
            .map_err(RestFailure::Network)?;
        log.write(Level::Debug, || {
            let (status, took) = (answer.status, begun.elapsed().as_millis());
            format!("REST, {}: HTTP {status} за {took} мс", self.method)
        });
        if !answer.complete {
            return Err(cut());
        }
        let read = |body: &[u8]| RestAnswer::read(answer.status, answer.header(&CONTENT_TYPE), body);
        match read(&answer.body).or_else(|_| read(&Secrets::new([access.to_owned()]).hide_in(&answer.body))) {
            Ok(answer) => Ok(Reply::Answer(answer)),
            Err(error) => {
                let now = SystemTime::now();
                let server = date::parse_http(answer.header(&DATE)).unwrap_or(now);
                Ok(Reply::Refusal(error, ServerClock::new(server, now)))
            }
        }
    }

    /// The token is in a header: addresses are written to logs on the way.
    fn request(&self, access: &str) -> Result<HttpRequest, RestFailure> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {access}")).map_err(|_| {
            RestFailure::Credentials(Text::fixed(
                "В токене доступа есть недопустимые символы: передайте методу УстановитьТокены другой",
                "There are characters in the access token that cannot be: give another one to SetTokens",
            ))
        })?;
        bearer.set_sensitive(true);
        Ok(HttpRequest {
            method: Method::POST,
            address: self.address.clone(),
            headers: vec![(AUTHORIZATION, bearer)],
            body: Some(("application/json", self.parameters.to_owned())),
        })
    }
}

const fn late() -> RestFailure {
    RestFailure::timeout(Text::fixed(
        "Портал не ответил за отведенное время",
        "The portal did not answer in the time that it was given",
    ))
}

const fn cut() -> RestFailure {
    RestFailure::Network(Failure::new(
        FailureKind::Network,
        Text::fixed("Ответ портала оборвался", "The portal's answer was cut off"),
    ))
}
