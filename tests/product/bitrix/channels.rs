//! Channels that change at a bad moment, and servers that answer oddly.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use echo_server::{PollFault, PortalOptions, PushServer};
use serde_json::json;

use super::bitrix;
use super::listener::{
    client_of, expect_check, expect_message, expect_open, expect_state, listen, next, portal, portal_with,
    publish, wait_for_poll,
};
use super::peer::{Deed, Peer, Store, configuration, expire, frame, listener_of, message, mid};
use crate::common::{text, wait_until};

/// A count that should stay low grows in no time where nothing holds it back.
#[track_caller]
fn expect_few(what: &str, count: &AtomicUsize) {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(4) {
        let count = count.load(Ordering::SeqCst);
        assert!(count < 30, "{count} {what} within {:?}", start.elapsed());
        thread::sleep(Duration::from_millis(10));
    }
}

/// Two processes of the portal publish at the time of a renewal: one on the new channel, and then one that does not
/// know of it yet on the old one.
#[test]
fn what_came_on_the_new_channel_before_the_last_of_the_old_arrives() {
    let (store, configurations) = (Arc::new(Store::default()), Arc::new(AtomicUsize::new(0)));
    let address = Arc::new(Mutex::new(String::new()));
    let peer = {
        let (store, configurations, address) =
            (Arc::clone(&store), Arc::clone(&configurations), Arc::clone(&address));
        Peer::start(move |_, target| match target.starts_with("/rest/") {
            true => {
                let channel = if configurations.fetch_add(1, Ordering::SeqCst) == 0 { "a" } else { "b" };
                configuration(&address.lock().unwrap(), channel)
            }
            false => store.poll(target),
        })
    };
    *address.lock().unwrap() = peer.url();
    let object = listener_of(&peer.url());
    wait_until("it polls", || store.waiting.load(Ordering::SeqCst) == 1);
    store.publish([("a", 1, message(1))]);
    expect_message(&object, &message(1));
    wait_until("it polls", || store.waiting.load(Ordering::SeqCst) == 1);
    store.publish([("a", 2, expire()), ("b", 3, message(3)), ("a", 4, message(4)), ("b", 5, message(5))]);
    let mut got = Vec::new();
    while got.len() < 3 {
        let (event, data) = next(&object);
        if event["Event"] == "Message" {
            got.push(data);
        }
        assert!(got.contains(&message(3)) || !got.contains(&message(5)), "3 was skipped: {got:?}");
    }
    got.sort();
    assert_eq!(got, [3, 4, 5].map(message));
}

/// The numbers of a push server begin with the time when its store was made: another one's may be smaller.
#[test]
fn a_portal_that_moves_to_a_push_server_with_smaller_numbers_misses_nothing() {
    let stores = [(); 2].map(|()| Arc::new(Store::default()));
    let servers = stores.clone().map(|store| Peer::start(move |_, target| store.poll(target)));
    let urls = [servers[0].url(), servers[1].url()];
    let configurations = AtomicUsize::new(0);
    let peer = Peer::start(move |_, _| match configurations.fetch_add(1, Ordering::SeqCst) {
        0 => configuration(&urls[0], "a"),
        _ => configuration(&urls[1], "b"),
    });
    let object = listener_of(&peer.url());
    stores[0].publish([("a", 1000, message(1000))]);
    expect_message(&object, &message(1000));
    stores[1].publish([("b", 1, message(1))]);
    stores[0].publish([("a", 1001, expire())]);
    expect_check(&object, "Channel");
    expect_message(&object, &message(1));
    stores[1].publish([("b", 2, message(2))]);
    expect_message(&object, &message(2));
    wait_until("the position is that of the new server", || text(&object, "Позиция") == mid(2));
}

/// A portal whose every answer names another channel, or another token, and a push server that knows none of them.
#[test]
fn a_portal_is_not_hammered_for_channels_that_are_refused() {
    let (configurations, polls) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let address = Arc::new(Mutex::new(String::new()));
    let peer = {
        let (configurations, address) = (Arc::clone(&configurations), Arc::clone(&address));
        Peer::start(move |_, target| match target.starts_with("/rest/") {
            true => {
                let number = configurations.fetch_add(1, Ordering::SeqCst);
                configuration(&address.lock().unwrap(), &number.to_string())
            }
            false => {
                if polls.fetch_add(1, Ordering::SeqCst) == 0 {
                    // Long enough to be accepted.
                    thread::sleep(Duration::from_millis(1500));
                }
                Deed::Answer(400, "4010: Wrong Channel Id.".to_owned())
            }
        })
    };
    *address.lock().unwrap() = peer.url();
    let _object = listener_of(&peer.url());
    expect_few("configurations", &configurations);
}

#[test]
fn a_portal_is_not_hammered_by_endless_notices_that_its_channel_expires() {
    let (configurations, polls) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let address = Arc::new(Mutex::new(String::new()));
    let peer = {
        let (configurations, address) = (Arc::clone(&configurations), Arc::clone(&address));
        Peer::start(move |_, target| match target.starts_with("/rest/") {
            true => {
                configurations.fetch_add(1, Ordering::SeqCst);
                configuration(&address.lock().unwrap(), "a")
            }
            false => Deed::Answer(200, frame(polls.fetch_add(1, Ordering::SeqCst) + 1, &expire())),
        })
    };
    *address.lock().unwrap() = peer.url();
    let _object = listener_of(&peer.url());
    expect_few("configurations", &configurations);
}

/// A proxy that cannot reach the server any more says so, but not soon.
#[test]
fn a_server_that_cannot_be_reached_is_told_however_long_that_takes_to_find_out() {
    let connects = Arc::new(AtomicUsize::new(0));
    let proxy = Peer::start(move |method, _| match method {
        "CONNECT" if connects.fetch_add(1, Ordering::SeqCst) == 0 => Deed::Answer(200, String::new()),
        "CONNECT" => {
            thread::sleep(Duration::from_millis(5200));
            Deed::Answer(502, String::new())
        }
        _ => {
            thread::sleep(Duration::from_millis(1500));
            Deed::HangUp
        }
    });
    let object = bitrix();
    object.set("Прокси", proxy.url()).unwrap();
    assert_eq!(object.call("Подключиться", ["http://push.test/sub/?CHANNEL_ID=x"]).unwrap(), true.into());
    expect_open(&object, "Start");
    expect_state(&object, "Close");
}

/// Nothing to say, said in another way.
#[test]
fn an_answer_without_messages_is_no_failure() {
    for body in ["", "[]", "\r\n", " [ ] \n"] {
        let polls = AtomicUsize::new(0);
        let peer = Peer::start(move |_, _| match polls.fetch_add(1, Ordering::SeqCst) {
            0 => {
                thread::sleep(Duration::from_millis(1500));
                Deed::Answer(200, body.to_owned())
            }
            1 => Deed::Answer(200, frame(1, &message(1))),
            _ => Deed::Hold,
        });
        let object = listener_of(&peer.channel());
        assert_eq!(next(&object), (json!({ "Event": "Message" }), message(1)), "{body:?}");
    }
}

/// The push server is down for long, and the portal's queue fills.
#[test]
fn the_timer_reminds_while_the_push_server_is_away() {
    let portal = portal();
    let object = client_of(&portal);
    object.set("ИнтервалПроверки", 0.5).unwrap();
    listen(&object, &portal);
    portal.set_poll_faults([PollFault::Status(503)]);
    portal.restart();
    while next(&object).0["State"] != "Waiting" {}
    // The first pause is half a second, the second five.
    while next(&object).0["State"] != "Waiting" {}
    let (event, _) = next(&object);
    assert_eq!(event, json!({ "Event": "CheckQueue", "Cause": "Timer" }));
}

/// The vendor's lesson gives the address of a channel, and nothing of the server's version.
#[test]
fn a_channel_of_an_old_server_is_listened_to_without_gaps() {
    let portal =
        portal_with(PortalOptions { push_server: PushServer::NginxPushStream, ..PortalOptions::default() });
    let object = bitrix();
    assert_eq!(object.call("Подключиться", [portal.push_url()]).unwrap(), true.into());
    expect_open(&object, "Start");
    wait_for_poll(&portal);
    let texts = (0..40).map(|number| publish(&portal, number)).collect::<Vec<_>>();
    let mut got = Vec::new();
    while let Some(event) = object.next_event(Duration::from_secs(5)) {
        got.push(event.data);
    }
    assert_eq!(got, texts);
}

/// A frame without a number is no reason to ask without end.
#[test]
fn a_server_is_not_hammered_that_repeats_a_frame_without_a_number() {
    let polls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&polls);
    let peer = Peer::start(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        Deed::Answer(200, format!(r##"#!NGINXNMS!#{{"id":1,"text":{}}}#!NGINXNME!#"##, message(1)))
    });
    let _object = listener_of(&peer.channel());
    expect_few("polls", &polls);
}
