//! The REST client of a Bitrix24 portal: calls of methods, with the tokens and the limits that they need.
//!
//! Tokens are renewed only when the portal says that they have expired, once however many calls wait for it.
//! The renewal is a task of its own, for the old pair is dead once the new one was given: it goes on when
//! whoever asked for it has lost patience. The new pair is told before it is in force.

mod call;
pub mod credentials;
pub mod failure;
mod grant;
mod keys;
mod limits;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use native_api::Text;
use tokio::select;
use tokio::sync::watch;
use tokio::time::{sleep, timeout, timeout_at};
use url::Url;

use self::call::{Call, Reply};
use self::credentials::Credentials;
use self::failure::RestFailure;
use self::grant::Grant;
use self::keys::{Keys, Renewal};
use self::limits::Limits;
use crate::bitrix::address::Portal;
use crate::bitrix::rest_answer::RestAnswer;
use crate::bitrix::rest_error::RestErrorKind;
use crate::log::{Level, Log};
use crate::message::Tokens;
use crate::transport::dial::DialSettings;
use crate::transport::http::HttpClient;

/// Where tokens are renewed unless 1C says otherwise.
const AUTH_SERVER: &str = "https://oauth.bitrix.info";

/// Most connections that are kept while no method is called.
const KEPT_CONNECTIONS: usize = 4;

/// Longest renewal. Whoever waits for it may have less patience.
const RENEWAL_LIMIT: Duration = Duration::from_secs(60);

/// The REST client of one object of 1C, for calls side by side.
pub struct Rest {
    log: Log,
    http: HttpClient,
    keys: Mutex<Keys>,
    on_renewed: Box<dyn Fn(&Tokens) + Send + Sync>,
    closed: watch::Sender<bool>,
}

/// Without the secrets.
impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest").finish_non_exhaustive()
    }
}

impl Rest {
    /// A client without tokens. `on_renewed` is given every new pair of tokens, before it is used; the thread
    /// is the network's, which waits for it.
    pub fn new(log: Log, on_renewed: impl Fn(&Tokens) + Send + Sync + 'static) -> Self {
        let server = Url::parse(AUTH_SERVER).expect("the address is right");
        Self {
            log,
            http: HttpClient::keeping(KEPT_CONNECTIONS),
            keys: Mutex::new(Keys::new(server)),
            on_renewed: Box::new(on_renewed),
            closed: watch::Sender::new(false),
        }
    }

    /// Sets what calls are made with from now on. A renewal that is in progress goes on; what it gives is in
    /// force if the refresh token given now is the one that it exchanges, or has exchanged, and is forgotten
    /// otherwise.
    pub fn set_credentials(&self, credentials: Credentials) {
        self.keys().set(credentials);
    }

    /// The pair of tokens in force.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        self.keys().tokens()
    }

    /// Sets where tokens are renewed: `/oauth/token/` is put behind it.
    pub fn set_auth_server(&self, server: Url) {
        self.keys().set_server(server);
    }

    /// Where tokens are renewed.
    #[must_use]
    pub fn auth_server(&self) -> Url {
        self.keys().server().clone()
    }

    /// Calls a method; `parameters` is the text of a JSON object. Expired tokens are renewed, and the
    /// portal's limits waited out if there is time. Nothing else is repeated that the portal may have done.
    ///
    /// # Errors
    /// There is no result by the `deadline`.
    pub async fn call(
        self: &Arc<Self>,
        portal: &Portal,
        method: &str,
        parameters: &str,
        dial: &DialSettings,
        deadline: Instant,
    ) -> Result<RestAnswer, RestFailure> {
        let call = Call::new(portal, method, parameters, dial, deadline)?;
        let answer = self.unless_closed(self.answer(&call)).await.unwrap_or(Err(RestFailure::cancelled()));
        if let Err(failure) = &answer {
            self.log.write(Level::Warn, || format!("REST, {method}: {}", failure.text().ru));
        }
        answer
    }

    /// Ends all calls that are being made, and a renewal of tokens, and makes no more.
    pub fn close(&self) {
        self.closed.send_replace(true);
        self.http.close();
    }

    async fn unless_closed<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut closed = self.closed.subscribe();
        select! {
            biased;
            _ = closed.wait_for(|closed| *closed) => None,
            done = work => Some(done),
        }
    }

    async fn answer(self: &Arc<Self>, call: &Call<'_>) -> Result<RestAnswer, RestFailure> {
        let mut limits = Limits::default();
        let mut has_renewed = false;
        loop {
            let (access, generation) = self.keys().access();
            if access.is_empty() && !has_renewed {
                has_renewed = true;
                self.renew(generation, call).await?;
                continue;
            }
            let (error, clock) = match call.ask(&self.http, &access, &self.log).await? {
                Reply::Answer(answer) => return Ok(answer),
                Reply::Refusal(error, clock) => (error, clock),
            };
            if error.kind == RestErrorKind::ExpiredToken && !has_renewed {
                has_renewed = true;
                self.renew(generation, call).await?;
                continue;
            }
            let Some(pause) = limits
                .pause(error.kind, clock, SystemTime::now(), fastrand::f64())
                .filter(|pause| Instant::now().checked_add(*pause).is_some_and(|then| then < call.deadline))
            else {
                return Err(RestFailure::Refused(error));
            };
            self.log.write(Level::Warn, || {
                format!("REST, {}: {}; повтор через {:.3} с", call.method, error.text.ru, pause.as_secs_f64())
            });
            sleep(pause).await;
        }
    }

    /// Waits for a newer access token than that of `generation`, and asks for it if nobody has.
    async fn renew(self: &Arc<Self>, generation: u64, call: &Call<'_>) -> Result<(), RestFailure> {
        let renewal = self.keys().renew(generation)?;
        let mut outcome = match renewal {
            Renewal::Done => return Ok(()),
            Renewal::Running(outcome) => outcome,
            Renewal::Start(grant, sender) => {
                let outcome = sender.subscribe();
                let (this, dial) = (Arc::clone(self), call.dial.clone());
                tokio::spawn(async move {
                    if let Some(end) = this.unless_closed(this.exchange(grant, &dial)).await {
                        sender.send_replace(Some(end));
                    }
                });
                outcome
            }
        };
        match timeout_at(call.deadline.into(), outcome.wait_for(Option::is_some)).await {
            Ok(Ok(end)) => end.clone().unwrap_or(Ok(())),
            // The renewal was ended by `close`, as this call is going to be.
            Ok(Err(_)) => Err(RestFailure::cancelled()),
            Err(_) => Err(no_tokens()),
        }
    }

    async fn exchange(&self, grant: Grant, dial: &DialSettings) -> Result<(), RestFailure> {
        self.log.write(Level::Info, || format!("Запрос новых токенов у {}", grant.host()));
        let given = timeout(RENEWAL_LIMIT, grant.exchange(dial)).await;
        let given = given.unwrap_or_else(|_| Err(no_tokens()));
        if !self.keys().wants(&grant) {
            self.log.write(Level::Warn, || "Ответ на запрос токенов не нужен: 1С уже задала другие");
            return Ok(());
        }
        match given {
            Ok(tokens) => {
                (self.on_renewed)(&tokens);
                self.keys().put(&grant, &tokens);
                self.log.write(Level::Info, || "Получены новые токены");
                Ok(())
            }
            Err(failure) => {
                self.log.write(Level::Warn, || failure.text().ru.clone());
                self.keys().fail(grant, &failure);
                Err(failure)
            }
        }
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn no_tokens() -> RestFailure {
    RestFailure::timeout(Text::fixed(
        "Сервер авторизации не выдал новые токены за отведенное время",
        "The authorization server gave no new tokens in the time that it was given",
    ))
}
