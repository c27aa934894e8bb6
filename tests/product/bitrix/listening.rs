//! Listening by polls: what comes, from where on, and what a server can do about it.

use std::time::Duration;

use echo_server::{Audience, JsonFormat, PollFault, PortalOptions};
use native_api_host::Host;
use serde_json::json;

use super::listener::{
    client_of, expect_check, expect_message, expect_open, expect_state, listen, next, portal, portal_with,
    position, publish, server_client_of, wait_for_poll,
};
use super::on;
use crate::common::{PATIENCE, text, wait_until};

#[test]
fn an_offline_event_comes_as_soon_as_it_happens() {
    let portal = portal();
    let object = client_of(&portal);
    listen(&object, &portal);
    wait_for_poll(&portal);
    assert_eq!(portal.raise_offline_event("ONCRMDEALUPDATE", 42), 1);
    let (event, data) = next(&object);
    assert_eq!(event, json!({ "Event": "OfflineEvent", "Connector": "OneC", "Count": 1 }));
    assert!(data.contains(r#""command":"event_offline""#), "{data}");
    assert_eq!(object.get("Подключено").unwrap(), true.into());
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    let closed = expect_state(&object, "Close");
    assert_eq!((&closed["Reason"], &closed["Code"]), (&"Normal".into(), &1000.into()));
}

#[test]
fn history_is_skipped_and_nothing_after_open_is_missed() {
    let portal = portal();
    for number in 0..100 {
        publish(&portal, number);
    }
    let object = client_of(&portal);
    assert_eq!(position(&object), "");
    listen(&object, &portal);
    // Between two polls, as far as the server is concerned: nobody waits for it.
    let fresh = publish(&portal, 100);
    expect_message(&object, &fresh);
    wait_until("the position is that of the message", || position(&object) == portal.messages()[100].0);
}

#[test]
fn a_later_session_continues_where_the_first_ended() {
    let portal = portal();
    let first = client_of(&portal);
    listen(&first, &portal);
    expect_message(&first, &publish(&portal, 0));
    wait_until("the position follows", || position(&first) == portal.messages()[0].0);
    let kept = position(&first);
    first.done();
    let missed = [1, 2, 3].map(|number| publish(&portal, number));
    let second = client_of(&portal);
    second.set("Позиция", kept.as_str()).unwrap();
    listen(&second, &portal);
    for text in missed {
        expect_message(&second, &text);
    }
    expect_message(&second, &publish(&portal, 4));
    wait_until("the position follows", || position(&second) == portal.messages()[4].0);
}

#[test]
fn zero_brings_all_that_the_server_has() {
    let portal = portal();
    let texts = [0, 1].map(|number| publish(&portal, number));
    let object = client_of(&portal);
    object.set("Позиция", "0").unwrap();
    listen(&object, &portal);
    for text in texts {
        expect_message(&object, &text);
    }
}

#[test]
fn the_position_counts_what_1c_was_given_and_not_what_was_read() {
    let portal = portal();
    let object = client_of(&portal);
    object.set("РежимПрослушивания", false).unwrap();
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    wait_until("it is open", || object.get("Подключено").unwrap() == true.into());
    let texts = [0, 1, 2].map(|number| publish(&portal, number));
    let received = object.call("Получить", [30]).unwrap();
    let hint = r#"{"module_id":"vestnik","command":"check_queue","params":{"cause":"Start"}}"#;
    assert_eq!(received, hint.into());
    assert_eq!(object.call("Получить", [30]).unwrap(), texts[0].as_str().into());
    wait_until("all were read", || object.get("ДлинаОчереди").unwrap() == 2.into());
    assert_eq!(position(&object), portal.messages()[0].0);
    let batch = object.call("ПолучитьПакет", (100, 30)).unwrap();
    assert_eq!(batch, json!(texts[1..]).to_string().into());
    assert_eq!(position(&object), portal.messages()[2].0);
    // The same object goes on where it was.
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    wait_until("it is closed", || text(&object, "Состояние") == "Closed");
    let missed = publish(&portal, 3);
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    let (hint, message) = (object.call("Получить", [30]).unwrap(), object.call("Получить", [30]).unwrap());
    assert!([&hint, &message].contains(&&missed.as_str().into()), "{hint:?} {message:?}");
}

#[test]
fn what_is_filtered_counts_as_given() {
    let portal = portal();
    let object = client_of(&portal);
    object.set("РегулярноеВыражение", r#""number":1\b"#).unwrap();
    listen(&object, &portal);
    let texts = [0, 1, 2].map(|number| publish(&portal, number));
    expect_message(&object, &texts[1]);
    wait_until("the position is the last", || position(&object) == portal.messages()[2].0);
}

#[test]
fn a_connector_sees_its_own_events_only() {
    let bindings = ["OneC", "Shop", ""].map(|connector| ("ONCRMDEALUPDATE".to_owned(), connector.to_owned()));
    let portal =
        echo_server::Portal::start(PortalOptions { bindings: bindings.into(), ..PortalOptions::default() })
            .unwrap();
    let all = client_of(&portal);
    listen(&all, &portal);
    let one = client_of(&portal);
    one.set("Коннектор", "Shop").unwrap();
    listen(&one, &portal);
    assert_eq!(portal.raise_offline_event("ONCRMDEALUPDATE", 1), 3);
    let hint = |connector| json!({ "Event": "OfflineEvent", "Connector": connector, "Count": 1 });
    assert_eq!(next(&one).0, hint("Shop"));
    let (first, second, third) = (next(&all), next(&all), next(&all));
    let mut connectors = [first.0, second.0, third.0].map(|event| event["Connector"].to_string());
    connectors.sort();
    assert_eq!(connectors, ["\"\"", "\"OneC\"", "\"Shop\""]);
    assert_eq!((&first.1, &second.1), (&second.1, &third.1), "one message of the server");
}

#[test]
fn the_timer_reminds_of_the_queue() {
    let portal = portal();
    let object = client_of(&portal);
    listen(&object, &portal);
    object.set("ИнтервалПроверки", 0.1).unwrap();
    expect_check(&object, "Timer");
    expect_check(&object, "Timer");
}

#[test]
fn many_empty_polls_lose_nothing() {
    let portal =
        portal_with(PortalOptions { poll_time: Duration::from_millis(50), ..PortalOptions::default() });
    let object = client_of(&portal);
    listen(&object, &portal);
    for number in 0..3 {
        let before = portal.read_journal(|journal| journal.polls().count());
        assert!(portal.wait_for(PATIENCE, |journal| journal.polls().count() > before + 2));
        expect_message(&object, &publish(&portal, number));
    }
}

/// A fault of the push server, and what 1C sees of it between the message before and the message after.
#[test]
fn what_goes_wrong_with_a_poll_is_repaired_unseen() {
    for fault in [
        "reset",
        "hang-up",
        "cut",
        "cut=0",
        "cut=30",
        "stale",
        "byte-chunks",
        "repeat",
        "status=502",
        "status=504",
    ] {
        let portal = portal();
        let object = client_of(&portal);
        listen(&object, &portal);
        wait_for_poll(&portal);
        // The poll that waits has no fault, the one after it has.
        portal.set_poll_faults([fault.parse().unwrap(), PollFault::None]);
        let texts = [0, 1, 2, 3].map(|number| {
            let text = publish(&portal, number);
            expect_message(&object, &text);
            text
        });
        assert_eq!(portal.messages().len(), texts.len(), "{fault}");
        object.done();
        assert!(object.next_event(Duration::ZERO).is_none(), "{fault}: one event too many");
    }
}

#[test]
fn a_server_that_fails_twice_is_asked_again_after_a_pause() {
    for fault in ["reset", "hang-up", "status=500", "status=503", "status=302"] {
        let portal = portal();
        let object = client_of(&portal);
        listen(&object, &portal);
        wait_for_poll(&portal);
        portal.set_poll_faults([fault.parse().unwrap()]);
        expect_message(&object, &publish(&portal, 0));
        let closed = expect_state(&object, "Close");
        assert_eq!((&closed["Reason"], &closed["Code"]), (&"Drop".into(), &1006.into()), "{fault}");
        assert!(!closed["Text"].as_str().unwrap().is_empty());
        portal.set_poll_faults([]);
        let missed = publish(&portal, 1);
        let waiting = expect_state(&object, "Waiting");
        assert!((0.5..=0.6).contains(&waiting["RetryIn"].as_f64().unwrap()), "{waiting}");
        expect_open(&object, "Reconnect");
        expect_message(&object, &missed);
    }
}

#[test]
fn a_page_in_the_place_of_messages_is_a_failure() {
    let portal = portal();
    let object = client_of(&portal);
    portal.set_poll_faults(["status=200".parse().unwrap()]);
    object.set("Таймаут", 30).unwrap();
    object.set("РежимПрослушивания", false).unwrap();
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), false.into());
    let error = text(&object, "ПоследняяОшибка");
    assert!(error.contains("что-то другое"), "{error}");
}

#[test]
fn every_form_of_an_answer_is_read() {
    let base = PortalOptions::default;
    for (name, options) in [
        ("gzip", PortalOptions { gzip: true, ..base() }),
        ("array", PortalOptions { json_format: JsonFormat::Array, ..base() }),
        ("object", PortalOptions { json_format: JsonFormat::BareObject, ..base() }),
        ("gzip array", PortalOptions { gzip: true, json_format: JsonFormat::Array, ..base() }),
        ("no signature", PortalOptions { signature_key: String::new(), ..base() }),
    ] {
        let portal = portal_with(options);
        let object = client_of(&portal);
        listen(&object, &portal);
        for number in 0..3 {
            expect_message(&object, &publish(&portal, number));
        }
        let texts = [
            r#"{"module_id":"m","command":"c","params":[]}"#,
            r#"{"module_id":"m","command":"c","params":{"a":"}#!NGINXNME!#{"},"extra":{"server_time_unix":1.5}}"#,
            r#"[1,2.50,{"a":null}]"#,
            "null",
            r#""строка""#,
        ];
        for text in texts {
            portal.publish(Audience::Shared, text);
            expect_message(&object, text);
        }
        // A string that holds JSON is that JSON.
        portal.publish(Audience::Shared, r#""{\"module_id\":\"m\"}""#);
        expect_message(&object, r#"{"module_id":"m"}"#);
        assert_eq!(text(&object, "Состояние"), "Open", "{name}");
    }
}

#[test]
fn a_large_message_comes_whole() {
    let portal = portal();
    let object = client_of(&portal);
    listen(&object, &portal);
    wait_for_poll(&portal);
    portal.set_poll_faults(["large=900000".parse().unwrap(), PollFault::None]);
    expect_message(&object, &publish(&portal, 0));
    let (event, data) = next(&object);
    assert_eq!((event, data.len() >= 900_000), (json!({ "Event": "Message" }), true));
    expect_message(&object, &publish(&portal, 1));
}

#[test]
fn a_message_for_both_channels_comes_once() {
    let portal = portal();
    let object = client_of(&portal);
    object.set("Позиция", "0").unwrap();
    portal.publish(Audience::Both, r#"{"module_id":"both"}"#);
    portal.publish(Audience::Private, r#"{"module_id":"private"}"#);
    let last = publish(&portal, 0);
    let channels = format!("{}/{}", portal.private_channel(), portal.shared_channel());
    let address = portal.push_url().replace(&portal.shared_channel(), &channels);
    assert_eq!(object.call("Подключиться", [address]).unwrap(), true.into());
    expect_open(&object, "Start");
    expect_message(&object, r#"{"module_id":"both"}"#);
    expect_message(&object, r#"{"module_id":"private"}"#);
    expect_message(&object, &last);
}

#[test]
fn a_wiped_store_is_no_reason_to_miss_anything() {
    let portal = portal();
    let object = client_of(&portal);
    listen(&object, &portal);
    expect_message(&object, &publish(&portal, 0));
    portal.wipe_store();
    for number in 1..4 {
        expect_message(&object, &publish(&portal, number));
    }
}

#[test]
fn a_channel_is_listened_to_without_tokens() {
    let portal = portal();
    let object = on(Host::default());
    assert_eq!(object.call("Подключиться", [portal.push_url()]).unwrap(), true.into());
    expect_open(&object, "Start");
    expect_message(&object, &publish(&portal, 0));
    assert_eq!(portal.read_journal(|journal| journal.calls("pull.application.config.get").count()), 0);
}

/// There is nobody to ask for the next channel but 1C, which is told.
#[test]
fn a_channel_that_ends_without_a_portal_is_told() {
    let portal = portal();
    let object = on(Host::default());
    assert_eq!(object.call("Подключиться", [portal.push_url()]).unwrap(), true.into());
    expect_open(&object, "Start");
    portal.renew_channel(echo_server::Renewal::GetConfig);
    let (event, data) = next(&object);
    assert_eq!(event["Event"], "Message");
    assert!(data.contains("channel_expire"), "{data}");
    expect_check(&object, "Channel");
}

#[test]
fn a_hint_that_does_not_say_whose_it_is_is_for_all() {
    let portal = portal();
    let object = client_of(&portal);
    object.set("Коннектор", "Shop").unwrap();
    listen(&object, &portal);
    portal.raise_offline_event("ONCRMDEALUPDATE", 1);
    portal.publish(Audience::Shared, r#"{"module_id":"rest","command":"event_offline","params":[]}"#);
    assert_eq!(next(&object).0, json!({ "Event": "OfflineEvent", "Connector": "", "Count": 0 }));
}

#[test]
fn a_channel_that_nobody_knows_is_a_failure() {
    let portal = portal();
    let object = server_client_of(&portal);
    let address = portal.push_url().replace(&portal.shared_channel(), &"0".repeat(32));
    assert_eq!(object.call("Подключиться", [address]).unwrap(), false.into());
    let error = text(&object, "ПоследняяОшибка");
    assert!(error.contains("не знает этого канала") && error.contains("400"), "{error}");
    assert_eq!(text(&object, "Состояние"), "Closed");
}

#[test]
fn a_full_queue_makes_the_server_wait() {
    let portal = portal();
    let object = client_of(&portal);
    object.set("РежимПрослушивания", false).unwrap();
    object.set("РазмерОчереди", 10).unwrap();
    object.set("Позиция", "0").unwrap();
    let texts = (0..100).map(|number| publish(&portal, number)).collect::<Vec<_>>();
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    let hint = object.call("Получить", [30]).unwrap();
    assert_eq!(hint, r#"{"module_id":"vestnik","command":"check_queue","params":{"cause":"Start"}}"#.into());
    wait_until("the queue is full", || object.get("ДлинаОчереди").unwrap() == 10.into());
    for text in texts {
        assert_eq!(object.call("Получить", [30]).unwrap(), text.as_str().into());
    }
    wait_until("all were given", || position(&object) == portal.messages()[99].0);
}
