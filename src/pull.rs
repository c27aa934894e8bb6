//! What one object of BitrixPull owns: the connection and inbox of every class, the portal's REST, its place in the
//! push server's history.

mod choice;
mod configuring;
mod intake;
mod line;
mod polls;
mod reminding;
pub mod settings;
mod sockets;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use native_api::{Platform, Text};
use tokio::sync::watch;

use self::choice::Chooser;
use self::intake::Intake;
use self::line::PullLine;
use self::settings::PullSettings;
use crate::bitrix::address::{Address, Portal};
use crate::bitrix::mids::{Mids, Start};
use crate::bitrix::rest_answer::RestAnswer;
use crate::client::Client;
use crate::delivery::DeliverySettings;
use crate::events;
use crate::message::{Failure, FailureKind, Occurrence};
use crate::reactor::promise;
use crate::rest::Rest;
use crate::rest::failure::RestFailure;

/// What a waiting thread of 1C allows the network thread to be late.
const SLACK: Duration = Duration::from_millis(25);

/// One object's listening, and its portal.
pub struct Pull {
    client: Client,
    rest: Arc<Rest>,
    settings: watch::Sender<PullSettings>,
    place: Mutex<Place>,
    chooser: Arc<Mutex<Chooser>>,
}

/// Where we are.
#[derive(Debug)]
struct Place {
    /// Shared with whoever listens, and with every message that 1C has not been given yet.
    mids: Arc<Mutex<Mids>>,
    /// The server that the positions belong to; `None`: 1C has set one for whatever server comes next.
    server: Option<String>,
    portal: Option<Portal>,
}

/// Why a call brought no answer.
#[derive(Debug)]
pub enum CallError {
    /// 1C has named no portal yet.
    NoPortal,
    /// The portal's refusal, or a failure on the way.
    Failed(RestFailure),
}

impl Pull {
    /// An object that is not connected; nothing is started.
    #[must_use]
    pub fn new(platform: Platform, source: &str) -> Self {
        let client = Client::new(platform, source, events::bitrix_pull, DeliverySettings::new(true));
        let delivery = Arc::clone(client.delivery());
        let renewed = move |tokens: &_| delivery.put(Occurrence::Tokens(Clone::clone(tokens)));
        let rest = Arc::new(Rest::new(client.log().clone(), renewed));
        let place = Place { mids: mids(Start::Now), server: None, portal: None };
        Self {
            client,
            rest,
            settings: watch::Sender::default(),
            place: Mutex::new(place),
            chooser: Arc::default(),
        }
    }

    /// Connection, inbox and what else every class has.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The portal's REST.
    #[must_use]
    pub fn rest(&self) -> &Rest {
        &self.rest
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> PullSettings {
        self.settings.borrow().clone()
    }

    /// Changes settings.
    pub fn change(&self, change: impl FnOnce(&mut PullSettings)) {
        self.settings.send_modify(change);
    }

    /// What 1C may keep, to continue there another time.
    #[must_use]
    pub fn position(&self) -> String {
        let place = self.lock();
        let mids = place.mids.lock().unwrap_or_else(PoisonError::into_inner);
        mids.position()
    }

    /// Where the next [`connect`](Self::connect) begins.
    pub fn set_position(&self, start: Start) {
        let mut place = self.lock();
        place.mids = mids(start);
        place.server = None;
    }

    /// Listens, from where it was listened up to on the same server, or from the position that 1C has set. The rest
    /// is as in [`Client::connect`].
    pub fn connect(&self, address: Address, timeout: Option<Duration>) -> bool {
        let mids = {
            let mut place = self.lock();
            if let Address::Portal(portal) = &address {
                place.portal = Some(portal.clone());
            }
            let server = address.server();
            if place.server.as_ref().is_some_and(|known| *known != server) {
                // Numbers of another server's messages mean nothing here.
                place.mids = self::mids(Start::Now);
            }
            place.server = Some(server);
            Arc::clone(&place.mids)
        };
        let settings = self.settings.subscribe();
        let is_direct = matches!(address, Address::Channel(_));
        let intake = Intake::new(mids, settings.clone(), self.client.log().clone(), is_direct);
        let line =
            PullLine::new(address, Arc::clone(&self.rest), settings, intake, Arc::clone(&self.chooser));
        self.client.hold(line, timeout)
    }

    /// Calls a method of REST with the text of a JSON object. What became of it is also the last error.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn call(&self, method: &str, parameters: &str, timeout: Duration) -> Result<RestAnswer, CallError> {
        let deadline = Instant::now() + timeout;
        let portal = self.lock().portal.clone().ok_or(CallError::NoPortal)?;
        let answer = self.answer(portal, method.to_owned(), parameters.to_owned(), deadline);
        answer.map_err(|failure| {
            self.client.set_last_error(failure.text().clone());
            CallError::Failed(failure)
        })
    }

    fn answer(
        &self,
        portal: Portal,
        method: String,
        parameters: String,
        deadline: Instant,
    ) -> Result<RestAnswer, RestFailure> {
        let runtime = self.client.runtime().map_err(RestFailure::Network)?;
        let (reply, answer) = promise();
        let (rest, dial) = (Arc::clone(&self.rest), self.client.settings().dial);
        let task = runtime.spawn(async move {
            let answer = rest.call(&portal, &method, &parameters, &dial, deadline).await;
            // Whoever waited has given up: nothing to do.
            let _ = reply.give(answer);
        });
        answer.wait(deadline + SLACK).unwrap_or_else(|| {
            task.abort();
            Err(late())
        })
    }

    /// Ends everything by `deadline`.
    pub fn done(&self, deadline: Instant) {
        self.freeze_position();
        self.rest.close();
        self.client.done(deadline);
    }

    /// What is thrown away from here on was not given, whatever its receipt says.
    fn freeze_position(&self) {
        let mut place = self.lock();
        let frozen = place.mids.lock().unwrap_or_else(PoisonError::into_inner).clone();
        place.mids = Arc::new(Mutex::new(frozen));
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn late() -> RestFailure {
    let (ru, en) = ("Портал не ответил за отведенное время", "The portal did not answer in time");
    RestFailure::Network(Failure::new(FailureKind::Timeout, Text::fixed(ru, en)))
}

fn mids(start: Start) -> Arc<Mutex<Mids>> {
    Arc::new(Mutex::new(Mids::new(start)))
}

#[cfg(test)]
mod tests {
    use echo_server::{Audience, Portal, PortalOptions};

    use super::settings::TransportChoice;
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn what_done_throws_away_was_not_given() {
        let portal = Portal::start(PortalOptions::default()).unwrap();
        let pull = Pull::new(Platform::default(), "");
        pull.client().delivery().change(|settings| settings.listen = false);
        pull.set_position(Start::parse("0").unwrap());
        assert!(pull.connect(Address::parse(&portal.push_url()).unwrap(), Some(PATIENCE)));
        portal.publish(Audience::Shared, "1");
        portal.publish(Audience::Shared, "2");
        let deadline = Instant::now() + PATIENCE;
        while pull.client().delivery().len() < 2 {
            assert!(Instant::now() < deadline, "they do not come");
            std::thread::yield_now();
        }
        let before = pull.position();
        let taken = pull.client().delivery().receive(1, deadline).unwrap();
        pull.done(Instant::now() + Duration::from_secs(1));
        drop(taken);
        assert_eq!(pull.position(), before);
    }

    #[test]
    fn polls_that_stand_in_give_way_to_the_websocket_and_nothing_is_missed() {
        let portal = Portal::start(PortalOptions::default()).unwrap();
        let upgrades = |journal: &echo_server::PortalJournal| {
            journal.polls().filter(|poll| poll.head.header("upgrade").is_some()).count()
        };
        let pull = Pull::new(Platform::default(), "");
        pull.client().delivery().change(|settings| settings.listen = false);
        pull.change(|settings| settings.transport = TransportChoice::Auto);
        pull.set_position(Start::parse("0").unwrap());
        // Half an hour, less the half hour.
        *pull.chooser.lock().unwrap() = Chooser::standing_in(Instant::now() + Duration::from_secs(3));
        assert!(pull.connect(Address::parse(&portal.push_url()).unwrap(), Some(PATIENCE)));
        assert_eq!(portal.read_journal(upgrades), 0, "polls stand in");
        portal.publish(Audience::Shared, "1");
        assert!(portal.wait_for(PATIENCE, |journal| upgrades(journal) == 1));
        portal.publish(Audience::Shared, "2");
        let deadline = Instant::now() + PATIENCE;
        let mut received = Vec::new();
        while received.len() < 2 {
            if let Some(taken) = pull.client().delivery().receive(1, deadline) {
                received.extend(taken.occurrences().filter_map(|one| Some(one.text()?.to_owned())));
                taken.given();
            }
            assert!(Instant::now() < deadline, "{received:?}");
        }
        assert_eq!(received, ["1", "2"]);
        pull.done(Instant::now() + Duration::from_secs(1));
    }
}
