//! Configurations: how they are written, what they fail with, when they are asked for again.

use std::thread;
use std::time::Duration;

use echo_server::{ClientIdPlace, ConfigurationStyle, PollFault, Portal, PortalOptions, Renewal, RestFault};
use native_api_host::Object;

use super::listener::{
    client_of, expect_check, expect_message, expect_open, expect_state, listen, listening, next, portal,
    portal_with, position, publish, server_client_of,
};
use crate::common::{PATIENCE, text, wait_until};

const METHOD: &str = "pull.application.config.get";

fn configurations(portal: &Portal) -> usize {
    portal.read_journal(|journal| journal.calls(METHOD).count())
}

/// Both transports have to do with it alike.
fn over_both_transports(test: impl Fn(&str)) {
    for transport in ["ДлинныйОпрос", "WebSocket"] {
        test(transport);
    }
}

#[test]
fn the_event_that_triggers_a_renewal_arrives() {
    over_both_transports(|transport| {
        for renewal in [Renewal::GetConfig, Renewal::Reconnect] {
            let portal = portal();
            let object = listening(&portal, transport);
            let last = publish(&portal, 0);
            portal.renew_channel(renewal);
            let trigger = publish(&portal, 1);
            expect_message(&object, &last);
            expect_check(&object, "Channel");
            expect_message(&object, &trigger);
            expect_message(&object, &publish(&portal, 2));
            assert_eq!(configurations(&portal), 2, "{transport} {renewal:?}");
            assert_eq!(text(&object, "Состояние"), "Open");
        }
    });
}

#[test]
fn a_channel_that_was_renewed_in_silence_is_found_when_the_old_one_is_refused() {
    for status in [400, 403, 404] {
        let portal = portal();
        let object = listening(&portal, "LongPoll");
        portal.set_poll_faults([PollFault::Status(status), PollFault::None]);
        expect_message(&object, &publish(&portal, 0));
        portal.renew_channel(Renewal::Silent);
        let missed = publish(&portal, 1);
        // Either the refusal came before the renewal, and the same channel was refused, or after it.
        loop {
            match next(&object) {
                (event, data) if event["Event"] == "Message" => {
                    assert_eq!(data, missed, "{status}");
                    break;
                }
                (event, _) => assert!(
                    ["Channel", "Reconnect"].iter().any(|cause| event["Cause"] == *cause)
                        || event["Event"] == "Connection",
                    "{event}"
                ),
            }
        }
    }
}

#[test]
fn the_configuration_may_be_asked_for_again_without_a_new_channel() {
    over_both_transports(|transport| {
        for command in ["config_expire", "server_restart", "CHANNEL_EXPIRE"] {
            let portal = portal();
            let object = listening(&portal, transport);
            let order = format!(r#"{{"module_id":"pull","command":"{command}","params":[]}}"#);
            portal.publish(echo_server::Audience::Shared, order);
            assert!(portal.wait_for(PATIENCE, |journal| journal.calls(METHOD).count() == 2));
            expect_message(&object, &publish(&portal, 0));
        }
    });
}

#[test]
fn every_way_to_write_a_configuration_is_read() {
    let base = ConfigurationStyle::default;
    let styles = [
        ConfigurationStyle { polling_spelled_right: true, ..base() },
        ConfigurationStyle { client_id: ClientIdPlace::Server, ..base() },
        ConfigurationStyle { client_id: ClientIdPlace::Nowhere, ..base() },
        ConfigurationStyle { unix_dates: true, ..base() },
        ConfigurationStyle { public_channels_false: true, ..base() },
        ConfigurationStyle { url_with_query: true, ..base() },
    ];
    over_both_transports(|transport| {
        for configuration in styles.clone() {
            let portal = portal_with(PortalOptions { configuration, ..PortalOptions::default() });
            let object = listening(&portal, transport);
            expect_message(&object, &publish(&portal, 0));
        }
    });
}

#[test]
fn a_clock_that_is_wrong_is_no_reason_to_ask_again() {
    for hours in [-24 * 365, -13, 13, 24 * 365] {
        let portal = portal_with(PortalOptions { clock_ahead: hours * 3600, ..PortalOptions::default() });
        let object = client_of(&portal);
        listen(&object, &portal);
        for number in 0..5 {
            expect_message(&object, &publish(&portal, number));
        }
        assert_eq!(configurations(&portal), 1, "{hours} h");
    }
}

#[test]
fn a_renewal_that_fails_leaves_the_old_channel_open() {
    let portal = portal();
    let object = listening(&portal, "LongPoll");
    portal.set_rest_faults(["html=502".parse::<RestFault>().unwrap()]);
    let order = r#"{"module_id":"pull","command":"config_expire","params":{}}"#;
    portal.publish(echo_server::Audience::Shared, order);
    assert!(portal.wait_for(PATIENCE, |journal| journal.calls(METHOD).count() == 2));
    expect_message(&object, &publish(&portal, 0));
    assert_eq!(text(&object, "Состояние"), "Open");
}

/// What a portal answers, and what 1C is told: the kind and the status of the failure, and words of its text.
#[test]
fn a_portal_that_gives_no_configuration_is_a_failure_with_a_reason() {
    let cases = [
        ("insufficient-scope", "Auth", Some(403), "scope"),
        ("wrong-auth-type", "Auth", Some(403), "OAuth"),
        ("error=403,ACCESS_DENIED", "Auth", Some(403), "доступ запрещён"),
        ("error=500,SERVER_ERROR", "Http", Some(500), "внутренняя ошибка портала"),
        ("error=404,ERROR_METHOD_NOT_FOUND", "Http", Some(404), "нет такого метода"),
        ("html=200", "Protocol", Some(200), "веб-страница"),
        ("html=502", "Http", Some(502), "временно недоступен"),
        ("html=403", "Protocol", Some(403), "веб-страница"),
        ("redirect=http://localhost/", "Protocol", Some(302), "перенаправляет"),
        ("hang-up", "Network", None, "не ответил"),
        ("cut", "Network", None, ""),
    ];
    for (fault, kind, status, words) in cases {
        let portal = portal();
        portal.set_rest_faults([fault.parse::<RestFault>().unwrap()]);
        let object = client_of(&portal);
        assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
        let failed = expect_state(&object, "Fail");
        let text = failed["Text"].as_str().unwrap();
        assert_eq!((&failed["Kind"], failed["Status"].as_u64()), (&kind.into(), status), "{fault}: {text}");
        assert!(text.contains(words), "{fault}: {text}");
        let retry = failed["RetryIn"].as_f64().unwrap();
        assert!(
            if kind == "Auth" { retry >= 60.0 } else { (0.5..=0.6).contains(&retry) },
            "{fault}: {retry}"
        );
        if kind == "Auth" {
            continue;
        }
        portal.set_rest_faults([]);
        expect_state(&object, "Waiting");
        expect_open(&object, "Start");
    }
}

#[test]
fn a_refused_connect_on_the_server_returns_and_goes_no_further() {
    let portal = portal();
    portal.set_rest_faults([RestFault::InsufficientScope]);
    let object = server_client_of(&portal);
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), false.into());
    assert_eq!(text(&object, "Состояние"), "Closed");
    assert!(text(&object, "ПоследняяОшибка").contains("scope"));
}

#[test]
fn a_portal_that_hangs_is_given_up_in_time() {
    let portal = portal();
    portal.set_rest_faults([RestFault::Stall]);
    let object = server_client_of(&portal);
    object.set("Таймаут", 0.3).unwrap();
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), false.into());
    assert!(portal.wait_for(PATIENCE, |journal| journal.connections == 0), "the socket is closed");
}

/// These take a minute each: no portal is asked sooner than that after its last answer.
#[test]
fn silence_and_what_is_due_after_a_minute() {
    thread::scope(|scope| {
        scope.spawn(channels_end_unannounced);
        scope.spawn(portals_come_back);
        scope.spawn(servers_fall_silent);
    });
}

/// Waits longer than a minute.
fn patient_next(object: &Object) -> (serde_json::Value, String) {
    let event = object.next_event(PATIENCE * 3).expect("an event comes");
    (serde_json::from_str(&event.event).unwrap(), event.data)
}

fn channels_end_unannounced() {
    let portal =
        portal_with(PortalOptions { channel_life: Duration::from_secs(50), ..PortalOptions::default() });
    let object = client_of(&portal);
    listen(&object, &portal);
    let (event, _) = patient_next(&object);
    assert_eq!(event["Cause"], "Channel");
    assert_eq!(configurations(&portal), 2);
    expect_message(&object, &publish(&portal, 0));
}

fn portals_come_back() {
    let portal = portal();
    let object = listening(&portal, "LongPoll");
    portal.set_rest_faults(["html=502".parse::<RestFault>().unwrap(), RestFault::None]);
    portal.renew_channel(Renewal::GetConfig);
    let trigger = publish(&portal, 0);
    let (event, _) = patient_next(&object);
    assert_eq!(event["Cause"], "Channel");
    expect_message(&object, &trigger);
}

fn servers_fall_silent() {
    let portal = portal();
    let object = listening(&portal, "LongPoll");
    portal.set_poll_faults([PollFault::Stall, PollFault::None]);
    expect_message(&object, &publish(&portal, 0));
    assert!(portal.wait_for(PATIENCE, |journal| journal.polls().count() == 2));
    let missed = publish(&portal, 1);
    // The watchdog ends the poll after a minute; the next one brings what was published meanwhile.
    let (event, data) = patient_next(&object);
    assert_eq!((event["Event"].as_str(), data.as_str()), (Some("Message"), missed.as_str()));
    wait_until("the position follows", || position(&object) == portal.messages()[1].0);
}
