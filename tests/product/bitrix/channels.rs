//! Channels that change at a bad moment, and servers that answer oddly.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use echo_server::{PollFault, PortalOptions, PushServer};
use native_api_host::Instance;
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

/// A portal whose channel is "a" when it is asked first, and "b" from then on. What it does is first asked of `deed`,
/// with the number of configurations that were given.
fn changing(store: &Arc<Store>, deed: impl Fn(usize, &str) -> Option<Deed> + Send + Sync + 'static) -> Peer {
    let (store, given) = (Arc::clone(store), AtomicUsize::new(0));
    Peer::start(move |_, target| {
        deed(given.load(Ordering::SeqCst), target).unwrap_or_else(|| match target.starts_with("/rest/") {
            true if given.fetch_add(1, Ordering::SeqCst) == 0 => configuration("", "a"),
            true => configuration("", "b"),
            false => store.poll(target),
        })
    })
}

#[track_caller]
fn expect_numbers(object: &Instance, numbers: impl IntoIterator<Item = usize>) {
    for number in numbers {
        loop {
            let (event, data) = next(object);
            if event["Event"] == "Message" {
                assert_eq!(data, message(number));
                break;
            }
        }
    }
}

#[test]
fn what_a_channel_held_that_changed_while_nobody_could_listen_arrives() {
    let (store, is_down) = (Arc::new(Store::default()), Arc::new(AtomicBool::new(false)));
    let peer = {
        let is_down = Arc::clone(&is_down);
        changing(&store, move |_, _| is_down.load(Ordering::SeqCst).then_some(Deed::HangUp))
    };
    let object = listener_of(&peer.url());
    wait_until("it polls", || store.waiting.load(Ordering::SeqCst) == 1);
    is_down.store(true, Ordering::SeqCst);
    store.publish([("a", 1, message(1))]);
    // The portal is asked for the configuration once an attempt has failed.
    while next(&object).0["State"] != "Fail" {}
    store.publish([("a", 2, message(2)), ("a", 3, message(3)), ("b", 4, message(4))]);
    is_down.store(false, Ordering::SeqCst);
    expect_numbers(&object, 2..5);
    store.publish([("b", 5, message(5))]);
    expect_numbers(&object, [5]);
}

#[test]
fn a_channel_that_is_left_is_read_to_its_end_over_cut_lines() {
    let store = Arc::new(Store::default());
    let peer = {
        let (store, cuts) = (Arc::clone(&store), AtomicUsize::new(0));
        changing(&store.clone(), move |given, target| match target.starts_with("/rest/") {
            true if given == 1 => {
                store.publish([("a", 3, message(3)), ("b", 4, message(4))]);
                None
            }
            true => None,
            false => {
                let is_cut = given == 2 && target.contains("=a&") && cuts.fetch_add(1, Ordering::SeqCst) < 2;
                is_cut.then_some(Deed::HangUp)
            }
        })
    };
    let object = listener_of(&peer.url());
    wait_until("it polls", || store.waiting.load(Ordering::SeqCst) == 1);
    store.publish([("a", 1, message(1)), ("a", 2, expire())]);
    expect_numbers(&object, [1, 3, 4]);
}

#[test]
fn a_channel_that_is_refused_once_and_has_changed_is_read_to_its_end() {
    let (store, is_refused) = (Arc::new(Store::default()), Arc::new(AtomicBool::new(false)));
    let peer = {
        let (store, is_refused) = (Arc::clone(&store), Arc::clone(&is_refused));
        changing(&store.clone(), move |_, target| {
            let answer = (!target.starts_with("/rest/")).then(|| store.poll(target));
            if is_refused.swap(false, Ordering::SeqCst) {
                Some(Deed::Answer(403, String::new()))
            } else {
                answer
            }
        })
    };
    let object = listener_of(&peer.url());
    wait_until("it polls", || store.waiting.load(Ordering::SeqCst) == 1);
    is_refused.store(true, Ordering::SeqCst);
    store.publish([("a", 1, message(1)), ("b", 2, message(2))]);
    expect_numbers(&object, 1..3);
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
