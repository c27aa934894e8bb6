//! `Готово` in every phase.

use std::time::{Duration, Instant};

use echo_server::{PollFault, RestFault};
use native_api_host::Instance;

use super::listener::{client_of, listen, next, portal, publish, wait_for_poll};
use crate::common::PATIENCE;

/// Done in every phase: it returns, and nothing is told after it.
#[test]
fn done_ends_every_phase() {
    type Phase = fn(&echo_server::Portal, &Instance);
    fn connects(portal: &echo_server::Portal, object: &Instance) {
        assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    }
    let phases: [(&str, Phase); 6] = [
        ("the configuration is asked for", |portal, object| {
            portal.set_rest_faults([RestFault::Stall]);
            connects(portal, object);
            assert!(portal.wait_for(PATIENCE, |journal| journal.total == 1));
        }),
        ("the first poll is not accepted yet", |portal, object| {
            connects(portal, object);
            assert!(portal.wait_for(PATIENCE, |journal| journal.waiting == 1));
        }),
        ("between two attempts", |portal, object| {
            portal.set_poll_faults([PollFault::Status(503)]);
            connects(portal, object);
            while next(object).0["State"] != "Waiting" {}
        }),
        ("the configuration is asked for again", |portal, object| {
            listen(object, portal);
            portal.set_rest_faults([RestFault::Stall]);
            portal.renew_channel(echo_server::Renewal::GetConfig);
            assert!(
                portal
                    .wait_for(PATIENCE, |journal| journal.calls("pull.application.config.get").count() == 2)
            );
        }),
        ("tokens are asked for", |portal, object| {
            portal.expire_tokens();
            portal.set_oauth_faults([RestFault::Stall]);
            connects(portal, object);
            assert!(portal.wait_for(PATIENCE, |journal| journal.refreshes().count() == 1));
        }),
        ("on a WebSocket", |portal, object| {
            object.set("Транспорт", "WebSocket").unwrap();
            listen(object, portal);
            wait_for_poll(portal);
        }),
    ];
    for (name, phase) in phases {
        let portal = portal();
        let object = client_of(&portal);
        phase(&portal, &object);
        object.done();
        while object.next_event(Duration::ZERO).is_some() {}
        assert!(portal.wait_for(PATIENCE, |journal| journal.connections == 0), "{name}: a socket is left");
        publish(&portal, 0);
        assert!(object.next_event(Duration::from_millis(200)).is_none(), "{name}: an event after Done");
    }
}

/// 1C calls from the handler of an event, and ends the object meanwhile.
#[test]
fn done_ends_a_call_that_is_made_inside_of_an_event() {
    let portal = portal();
    let object = client_of(&portal);
    object.during_event(|object, event| {
        if event.event.contains("CheckQueue") {
            let _ = object.call("ВызватьМетод", ["event.get"]);
        }
    });
    portal.set_rest_faults([RestFault::None, RestFault::Stall]);
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    assert!(portal.wait_for(PATIENCE, |journal| journal.calls("event.get").count() == 1));
    let start = Instant::now();
    object.done();
    assert!(start.elapsed() < Duration::from_secs(10), "the call has 30 s");
    assert!(portal.wait_for(PATIENCE, |journal| journal.connections == 0));
}
