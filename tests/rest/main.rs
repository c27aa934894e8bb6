//! The REST client against the stand-in portal: answers and what comes in their place, the renewal of tokens,
//! limits, the end, and secrets.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod calls;
mod limits;
mod relay;
mod renewal;
mod secrets;

use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use echo_server::{Portal, PortalJournal, PortalOptions, PortalRequest};
use tokio::task::{JoinHandle, spawn_blocking};
use url::Url;
use vestnik::bitrix::address::{Address, Portal as PortalAddress};
use vestnik::bitrix::rest_answer::RestAnswer;
use vestnik::bitrix::rest_error::RestError;
use vestnik::log::Log;
use vestnik::message::{Failure, FailureKind, Tokens};
use vestnik::rest::Rest;
use vestnik::rest::credentials::Credentials;
use vestnik::rest::failure::RestFailure;
use vestnik::transport::dial::DialSettings;

/// Only ever waited out in full by a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// Any method that needs nothing but a token.
const METHOD: &str = "event.get";

/// A portal, and a client of it that has its tokens.
struct Room {
    portal: Arc<Portal>,
    rest: Arc<Rest>,
    /// What the client told of new pairs.
    renewed: Arc<Mutex<Vec<Renewed>>>,
}

/// A new pair; and what was in force when it was told, and how many calls the portal had seen with the new
/// one.
struct Renewed {
    tokens: Tokens,
    in_force: Tokens,
    uses: usize,
}

impl Room {
    fn new() -> Self {
        Self::with(PortalOptions::default(), Log::default())
    }

    fn with(options: PortalOptions, log: Log) -> Self {
        let portal = Arc::new(Portal::start(options).unwrap());
        let renewed = Arc::new(Mutex::new(Vec::new()));
        let (told, witness) = (Arc::clone(&renewed), Arc::clone(&portal));
        let rest = Arc::new_cyclic(|rest: &Weak<Rest>| {
            let rest = rest.clone();
            Rest::new(log, move |tokens| {
                let in_force = rest.upgrade().unwrap().tokens();
                let uses = witness.read_journal(|journal| calls_with(journal, &tokens.access).count());
                told.lock().unwrap().push(Renewed { tokens: tokens.clone(), in_force, uses });
            })
        });
        rest.set_auth_server(Url::parse(portal.url()).unwrap());
        let room = Self { portal, rest, renewed };
        room.rest.set_credentials(room.credentials());
        room
    }

    /// The pair that the portal issued last.
    fn credentials(&self) -> Credentials {
        let options = PortalOptions::default();
        let (access, refresh) = self.portal.tokens();
        Credentials { access, refresh, client_id: options.client_id, client_secret: options.client_secret }
    }

    fn address(&self) -> PortalAddress {
        match Address::parse(self.portal.url()).unwrap() {
            Address::Portal(portal) => portal,
            Address::Channel(channel) => panic!("{channel:?}"),
        }
    }

    async fn call_within(&self, method: &str, time: Duration) -> Result<RestAnswer, RestFailure> {
        let deadline = Instant::now() + time;
        self.rest.call(&self.address(), method, "{}", &DialSettings::default(), deadline).await
    }

    async fn call(&self) -> Result<RestAnswer, RestFailure> {
        self.call_within(METHOD, PATIENCE).await
    }

    /// The same, side by side with the test.
    fn spawn_call(&self) -> JoinHandle<Result<RestAnswer, RestFailure>> {
        let (rest, address) = (Arc::clone(&self.rest), self.address());
        tokio::spawn(async move {
            let deadline = Instant::now() + PATIENCE;
            rest.call(&address, METHOD, "{}", &DialSettings::default(), deadline).await
        })
    }

    /// Waits until the portal has seen what is wanted.
    async fn seen(&self, condition: impl Fn(&PortalJournal) -> bool + Send + 'static) {
        let portal = Arc::clone(&self.portal);
        assert!(spawn_blocking(move || portal.wait_for(PATIENCE, condition)).await.unwrap());
    }

    fn count_calls(&self) -> usize {
        self.portal.read_journal(|journal| journal.calls(METHOD).count())
    }

    fn count_refreshes(&self) -> usize {
        self.portal.read_journal(|journal| journal.refreshes().count())
    }

    fn count_renewed(&self) -> usize {
        self.renewed.lock().unwrap().len()
    }
}

fn calls_with<'a>(journal: &'a PortalJournal, access: &str) -> impl Iterator<Item = &'a PortalRequest> {
    let bearer = format!("Bearer {access}");
    journal.requests().filter(move |request| request.head.header("authorization") == Some(bearer.as_str()))
}

fn refusal(result: Result<RestAnswer, RestFailure>) -> RestError {
    match result {
        Err(RestFailure::Refused(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn failure(result: Result<RestAnswer, RestFailure>) -> Failure {
    match result {
        Err(RestFailure::Network(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

fn is_timeout(result: Result<RestAnswer, RestFailure>) -> bool {
    failure(result).kind == FailureKind::Timeout
}

/// On one thread, as the product runs it.
fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(2 * PATIENCE, test).await.unwrap() })
}
