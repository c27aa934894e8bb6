//! The portal of a cell, and what it does when a script says so.

use std::time::Duration;

use echo_server::{Audience, Options, PollFault, Portal, PortalOptions, RestFault};

use super::PATIENCE;
use super::world::{count, did};
use crate::axes::Phase;
use crate::catalogue::Trouble;

/// Polls that nobody answers are repeated after this time, so that a fault can come to an idle object.
const SHORT_POLL: Duration = Duration::from_millis(300);
const CONFIGURATION: &str = "pull.application.config.get";

/// A portal at the place of the server of other classes, and with its certificate.
pub(super) fn started(trouble: &Trouble, phase: Phase, server: &Options) -> Portal {
    // Elsewhere where nobody is to be found.
    let is_there = phase == Phase::Reconnecting || !matches!(trouble, Trouble::Refused);
    let options = PortalOptions {
        listen: if is_there { server.listen } else { PortalOptions::default().listen },
        tls: server.tls.clone(),
        clock_ahead: if let Trouble::Clock(hours) = trouble { hours * 3600 } else { 0 },
        poll_time: if phase == Phase::Idle { SHORT_POLL } else { PortalOptions::default().poll_time },
        ..PortalOptions::default()
    };
    let portal = Portal::start(options).expect("a portal");
    match phase {
        Phase::Handshake => arm(&portal, trouble),
        Phase::Waiting => arm_for_good(&portal, trouble),
        _ => {}
    }
    portal
}

/// An act of the portal.
pub(super) fn act(portal: &Portal, trouble: &Trouble, act: &str, argument: &str) -> Result<(), String> {
    let happened = match act {
        "waits" => portal.wait_for(PATIENCE, |journal| journal.waiting == 1),
        "faults" => {
            arm(portal, trouble);
            true
        }
        "cut" => {
            cut(portal, trouble);
            true
        }
        // The poll that meets the fault has come, and another one.
        "struck" => {
            let polls = portal.read_journal(|journal| journal.polls().count());
            portal.wait_for(PATIENCE, |journal| journal.polls().count() > polls + 1)
        }
        "polled" => portal.wait_for(PATIENCE, |journal| is_reached(journal.polls().count(), argument)),
        "configured" => {
            portal.wait_for(PATIENCE, |journal| is_reached(journal.calls(CONFIGURATION).count(), argument))
        }
        "expire" => {
            let order = r#"{"module_id":"pull","command":"config_expire","params":{}}"#;
            portal.publish(Audience::Shared, order);
            true
        }
        _ => return Err(format!("no such act: {act}")),
    };
    did(act, happened)
}

/// Publishes a message with this number.
pub(super) fn publish(portal: &Portal, number: &str) {
    let text = format!(r#"{{"module_id":"crm","command":"deal","params":{{"number":{number}}}}}"#);
    portal.publish(Audience::Shared, text);
}

/// From now on, the next request of the fault's kind meets it.
fn arm(portal: &Portal, trouble: &Trouble) {
    match trouble {
        Trouble::Poll(fault) | Trouble::Socket(fault) => {
            portal.set_poll_faults([fault.clone(), PollFault::None]);
        }
        Trouble::Rest(fault) => portal.set_rest_faults([fault.clone(), RestFault::None]),
        _ => {}
    }
}

/// From now on, every request of the fault's kind meets it.
fn arm_for_good(portal: &Portal, trouble: &Trouble) {
    match trouble {
        Trouble::Poll(fault) | Trouble::Socket(fault) => portal.set_poll_faults([fault.clone()]),
        Trouble::Rest(fault) => portal.set_rest_faults([fault.clone()]),
        _ => {}
    }
}

/// The connection is ended, and the fault comes behind that.
fn cut(portal: &Portal, trouble: &Trouble) {
    let end = PollFault::Status(500);
    match trouble {
        Trouble::Poll(fault) => portal.set_poll_faults([end, fault.clone(), PollFault::None]),
        Trouble::Socket(fault) => {
            portal.set_poll_faults([fault.clone(), PollFault::None]);
            return portal.restart();
        }
        Trouble::Rest(fault) => {
            // The configuration is asked for again only after an attempt has failed.
            portal.set_poll_faults([end.clone(), end, PollFault::None]);
            portal.set_rest_faults([fault.clone(), RestFault::None]);
        }
        _ => portal.set_poll_faults([end, PollFault::None]),
    }
    // The poll that waits has its answer, and the next one is asked.
    publish(portal, "0");
}

fn is_reached(number: usize, argument: &str) -> bool {
    number.try_into().is_ok_and(|number: u64| number >= count(argument))
}
