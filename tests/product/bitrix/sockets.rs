//! Listening by WebSocket, `Авто`, and push servers of other versions.

use std::time::Duration;

use echo_server::{Audience, ClientIdPlace, ConfigurationStyle, PollFault, PortalOptions, PushServer};
use native_api_host::Object;

use super::listener::{
    client_of, expect_message, expect_open, expect_state, listen, portal, portal_with, position, publish,
    wait_for_poll,
};
use crate::common::{PATIENCE, text, wait_until};

fn by(transport: &str, portal: &echo_server::Portal) -> Object {
    let object = client_of(portal);
    object.set("Транспорт", transport).unwrap();
    object
}

fn upgrades(portal: &echo_server::Portal) -> usize {
    portal
        .read_journal(|journal| journal.polls().filter(|poll| poll.head.header("upgrade").is_some()).count())
}

#[test]
fn messages_come_over_a_websocket() {
    let portal = portal();
    let history = publish(&portal, 0);
    let object = by("WebSocket", &portal);
    listen(&object, &portal);
    wait_for_poll(&portal);
    for number in 1..50 {
        expect_message(&object, &publish(&portal, number));
    }
    let burst = (50..1_000).map(|number| publish(&portal, number)).collect::<Vec<_>>();
    for text in burst {
        assert_ne!(text, history);
        expect_message(&object, &text);
    }
    wait_until("the position follows", || position(&object) == portal.messages().last().unwrap().0);
    assert_eq!(upgrades(&portal), 1);
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    assert_eq!(expect_state(&object, "Close")["Reason"], "Normal");
}

#[test]
fn a_websocket_that_is_cut_misses_nothing() {
    let portal = portal();
    let object = by("WebSocket", &portal);
    object.set("Позиция", "0").unwrap();
    let faults = ["cut=10", "cut", "none"].map(|fault| fault.parse::<PollFault>().unwrap());
    portal.set_poll_faults(faults);
    let texts = [0, 1, 2].map(|number| publish(&portal, number));
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    expect_open(&object, "Start");
    expect_state(&object, "Close");
    expect_state(&object, "Waiting");
    expect_open(&object, "Reconnect");
    expect_state(&object, "Close");
    expect_state(&object, "Waiting");
    expect_open(&object, "Reconnect");
    for text in texts {
        expect_message(&object, &text);
    }
}

#[test]
fn a_websocket_that_is_closed_for_its_channel_asks_for_the_configuration() {
    let portal = portal();
    let object = by("WebSocket", &portal);
    object.set("Позиция", "0").unwrap();
    portal.set_poll_faults([PollFault::Close(4010), PollFault::None]);
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    expect_open(&object, "Start");
    assert_eq!(expect_state(&object, "Close")["Code"], 4010);
    expect_state(&object, "Waiting");
    expect_open(&object, "Reconnect");
    let asked = portal.read_journal(|journal| journal.calls("pull.application.config.get").count());
    assert_eq!(asked, 2);
    expect_message(&object, &publish(&portal, 0));
}

#[test]
fn auto_takes_the_websocket_and_polls_when_that_fails_twice() {
    let portal = portal();
    let object = by("Авто", &portal);
    listen(&object, &portal);
    assert_eq!(upgrades(&portal), 1);

    let object = by("Auto", &portal);
    object.set("Позиция", "0").unwrap();
    portal.set_poll_faults([PollFault::Status(502), PollFault::Status(502), PollFault::None]);
    listen(&object, &portal);
    assert_eq!(upgrades(&portal), 3);
    expect_message(&object, &publish(&portal, 0));
    expect_message(&object, &publish(&portal, 1));
    // The object remembers.
    assert_eq!(object.call("Отключиться", ()).unwrap(), true.into());
    expect_state(&object, "Close");
    listen(&object, &portal);
    assert_eq!(upgrades(&portal), 3, "polls go on");
}

#[test]
fn auto_polls_where_a_websocket_does_not_last() {
    let portal = portal();
    let object = by("Auto", &portal);
    object.set("Позиция", "0").unwrap();
    portal.set_poll_faults([PollFault::Close(4011), PollFault::Close(4011), PollFault::None]);
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    for cause in ["Start", "Reconnect"] {
        expect_open(&object, cause);
        assert_eq!(expect_state(&object, "Close")["Code"], 4011);
        expect_state(&object, "Waiting");
    }
    expect_open(&object, "Reconnect");
    expect_message(&object, &publish(&portal, 0));
    assert_eq!(upgrades(&portal), 2);
}

/// Version 5 speaks JSON-RPC on its WebSocket, wants its pings answered and its messages acknowledged.
#[test]
fn version_5_is_answered_and_acknowledged() {
    let options = PortalOptions {
        push_server: PushServer::V5,
        // Whoever does not answer by the third is closed.
        ping_interval: Duration::from_secs(2),
        ..PortalOptions::default()
    };
    let portal = portal_with(options);
    let object = by("WebSocket", &portal);
    listen(&object, &portal);
    wait_for_poll(&portal);
    for number in 0..20 {
        expect_message(&object, &publish(&portal, number));
    }
    portal.publish_with_user_params(
        Audience::Shared,
        r#"{"module_id":"m","command":"c","params":{"a":1}}"#,
        r#"{"b":2}"#,
    );
    let (event, data) = super::listener::next(&object);
    assert_eq!(event["Event"], "Message");
    let message: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert_eq!(message["params"], serde_json::json!({ "a": 1, "b": 2 }));
    assert!(portal.wait_for(PATIENCE, |journal| journal.acknowledged().count() == 21 && journal.pongs > 1));
    let mids = portal.messages().into_iter().map(|(mid, _)| mid).collect::<Vec<_>>();
    portal.read_journal(|journal| {
        assert_eq!(journal.acknowledged().collect::<Vec<_>>(), mids);
        assert_eq!(journal.given_up, 0);
    });
    assert_eq!(text(&object, "Состояние"), "Open");
}

#[test]
fn version_5_is_polled_too() {
    let portal = portal_with(PortalOptions { push_server: PushServer::V5, ..PortalOptions::default() });
    let object = by("LongPoll", &portal);
    listen(&object, &portal);
    for number in 0..5 {
        expect_message(&object, &publish(&portal, number));
    }
    // Its address holds a token in the place of the channel.
    let object = by("LongPoll", &portal);
    assert_eq!(object.call("Подключиться", [portal.push_url()]).unwrap(), true.into());
    expect_open(&object, "Start");
    expect_message(&object, &publish(&portal, 5));
}

/// Version 2 has no `mid`: polls continue by time and tag.
#[test]
fn version_2_continues_by_time_and_tag() {
    let options = || PortalOptions {
        push_server: PushServer::NginxPushStream,
        poll_time: Duration::from_millis(300),
        configuration: ConfigurationStyle {
            client_id: ClientIdPlace::Nowhere,
            ..ConfigurationStyle::default()
        },
        ..PortalOptions::default()
    };
    for transport in ["LongPoll", "WebSocket"] {
        let portal = portal_with(options());
        let object = by(transport, &portal);
        listen(&object, &portal);
        wait_for_poll(&portal);
        let mut texts = Vec::new();
        for number in 0..60 {
            texts.push(publish(&portal, number));
            if number % 7 == 0 {
                for text in texts.drain(..) {
                    expect_message(&object, &text);
                }
            }
        }
        for text in texts {
            expect_message(&object, &text);
        }
        // After answers without a message, too.
        if transport == "LongPoll" {
            let before = portal.read_journal(|journal| journal.polls().count());
            assert!(portal.wait_for(PATIENCE, |journal| journal.polls().count() > before + 2));
        }
        expect_message(&object, &publish(&portal, 60));
    }
}
