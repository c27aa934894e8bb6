//! What the children connect to. It outlives all of them.

use std::num::NonZeroU32;
use std::thread::sleep;
use std::time::{Duration, Instant};

use echo_server::{
    Audience, Behaviour, CertificateKind, Certificates, Options, Pace, Portal, PortalOptions, Replay, Server,
};

use crate::PATIENCE;

/// Messages of a server on each connection.
const SERIES: usize = 100_000;
/// Most messages that are published: portals forget what is older.
const MOST_PUBLISHED: usize = 50_000;

pub(crate) struct Peers {
    plain: Server,
    secure: Server,
    /// For the job that keeps its position.
    portal: Portal,
    /// For the object whose messages are events.
    other_portal: Portal,
    authority: String,
    /// The `mid` of each message published for the job, the first one first.
    mids: Vec<String>,
}

impl Peers {
    pub(crate) fn start() -> Self {
        let certificates = Certificates::new().unwrap();
        let series = "сообщение 😀\n".repeat(SERIES);
        let replay = Replay::parse(&series, Pace::PerSecond(NonZeroU32::new(200).unwrap())).unwrap();
        let options = Options { behaviour: Behaviour::Replay(replay), ..Options::default() };
        let identity = certificates.identity(CertificateKind::Good).unwrap();
        Self {
            plain: Server::start(options.clone()).unwrap(),
            secure: Server::start(Options { tls: Some(identity), ..options }).unwrap(),
            portal: Portal::start(PortalOptions::default()).unwrap(),
            other_portal: Portal::start(PortalOptions::default()).unwrap(),
            authority: certificates.authority_pem().unwrap(),
            mids: Vec::new(),
        }
    }

    /// What a child must know: addresses and tokens, line by line, and behind an empty line the authority.
    pub(crate) fn plan(&self) -> String {
        let options = PortalOptions::default();
        let portal = |portal: &Portal| {
            let (access, refresh) = portal.tokens();
            format!("{} {access} {refresh} {} {}", portal.url(), options.client_id, options.client_secret)
        };
        let lines = [self.plain.url(), self.secure.url(), portal(&self.portal), portal(&self.other_portal)];
        format!("{}\n\n{}", lines.join("\n"), self.authority)
    }

    /// Publishes messages now and then, for so long.
    pub(crate) fn publish_for(&mut self, time: Duration, random: &mut fastrand::Rng) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.publish(random.usize(1..10));
            sleep(Duration::from_millis(random.u64(..20)));
        }
    }

    /// Publishes so many messages for both.
    pub(crate) fn publish(&mut self, count: usize) {
        for _ in 0..count.min(MOST_PUBLISHED.saturating_sub(self.mids.len())) {
            let number = self.mids.len() + 1;
            let text = format!(
                r#"{{"module_id":"kill","command":"номер","params":{{"number":{number},"x":"😀"}}}}"#
            );
            self.other_portal.publish(Audience::Shared, text.clone());
            self.mids.push(self.portal.publish(Audience::Shared, text));
        }
    }

    /// How many were published.
    pub(crate) fn published(&self) -> usize {
        self.mids.len()
    }

    /// The number of the message with this `mid`; 0 for a position before the first.
    #[track_caller]
    pub(crate) fn number_of(&self, mid: &str) -> usize {
        let is_before = mid.bytes().all(|byte| byte == b'0');
        let found = self.mids.iter().position(|known| known == mid).map(|index| index + 1);
        found.or(is_before.then_some(0)).unwrap_or_else(|| panic!("{mid:?} was never published"))
    }

    /// All sockets of the child end on this side too.
    #[track_caller]
    pub(crate) fn expect_no_connection(&self) {
        for server in [&self.plain, &self.secure] {
            assert!(server.wait_for(PATIENCE, |journal| journal.connections() == 0));
        }
        for portal in [&self.portal, &self.other_portal] {
            assert!(portal.wait_for(PATIENCE, |journal| journal.connections == 0 && journal.waiting == 0));
        }
    }
}
