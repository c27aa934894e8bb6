//! The pair of tokens in force, and who is renewing it. The newest setting by 1C is in force, with one
//! exception: a pair whose refresh token was exchanged here is dead, so that its successor stays in force
//! when 1C, which may not have taken the successor yet, gives the old pair again.

use std::collections::VecDeque;

use tokio::sync::watch;
use url::Url;

use crate::bitrix::rest_error::RestError;
use crate::message::Tokens;
use crate::rest::credentials::Credentials;
use crate::rest::failure::RestFailure;
use crate::rest::grant::Grant;

/// Refresh tokens of the past that are known to be dead.
const EXCHANGED: usize = 16;

/// Where who waits for a renewal learns of its end.
pub(super) type Outcome = watch::Receiver<Option<Result<(), RestFailure>>>;

/// The tokens of an object.
pub(super) struct Keys {
    credentials: Credentials,
    expires: Option<u64>,
    /// Another one for every access token.
    generation: u64,
    server: Url,
    renewal: Option<(Grant, Outcome)>,
    /// What the authorization server will not give anything for.
    refused: Option<(Grant, RestError)>,
    /// The refresh tokens that led to the pair in force, the last ones: 1C may still have any of them.
    exchanged: VecDeque<String>,
}

/// How to come to a newer access token.
pub(super) enum Renewal {
    /// There is one.
    Done,
    /// It was asked for.
    Running(Outcome),
    /// It has to be asked for, by who gets this.
    Start(Grant, watch::Sender<Option<Result<(), RestFailure>>>),
}

impl Keys {
    pub(super) fn new(server: Url) -> Self {
        Self {
            credentials: Credentials::default(),
            expires: None,
            generation: 0,
            server,
            renewal: None,
            refused: None,
            exchanged: VecDeque::new(),
        }
    }

    /// Takes what 1C gives.
    pub(super) fn set(&mut self, given: Credentials) {
        self.refused = None;
        if self.exchanged.contains(&given.refresh) {
            let Credentials { client_id, client_secret, .. } = given;
            self.credentials = Credentials { client_id, client_secret, ..self.credentials.clone() };
            return;
        }
        self.exchanged.clear();
        if given.access != self.credentials.access {
            self.expires = None;
            self.generation += 1;
        }
        self.credentials = given;
    }

    pub(super) fn set_server(&mut self, server: Url) {
        self.server = server;
    }

    pub(super) const fn server(&self) -> &Url {
        &self.server
    }

    pub(super) fn tokens(&self) -> Tokens {
        let Credentials { access, refresh, .. } = self.credentials.clone();
        Tokens { access, refresh, expires: self.expires }
    }

    /// The access token in force, and its generation.
    pub(super) fn access(&self) -> (String, u64) {
        (self.credentials.access.clone(), self.generation)
    }

    /// How to come to a newer access token than that of this generation.
    pub(super) fn renew(&mut self, generation: u64) -> Result<Renewal, RestFailure> {
        if self.generation != generation {
            return Ok(Renewal::Done);
        }
        if let Some(missing) = self.credentials.missing() {
            return Err(RestFailure::Credentials(missing));
        }
        let grant = Grant::new(&self.server, &self.credentials);
        if let Some((_, error)) = self.refused.as_ref().filter(|(refused, _)| *refused == grant) {
            return Err(RestFailure::Refused(error.clone()));
        }
        // A renewal ends with its task, whatever ends that.
        let is_running = |outcome: &Outcome| outcome.has_changed().is_ok();
        if let Some((running, outcome)) = &self.renewal
            && *running == grant
            && is_running(outcome)
        {
            return Ok(Renewal::Running(outcome.clone()));
        }
        let (sender, outcome) = watch::channel(None);
        self.renewal = Some((grant.clone(), outcome));
        Ok(Renewal::Start(grant, sender))
    }

    /// Whether what the grant gives is still wanted: 1C has set no other pair meanwhile.
    pub(super) fn wants(&self, grant: &Grant) -> bool {
        self.credentials.refresh == grant.refresh()
    }

    /// Puts the pair in force that the grant has given, if it is still wanted.
    pub(super) fn put(&mut self, grant: &Grant, tokens: &Tokens) {
        if !self.wants(grant) {
            return;
        }
        if tokens.refresh != grant.refresh() {
            self.exchanged.push_back(grant.refresh().to_owned());
            if self.exchanged.len() > EXCHANGED {
                self.exchanged.pop_front();
            }
        }
        self.credentials.access.clone_from(&tokens.access);
        self.credentials.refresh.clone_from(&tokens.refresh);
        self.expires = tokens.expires;
        self.generation += 1;
    }

    /// Notes a failure after which nothing will ever be given for this grant.
    pub(super) fn fail(&mut self, grant: Grant, failure: &RestFailure) {
        if let RestFailure::Refused(error) = failure
            && Grant::is_dead(error)
        {
            self.refused = Some((grant, error.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitrix::rest_error::RestErrorKind;

    fn credentials(access: &str, refresh: &str) -> Credentials {
        let [access, refresh, client_id, client_secret] =
            [access, refresh, "id", "secret"].map(str::to_owned);
        Credentials { access, refresh, client_id, client_secret }
    }

    fn tokens(access: &str, refresh: &str) -> Tokens {
        Tokens { access: access.to_owned(), refresh: refresh.to_owned(), expires: Some(7) }
    }

    fn keys() -> Keys {
        let mut keys = Keys::new(Url::parse("https://oauth").unwrap());
        keys.set(credentials("a1", "r1"));
        keys
    }

    /// Begins a renewal; it goes on until the sender is dropped.
    fn start(keys: &mut Keys) -> (Grant, watch::Sender<Option<Result<(), RestFailure>>>) {
        match keys.renew(keys.generation).unwrap() {
            Renewal::Start(grant, sender) => (grant, sender),
            Renewal::Done | Renewal::Running(_) => panic!("a renewal was begun already"),
        }
    }

    fn refusal(code: &str) -> RestFailure {
        let text = native_api::Text::fixed("", "");
        let code = code.to_owned();
        RestFailure::Refused(RestError { kind: RestErrorKind::Auth, status: 400, code, text })
    }

    #[test]
    fn a_pair_is_renewed_once_for_all() {
        let mut keys = keys();
        let generation = keys.access().1;
        let (grant, _sender) = start(&mut keys);
        assert!(matches!(keys.renew(generation), Ok(Renewal::Running(_))));
        keys.put(&grant, &tokens("a2", "r2"));
        assert_eq!(keys.tokens(), tokens("a2", "r2"));
        assert!(matches!(keys.renew(generation), Ok(Renewal::Done)));
        assert_ne!(keys.access().1, generation);
    }

    #[test]
    fn a_renewal_that_was_ended_is_begun_anew() {
        let mut keys = keys();
        drop(start(&mut keys));
        start(&mut keys);
    }

    #[test]
    fn another_pair_set_meanwhile_is_in_force() {
        let mut keys = keys();
        let (grant, _sender) = start(&mut keys);
        keys.set(credentials("a9", "r9"));
        assert!(!keys.wants(&grant));
        keys.put(&grant, &tokens("a2", "r2"));
        assert_eq!((keys.access().0.as_str(), keys.tokens().refresh.as_str()), ("a9", "r9"));
        // It has a renewal of its own.
        start(&mut keys);
    }

    #[test]
    fn a_pair_that_was_exchanged_does_not_come_back() {
        let mut keys = keys();
        let (grant, _sender) = start(&mut keys);
        keys.set(credentials("a1", "r1"));
        keys.put(&grant, &tokens("a2", "r2"));
        keys.set(credentials("a1", "r1"));
        assert_eq!(keys.tokens(), tokens("a2", "r2"));
        keys.set(credentials("a3", "r3"));
        keys.set(credentials("a1", "r1"));
        assert_eq!((keys.tokens().access.as_str(), keys.tokens().expires), ("a1", None));
    }

    #[test]
    fn a_refresh_token_that_is_not_replaced_may_be_given_again() {
        let mut keys = keys();
        let (grant, _sender) = start(&mut keys);
        keys.put(&grant, &tokens("a2", "r1"));
        keys.set(credentials("a3", "r1"));
        assert_eq!(keys.access().0, "a3");
    }

    #[test]
    fn nobody_is_asked_again_for_what_is_dead() {
        let mut keys = keys();
        for code in ["invalid_grant", "INVALID_CLIENT"] {
            let (grant, _) = start(&mut keys);
            keys.fail(grant, &refusal(code));
            assert_eq!(keys.renew(keys.generation).err(), Some(refusal(code)));
            keys.set(credentials("a1", "r1"));
        }
        let (grant, _) = start(&mut keys);
        keys.fail(grant, &refusal("invalid_client"));
        keys.set_server(Url::parse("https://another").unwrap());
        let (grant, _) = start(&mut keys);
        keys.fail(grant, &refusal("PAYMENT_REQUIRED"));
        start(&mut keys);
    }

    #[test]
    fn what_is_missing_is_told_and_nobody_asked() {
        let mut keys = Keys::new(Url::parse("https://oauth").unwrap());
        assert!(matches!(keys.renew(0), Err(RestFailure::Credentials(_))));
        keys.set(Credentials { client_id: String::new(), ..credentials("", "r1") });
        assert!(matches!(keys.renew(keys.generation), Err(RestFailure::Credentials(_))));
        keys.set(credentials("", "r1"));
        start(&mut keys);
    }
}
