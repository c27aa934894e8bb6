//! Tokens: renewed when they have expired, once, and never lost.

use echo_server::RestFault;
use tokio::time::sleep;
use vestnik::bitrix::rest_error::RestErrorKind;

use super::relay::Relay;
use super::*;

/// A room whose access token has expired, and whose authorization server answers when it is let go.
fn held_room() -> (Room, Relay) {
    let room = Room::new();
    let relay = Relay::to(room.portal.address());
    room.rest.set_auth_server(relay.url());
    room.portal.expire_tokens();
    (room, relay)
}

#[test]
fn eight_calls_renew_the_pair_once_and_it_is_told_before_it_is_used() {
    let room = Room::new();
    let old = room.rest.tokens();
    room.portal.expire_tokens();
    run(async {
        let calls = [(); 8].map(|()| room.spawn_call());
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    let (access, refresh) = room.portal.tokens();
    let renewed = room.renewed.lock().unwrap();
    let [Renewed { tokens, in_force, uses: 0 }] = &renewed[..] else {
        panic!("told {} times", renewed.len())
    };
    assert_eq!(*in_force, old);
    assert_eq!((&tokens.access, &tokens.refresh), (&access, &refresh));
    assert!(tokens.expires.is_some());
    assert_eq!(room.rest.tokens(), *tokens);
    room.portal.read_journal(|journal| {
        assert_eq!(journal.refreshes().count(), 1);
        let statuses = |access| calls_with(journal, access).map(|call| call.status).collect::<Vec<_>>();
        assert_eq!(statuses(&access), [Some(200); 8]);
        assert!(statuses(&old.access).iter().all(|status| *status == Some(401)));
    });
}

#[test]
fn who_loses_patience_does_not_lose_the_pair() {
    let (room, mut relay) = held_room();
    run(async {
        let call = room.spawn_call();
        relay.accepted().await;
        assert!(is_timeout(room.call_within(METHOD, Duration::from_millis(200)).await));
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        relay.let_go();
        while room.count_renewed() == 0 {
            sleep(Duration::from_millis(10)).await;
        }
        room.call().await.unwrap();
    });
    assert_eq!((room.count_refreshes(), room.count_renewed()), (1, 1));
}

#[test]
fn a_new_token_that_has_expired_is_an_error() {
    let room = Room::new();
    room.portal.set_rest_faults([RestFault::ExpiredToken]);
    let error = refusal(run(room.call()));
    assert_eq!((error.kind, error.status), (RestErrorKind::ExpiredToken, 401));
    assert_eq!((room.count_calls(), room.count_refreshes()), (2, 1));
}

#[test]
fn what_the_authorization_server_refused_it_is_not_asked_again() {
    let room = Room::new();
    room.portal.expire_tokens();
    let right = room.credentials();
    let dead = Credentials { refresh: "dead".to_owned(), ..right.clone() };
    let stranger = Credentials { client_secret: "wrong".to_owned(), ..right.clone() };
    run(async {
        for (wrong, code, asked) in [(dead, "invalid_grant", 1), (stranger, "invalid_client", 2)] {
            room.rest.set_credentials(wrong);
            for _ in 0..3 {
                let error = refusal(room.call().await);
                assert_eq!((error.kind, error.code.as_str()), (RestErrorKind::Auth, code));
                assert!(error.text.ru.contains("УстановитьТокены"), "{}", error.text.ru);
                assert_eq!(room.count_refreshes(), asked);
            }
        }
        room.rest.set_credentials(right);
        room.call().await.unwrap();
    });
    assert_eq!(room.count_renewed(), 1);
}

#[test]
fn without_an_access_token_it_is_asked_for_or_nobody_is() {
    let room = Room::new();
    let all = room.credentials();
    let lone_access = Credentials { access: all.access.clone(), ..Credentials::default() };
    run(async {
        for given in [
            Credentials::default(),
            Credentials { client_id: String::new(), access: String::new(), ..all.clone() },
        ] {
            room.rest.set_credentials(given);
            assert!(matches!(room.call().await, Err(RestFailure::Credentials(_))));
        }
        assert_eq!(room.portal.journal().total, 0);
        room.rest.set_credentials(Credentials { access: String::new(), ..all });
        room.call().await.unwrap();
        assert_eq!((room.count_refreshes(), room.count_calls()), (1, 1));
        room.portal.expire_tokens();
        room.rest.set_credentials(lone_access);
        assert!(matches!(room.call().await, Err(RestFailure::Credentials(_))));
        assert_eq!((room.count_refreshes(), room.count_calls()), (1, 2));
    });
}

#[test]
fn an_authorization_server_out_of_order_is_told_and_asked_again() {
    let room = Room::new();
    room.portal.expire_tokens();
    run(async {
        room.portal.set_oauth_faults([RestFault::HangUp]);
        assert_eq!(failure(room.call().await).kind, FailureKind::Network);
        room.portal.set_oauth_faults([RestFault::Stall]);
        assert!(is_timeout(room.call_within(METHOD, Duration::from_millis(500)).await));
        assert_eq!(room.count_renewed(), 0);
    });
    // The renewal that is stalled ends with its runtime.
    run(async {
        for (fault, kind) in [
            (RestFault::Html(502), RestErrorKind::Unavailable),
            (RestFault::Html(200), RestErrorKind::Foreign),
            (RestFault::Redirect("http://localhost/".to_owned()), RestErrorKind::Foreign),
        ] {
            room.portal.set_oauth_faults([fault]);
            let error = refusal(room.call().await);
            assert_eq!(error.kind, kind);
            assert!(error.text.en.contains("authorization server"), "{}", error.text.en);
        }
        room.portal.set_oauth_faults([]);
        room.call().await.unwrap();
    });
    assert_eq!(room.count_renewed(), 1);
}

#[test]
fn the_old_pair_given_again_during_its_renewal_does_not_undo_it() {
    let (room, mut relay) = held_room();
    let old = room.credentials();
    run(async {
        let call = room.spawn_call();
        relay.accepted().await;
        room.rest.set_credentials(old.clone());
        relay.let_go();
        call.await.unwrap().unwrap();
        // 1C may not have taken the new pair yet.
        room.rest.set_credentials(old.clone());
        room.call().await.unwrap();
    });
    assert_eq!((room.count_refreshes(), room.count_renewed()), (1, 1));
    assert_eq!(room.rest.tokens().access, room.portal.tokens().0);
}

#[test]
fn another_pair_given_during_a_renewal_is_in_force() {
    let (room, mut relay) = held_room();
    let other = Credentials {
        access: "other-access".to_owned(),
        refresh: "other-refresh".to_owned(),
        ..room.credentials()
    };
    run(async {
        let call = room.spawn_call();
        relay.accepted().await;
        room.rest.set_credentials(other);
        relay.let_go();
        assert_eq!(refusal(call.await.unwrap()).code, "invalid_token");
    });
    assert_eq!((room.count_refreshes(), room.count_renewed()), (1, 0));
    assert_eq!(room.rest.tokens().refresh, "other-refresh");
}
