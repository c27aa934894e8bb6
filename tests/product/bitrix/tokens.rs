//! Tokens: renewed once, told before they are used, and nowhere else to be seen.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use echo_server::{PollFault, Portal, PortalOptions, RestFault};
use native_api::Value;
use native_api_host::{Event, Object};
use serde_json::{Value as Json, json};

use super::bitrix;
use super::listener::{
    client_of, expect_open, expect_state, listen, next, portal, portal_with, publish, server_client_of,
};
use super::peer::{Deed, Peer};
use crate::common::{PATIENCE, folder, in_child, text, wait_until};

const METHOD: &str = "event.get";

fn pair_of(portal: &Portal) -> Json {
    let (access, refresh) = portal.tokens();
    json!({ "access_token": access, "refresh_token": refresh })
}

/// Tokens as 1C gets them, without the time when they end.
#[track_caller]
fn pair(text: &str) -> Json {
    let mut pair: Json = serde_json::from_str(text).unwrap();
    assert!(pair["expires"].as_u64().unwrap() > 1_700_000_000, "{}", pair["expires"]);
    pair.as_object_mut().unwrap().remove("expires");
    pair
}

fn call(object: &Object) -> Value {
    object.call("ВызватьМетод", [METHOD]).unwrap()
}

fn string(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_expired_token_is_renewed_on_the_way_to_open() {
    let portal = portal();
    let object = client_of(&portal);
    portal.expire_tokens();
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    let (event, data) = next(&object);
    assert_eq!(event, json!({ "Event": "Tokens" }));
    assert_eq!(pair(&data), pair_of(&portal));
    expect_open(&object, "Start");
    assert_eq!(pair(&string(object.call("ПолучитьТокены", ()).unwrap())), pair_of(&portal));
}

#[test]
fn many_threads_that_call_at_once_renew_the_pair_once() {
    let portal = portal();
    let object = client_of(&portal);
    listen(&object, &portal);
    portal.expire_tokens();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(matches!(call(&object), Value::String(_))));
        }
    });
    assert_eq!(portal.read_journal(|journal| journal.refreshes().count()), 1);
    assert_eq!(pair(&next(&object).1), pair_of(&portal));
}

/// 1C's thread waits for the answer, and so takes no event: nobody may wait for it to take one.
#[test]
fn a_renewal_while_1c_waits_and_its_event_buffer_is_full_does_not_lock_up() {
    let name = "bitrix::tokens::a_renewal_while_1c_waits_and_its_event_buffer_is_full_does_not_lock_up";
    in_child(name, &[], || {
        let portal = portal();
        let object = client_of(&portal);
        listen(&object, &portal);
        object.faults().refuse_events(true);
        for number in 0..300 {
            publish(&portal, number);
        }
        portal.expire_tokens();
        assert!(matches!(call(&object), Value::String(_)), "{}", text(&object, "ПоследняяОшибка"));
        object.faults().refuse_events(false);
        // The pair comes after what had been received when it was renewed, which need not be all.
        let (mut number, mut renewed) = (0, None);
        while number < 300 || renewed.is_none() {
            let (event, data) = next(&object);
            if event["Event"] == "Tokens" {
                assert_eq!(renewed.replace(pair(&data)), None);
                continue;
            }
            assert_eq!(event["Event"], "Message");
            assert!(data.contains(&format!(r#""number":{number}}}"#)), "{data}");
            number += 1;
        }
        assert_eq!(renewed, Some(pair_of(&portal)));
    });
}

#[test]
fn a_call_from_an_event_that_hangs_elsewhere_is_answered() {
    let portal = portal();
    let object = client_of(&portal);
    listen(&object, &portal);
    let gate = object.faults().hang_events();
    publish(&portal, 0);
    wait_until("1C hangs in the event", || object.event_counts().attempts > 2);
    portal.expire_tokens();
    assert!(matches!(call(&object), Value::String(_)));
    drop(gate);
    assert_eq!(next(&object).0["Event"], "Message");
    assert_eq!(next(&object).0["Event"], "Tokens");
}

#[test]
fn where_there_are_no_events_the_pair_is_received() {
    let portal = portal();
    let object = server_client_of(&portal);
    portal.expire_tokens();
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    let received = string(object.call("Получить", [30]).unwrap());
    let received: Json = serde_json::from_str(&received).unwrap();
    assert_eq!((&received["module_id"], &received["command"]), (&"vestnik".into(), &"tokens".into()));
    assert_eq!(pair(&received["params"].to_string()), pair_of(&portal));
}

#[test]
fn an_overflow_never_drops_the_pair() {
    let portal = portal();
    let object = server_client_of(&portal);
    object.set("РазмерОчереди", 1).unwrap();
    object.set("ПолитикаПереполнения", "УдалятьСтарые").unwrap();
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    portal.expire_tokens();
    assert!(matches!(call(&object), Value::String(_)));
    let last = (0..50).map(|number| publish(&portal, number)).last().unwrap();
    wait_until("all came", || {
        let statistics: Json = serde_json::from_str(&text(&object, "Статистика")).unwrap();
        statistics["messagesIn"] == 50
    });
    object.call("ОчиститьОчередь", ()).unwrap();
    publish(&portal, 50);
    let mut received = Vec::new();
    while let Value::String(text) = object.call("Получить", [0.2]).unwrap() {
        received.push(text);
    }
    assert!(received.iter().any(|text| text.contains(r#""command":"tokens""#)), "{received:?}");
    assert!(!received.contains(&last), "it was thrown away");
}

#[test]
fn a_dead_refresh_token_is_told_and_not_tried_again() {
    let portal = portal();
    let object = client_of(&portal);
    // Another user of the same pair renews it first.
    let other = client_of(&portal);
    portal.expire_tokens();
    listen_after_tokens(&other, &portal);
    portal.expire_tokens();
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    let failed = expect_state(&object, "Fail");
    assert_eq!(failed["Kind"], "Auth", "{failed}");
    let refreshes = portal.read_journal(|journal| journal.refreshes().count());
    assert_eq!(call(&object), Value::Empty);
    assert_eq!(portal.read_journal(|journal| journal.refreshes().count()), refreshes);
    // New tokens from 1C are used at once.
    let (access, refresh) = portal.tokens();
    let options = PortalOptions::default();
    let tokens = [access, refresh, options.client_id, options.client_secret];
    object.call("УстановитьТокены", tokens).unwrap();
    assert!(matches!(call(&object), Value::String(_)), "{}", text(&object, "ПоследняяОшибка"));
}

fn listen_after_tokens(object: &Object, portal: &Portal) {
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    assert_eq!(next(object).0["Event"], "Tokens");
    expect_open(object, "Start");
}

/// All that 1C or an administrator can read, over a session in which everything goes wrong.
#[test]
fn no_secret_is_seen_but_in_the_event_that_carries_it() {
    let portal =
        portal_with(PortalOptions { poll_time: Duration::from_millis(100), ..PortalOptions::default() });
    let object = client_of(&portal);
    let file = folder().join("Секреты.log");
    object.set("ФайлЖурнала", file.to_str().unwrap()).unwrap();
    object.set("УровеньЖурнала", "trace").unwrap();
    let mut secrets = vec![PortalOptions::default().client_secret];
    let mut note = |portal: &Portal| {
        let (access, refresh) = portal.tokens();
        secrets.extend([access, refresh, portal.shared_channel()]);
    };
    let mut errors = Vec::new();
    note(&portal);
    listen(&object, &portal);
    for fault in
        ["html=500", "redirect=http://localhost/?auth=1", "cut", "insufficient-scope", "error=400,SECRET"]
    {
        portal.set_rest_faults([fault.parse::<RestFault>().unwrap()]);
        assert_eq!(call(&object), Value::Empty);
        errors.push(text(&object, "ПоследняяОшибка"));
    }
    portal.set_rest_faults([]);
    portal.expire_tokens();
    assert!(matches!(call(&object), Value::String(_)));
    note(&portal);
    portal.set_oauth_faults(["html=502".parse::<RestFault>().unwrap(), RestFault::None]);
    portal.expire_tokens();
    assert_eq!(call(&object), Value::Empty);
    errors.push(text(&object, "ПоследняяОшибка"));
    portal.set_poll_faults(
        ["status=400", "reset", "status=502", "none"].map(|fault| fault.parse::<PollFault>().unwrap()),
    );
    portal.renew_channel(echo_server::Renewal::GetConfig);
    note(&portal);
    let last = publish(&portal, 0);
    let mut events: Vec<Event> = Vec::new();
    while events.last().is_none_or(|event| event.data != last) {
        events.push(object.next_event(PATIENCE).expect("the message comes"));
    }
    note(&portal);
    errors.push(text(&object, "ПоследняяОшибка"));
    object.done();
    let log = std::fs::read_to_string(&file).unwrap();
    assert!(log.lines().count() > 10, "{log}");
    events.retain(|event| !event.event.contains("\"Tokens\""));
    let told = events.iter().flat_map(|event| [&event.event, &event.data]);
    // Parts of a channel's id are as good as all of it to who knows where to look.
    for secret in secrets.iter().flat_map(|secret| [secret.as_str(), secret.split('.').next().unwrap()]) {
        assert!(!secret.is_empty() && !log.contains(secret), "in the log: {secret}");
        for text in errors.iter().chain(told.clone()) {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    portal.read_journal(|journal| {
        for request in journal.requests().filter(|request| !request.is_poll()) {
            let target = &request.head.target;
            assert!(!target.contains("auth") || target.starts_with("/oauth/token"), "{target}");
            assert!(!target.contains('?'), "{target}");
        }
    });
}

/// 1C stored the first pair, and gives it whenever it begins.
#[test]
fn a_pair_that_was_exchanged_long_ago_does_not_come_back() {
    let portal = portal();
    let (access, refresh) = portal.tokens();
    let object = super::connected(&portal);
    for round in 0..3 {
        portal.expire_tokens();
        assert_ne!(object.call("ВызватьМетод", ["event.get"]).unwrap(), native_api::Value::Empty, "{round}");
    }
    let options = PortalOptions::default();
    object.call("УстановитьТокены", [access, refresh, options.client_id, options.client_secret]).unwrap();
    let answer = object.call("ВызватьМетод", ["event.get"]).unwrap();
    assert_ne!(answer, native_api::Value::Empty, "{}", text(&object, "ПоследняяОшибка"));
}

/// A portal that repeats what it was asked with.
#[test]
fn a_token_that_the_portal_repeats_is_in_no_text() {
    let peer = Peer::start(|_, _| {
        let why = "The token access-secret was not found";
        Deed::Answer(401, json!({ "error": "invalid_token", "error_description": why }).to_string())
    });
    let object = bitrix();
    object.call("УстановитьТокены", ["access-secret"]).unwrap();
    object.set("Таймаут", 30).unwrap();
    assert_eq!(object.call("Подключиться", [peer.url()]).unwrap(), false.into());
    let error = text(&object, "ПоследняяОшибка");
    assert!(!error.contains("access-secret"), "{error}");
    let event = object.next_event(PATIENCE).unwrap();
    assert!(!event.event.contains("access-secret"), "{}", event.event);
}

/// The handler of an event calls with tokens that have expired, while the buffer of events is full.
#[test]
fn a_renewal_inside_of_an_event_does_not_wait_for_the_event() {
    let portal = portal();
    let object = client_of(&portal);
    let answered = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&answered);
    object.during_event(move |object, event| {
        if event.event.contains("CheckQueue") {
            *seen.lock().unwrap() = Some(object.call("ВызватьМетод", ["event.get"]).unwrap());
        }
    });
    portal.set_rest_faults([RestFault::None, RestFault::ExpiredToken, RestFault::None]);
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    expect_open(&object, "Start");
    assert_eq!(next(&object).0, json!({ "Event": "Tokens" }));
    assert_ne!(answered.lock().unwrap().take(), Some(native_api::Value::Empty));
}
