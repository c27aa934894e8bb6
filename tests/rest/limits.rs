//! The portal's limits.

use echo_server::RestFault;
use vestnik::bitrix::rest_error::RestErrorKind;

use super::*;

#[test]
fn too_many_calls_are_waited_out() {
    let room = Room::new();
    room.portal.set_rest_faults([RestFault::QueryLimit, RestFault::QueryLimit, RestFault::None]);
    run(room.call()).unwrap();
    assert_eq!(room.count_calls(), 3);
}

#[test]
fn too_many_calls_are_an_error_when_there_is_no_time_left() {
    let room = Room::new();
    room.portal.set_rest_faults([RestFault::QueryLimit]);
    match run(room.call_within(METHOD, Duration::from_secs(3))) {
        Err(RestFailure::Refused(error)) => assert_eq!(error.kind, RestErrorKind::QueryLimit),
        // The time may also end while the portal is asked once more.
        result => assert!(is_timeout(result)),
    }
    assert!(room.count_calls() >= 2);
}

#[test]
fn a_methods_time_is_waited_for_by_the_portals_clock() {
    let options = PortalOptions { clock_ahead: 7200, ..PortalOptions::default() };
    let room = Room::with(options, Log::default());
    room.portal.set_rest_faults([RestFault::OperationLimit(1), RestFault::None]);
    run(room.call()).unwrap();
    assert_eq!(room.count_calls(), 2);
}

#[test]
fn a_methods_time_that_comes_too_late_is_an_error_at_once() {
    let room = Room::new();
    room.portal.set_rest_faults([RestFault::OperationLimit(3600)]);
    let error = refusal(run(room.call()));
    assert!(matches!(error.kind, RestErrorKind::OperationTimeLimit { reset: Some(_) }), "{error:?}");
    assert_eq!(room.count_calls(), 1);
}
