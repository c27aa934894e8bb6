//! Answers, what comes in their place, and the end of the client.

use echo_server::{Reservation, RestFault};
use vestnik::bitrix::rest_error::RestErrorKind;

use super::relay::Relay;
use super::*;

#[test]
fn a_call_brings_what_the_portal_answers() {
    let room = Room::new();
    let parameters = r#"{"event":"ONCRMDEALADD","event_type":"offline"}"#;
    let answer = run(async {
        let deadline = Instant::now() + PATIENCE;
        let dial = DialSettings::default();
        room.rest.call(&room.address(), "event.bind", parameters, &dial, deadline).await.unwrap()
    });
    assert!(answer.is_true() && answer.finished.is_some());
    assert_eq!(room.portal.raise_offline_event("ONCRMDEALADD", 1), 1);
    room.portal.read_journal(|journal| {
        let call = journal.requests().next().unwrap();
        assert_eq!((call.head.method.as_str(), call.head.target.as_str()), ("POST", "/rest/event.bind"));
        assert_eq!(call.head.header("content-type"), Some("application/json"));
        assert_eq!(call.body, parameters);
    });
}

#[test]
fn what_comes_in_the_place_of_an_answer_is_told_and_not_repeated() {
    let elsewhere = Portal::start(PortalOptions::default()).unwrap();
    let redirect = RestFault::Redirect(format!("{}/rest/{METHOD}", elsewhere.url()));
    for (fault, kind, told) in [
        (RestFault::Html(200), RestErrorKind::Foreign, FailureKind::Protocol),
        (RestFault::Html(502), RestErrorKind::Unavailable, FailureKind::Http),
        (redirect, RestErrorKind::Foreign, FailureKind::Protocol),
        (RestFault::InsufficientScope, RestErrorKind::Auth, FailureKind::Auth),
        (RestFault::WrongAuthType, RestErrorKind::Auth, FailureKind::Auth),
        (RestFault::Error(500, "SERVER_ERROR".to_owned()), RestErrorKind::Unavailable, FailureKind::Http),
    ] {
        let room = Room::new();
        room.portal.set_rest_faults([fault.clone()]);
        let error = refusal(run(room.call()));
        assert_eq!(error.kind, kind, "{fault}");
        let failure = Failure::from(RestFailure::Refused(error.clone()));
        assert_eq!((failure.kind, failure.status), (told, Some(error.status)), "{fault}");
        assert_eq!((room.count_calls(), room.count_refreshes()), (1, 0), "{fault}");
    }
    assert_eq!(elsewhere.journal().accepted, 0);
}

#[test]
fn no_answer_is_told_and_nothing_repeated() {
    let room = Room::new();
    run(async {
        for fault in [RestFault::HangUp, RestFault::Cut] {
            room.portal.set_rest_faults([fault]);
            assert_eq!(failure(room.call().await).kind, FailureKind::Network);
        }
        assert_eq!(room.count_calls(), 2);
        room.portal.set_rest_faults([RestFault::Stall]);
        assert!(is_timeout(room.call_within(METHOD, Duration::from_millis(300)).await));
        assert!(is_timeout(room.call_within(METHOD, Duration::ZERO).await));
    });
}

#[test]
fn nobody_is_asked_without_a_way_or_a_method() {
    let room = Room::new();
    let free = Reservation::new().unwrap();
    let Ok(Address::Portal(nowhere)) = Address::parse(&format!("http://{}", free.address())) else {
        panic!("no portal's address")
    };
    run(async {
        let (dial, deadline) = (DialSettings::default(), Instant::now() + PATIENCE);
        let result = room.rest.call(&nowhere, METHOD, "{}", &dial, deadline).await;
        assert_eq!(failure(result).kind, FailureKind::Refused);
        for method in ["", "a/b", "event.get?auth=1"] {
            assert_eq!(failure(room.call_within(method, PATIENCE).await).kind, FailureKind::Address);
        }
    });
    assert_eq!(room.portal.journal().accepted, 0);
}

#[test]
fn calls_do_not_wait_for_each_other_and_share_few_connections() {
    let options = PortalOptions { keep_alive: 10 * PATIENCE, ..PortalOptions::default() };
    let room = Room::with(options, Log::default());
    room.portal.set_rest_faults([RestFault::Stall, RestFault::None]);
    run(async {
        let stalled = room.spawn_call();
        room.seen(|journal| journal.calls(METHOD).count() == 1).await;
        for _ in 0..3 {
            room.call().await.unwrap();
        }
        assert!(!stalled.is_finished());
        assert_eq!(room.portal.journal().accepted, 2);
        let calls = [(); 8].map(|()| room.spawn_call());
        for call in calls {
            call.await.unwrap().unwrap();
        }
        // The one that is stalled, and those that are kept.
        room.seen(|journal| journal.connections <= 5).await;
    });
}

#[test]
fn the_end_gives_up_a_call_and_closes_every_connection() {
    let options = PortalOptions { keep_alive: 10 * PATIENCE, ..PortalOptions::default() };
    let room = Room::with(options, Log::default());
    room.portal.set_rest_faults([RestFault::Stall, RestFault::None]);
    run(async {
        let stalled = room.spawn_call();
        room.seen(|journal| journal.calls(METHOD).count() == 1).await;
        room.call().await.unwrap();
        room.seen(|journal| journal.connections == 2).await;
        room.rest.close();
        assert_eq!(failure(stalled.await.unwrap()).kind, FailureKind::Cancelled);
        room.seen(|journal| journal.connections == 0).await;
        assert_eq!(failure(room.call().await).kind, FailureKind::Cancelled);
    });
    assert_eq!(room.count_calls(), 2);
}

#[test]
fn the_end_gives_up_a_renewal() {
    let room = Room::new();
    let mut relay = Relay::to(room.portal.address());
    room.rest.set_auth_server(relay.url());
    room.portal.expire_tokens();
    run(async {
        let call = room.spawn_call();
        relay.accepted().await;
        room.rest.close();
        assert_eq!(failure(call.await.unwrap()).kind, FailureKind::Cancelled);
        // Nothing keeps the client any more: its task has ended.
        while Arc::strong_count(&room.rest) > 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert_eq!((room.count_refreshes(), room.count_renewed()), (0, 0));
}
