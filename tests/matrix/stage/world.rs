//! What is around an object: servers, proxies, portals, and what they do wrong.

use std::sync::OnceLock;

use echo_server::{
    Behaviour, CertificateKind, Certificates, Fault, Options, Portal, PortalOptions, Proxy, ProxyOptions,
    ProxyProtocol, Reservation, Server,
};

use super::{PATIENCE, portal};
use crate::axes::{Cell, Class, Phase};
use crate::catalogue::{Trouble, trouble};

static CERTIFICATES: OnceLock<Certificates> = OnceLock::new();

/// The authority that the process trusts, see `main`.
pub(crate) fn certificates() -> &'static Certificates {
    CERTIFICATES.get_or_init(|| Certificates::new().expect("an authority"))
}

/// What a cell is played in. What is dropped first comes first.
pub(super) struct World {
    server: Option<Server>,
    portal: Option<Portal>,
    proxy: Option<Proxy>,
    reservation: Reservation,
    /// The server as it should be, and as it is with a fault.
    good: Options,
    bad: Options,
    /// Whether somebody is there when 1C connects.
    is_there: bool,
    trouble: Trouble,
}

impl World {
    pub(super) fn new(cell: Cell) -> Self {
        let Cell { class, phase, fault, .. } = cell;
        let trouble = trouble(fault);
        let reservation = Reservation::new().expect("a port");
        let mut good = Options { listen: reservation.address(), ..Options::default() };
        let needs_tls = phase == Phase::Tls
            || matches!(
                trouble,
                Trouble::Certificate(_) | Trouble::Server(Fault::Tls10 | Fault::ClientCertificate)
            );
        if needs_tls {
            good.tls = Some(certificates().identity(CertificateKind::Good).expect("a certificate"));
        }
        if matches!(trouble, Trouble::Server(Fault::BadDeflate | Fault::CompressionBomb(_))) {
            good.compression = Some(Default::default());
        }
        good.behaviour = match phase {
            Phase::Idle | Phase::Sending | Phase::Closing => Behaviour::Echo,
            Phase::Receiving => Behaviour::Greeting(4),
            _ => Behaviour::Greeting(2),
        };
        good.fault_after = match phase {
            Phase::Receiving => 2,
            Phase::Sending | Phase::Closing => 1,
            _ => 0,
        };
        let mut bad = good.clone();
        match &trouble {
            Trouble::Server(fault) if phase == Phase::Reconnecting => {
                good.faults_in_turn = vec![Fault::Reset, fault.clone(), Fault::None];
            }
            Trouble::Server(fault) => good.fault = fault.clone(),
            Trouble::Certificate(kind) => {
                bad.tls = Some(certificates().identity(*kind).expect("a certificate"));
                if phase != Phase::Reconnecting {
                    good.tls = bad.tls.clone();
                }
            }
            _ => {}
        }
        let is_there =
            phase == Phase::Reconnecting || !matches!(trouble, Trouble::Refused | Trouble::NoSuchName);
        let server =
            (is_there && class != Class::BitrixPull).then(|| Server::start(good.clone()).expect("a server"));
        let portal = (class == Class::BitrixPull).then(|| portal::started(&trouble, phase, &good));
        Self { server, portal, proxy: proxy(&trouble), reservation, good, bad, is_there, trouble }
    }

    /// What 1C connects to.
    pub(super) fn address(&self) -> String {
        let scheme = if self.portal.is_some() { "http" } else { "ws" };
        match (&self.trouble, &self.portal, &self.server) {
            (Trouble::NoSuchName, ..) => format!("{scheme}://no-such-host.invalid/"),
            (Trouble::Refused, ..) if !self.is_there => format!("{scheme}://{}/", self.reservation.address()),
            (_, _, Some(server)) => server.url(),
            (_, Some(portal), _) => portal.url().to_owned(),
            (_, None, None) => panic!("nowhere to go"),
        }
    }

    pub(super) fn proxy_url(&self) -> String {
        self.proxy.as_ref().expect("a proxy").url()
    }

    pub(super) fn portal_url(&self) -> &str {
        self.portal().url()
    }

    pub(super) fn tokens(&self) -> [String; 4] {
        let (access, refresh) = self.portal().tokens();
        let options = PortalOptions::default();
        [access, refresh, options.client_id, options.client_secret]
    }

    pub(super) fn compresses(&self) -> bool {
        self.good.compression.is_some()
    }

    fn portal(&self) -> &Portal {
        self.portal.as_ref().expect("a portal")
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("a server")
    }

    /// Whether the other side sees that every connection has ended.
    pub(super) fn is_left_alone(&self) -> bool {
        // Who reads nothing does not see the end of anything.
        let is_deaf = matches!(self.trouble, Trouble::Server(Fault::StopReading));
        let server = self.server.as_ref().filter(|_| !is_deaf);
        server.is_none_or(|server| server.wait_for(PATIENCE, |journal| journal.connections() == 0))
            && self
                .portal
                .as_ref()
                .is_none_or(|portal| portal.wait_for(PATIENCE, |journal| journal.connections == 0))
    }

    /// An act of the world, of the portal where there is one.
    pub(super) fn act(&mut self, act: &str, argument: &str) -> Result<(), String> {
        let happened = match act {
            "asked" => self.server().wait_for(PATIENCE, |journal| journal.connections() > 0),
            // Of pings that came together the last one is answered (RFC 6455 §5.5.3).
            "ponged" => self
                .server()
                .wait_for(PATIENCE, |journal| journal.pongs().last() == Some(argument.as_bytes())),
            "sent" => {
                let messages = count(argument);
                self.server().wait_for(PATIENCE, |journal| journal.totals().sent == messages)
            }
            "got" => {
                let messages = count(argument);
                self.server().wait_for(PATIENCE, |journal| journal.totals().texts == messages)
            }
            "proxied" => {
                self.proxy.as_ref().expect("a proxy").wait_for(PATIENCE, |journal| journal.accepted > 0)
            }
            "reset" => self.server().reset_all() > 0,
            "stop" => {
                (self.server, self.portal) = (None, None);
                true
            }
            "start" => {
                let options = Options { faults_in_turn: Vec::new(), ..self.good.clone() };
                self.server = Some(Server::start(options).expect("a server"));
                true
            }
            "start-bad" => {
                self.server = Some(Server::start(self.bad.clone()).expect("a server"));
                true
            }
            "publish" => {
                self.publish(argument);
                true
            }
            _ => return portal::act(self.portal(), &self.trouble, act, argument),
        };
        did(act, happened)
    }

    /// Sends whoever listens a message with this number.
    pub(super) fn publish(&self, number: &str) {
        if let Some(server) = &self.server {
            server.broadcast(number);
            return;
        }
        portal::publish(self.portal(), number);
    }
}

/// What became of an act.
pub(super) fn did(act: &str, happened: bool) -> Result<(), String> {
    if happened { Ok(()) } else { Err(format!("@{act} did not happen")) }
}

pub(super) fn count(argument: &str) -> u64 {
    argument.parse().expect("a number")
}

fn proxy(trouble: &Trouble) -> Option<Proxy> {
    let (protocol, fault) = match trouble {
        Trouble::Http(fault) => (ProxyProtocol::Http, fault),
        Trouble::Socks(fault) => (ProxyProtocol::Socks5, fault),
        _ => return None,
    };
    let options = ProxyOptions { protocol, fault: fault.clone(), ..ProxyOptions::default() };
    Some(Proxy::start(options).expect("a proxy"))
}
