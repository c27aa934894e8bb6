//! Long polling as version 4 of the vendor's server does it.

use std::{thread, time::Duration};

use echo_server::{Audience, ClientIdPlace, ConfigurationStyle, JsonFormat, Portal, PortalOptions};
use serde_json::json;

use crate::client::{
    Client, PATIENCE, SHORT, ZEROS, await_journal, await_waiting, impatient, push_from, push_target, start,
};

const LONG_AGO: &str = "Thu, 01 Jan 1973 11:11:01 GMT";

#[test]
fn a_message_reaches_all_who_wait() {
    let portal = start();
    let mut clients = [Client::new(&portal), Client::new(&portal)];
    for client in &mut clients {
        client.send("GET", &push_target(&portal), "", "");
    }
    await_waiting(&portal, 2);
    let mid = portal.publish(Audience::Shared, r#"{"command":"Ж"}"#);
    for client in &mut clients {
        let answer = client.read();
        assert_eq!(answer.mids(), [mid.as_str()]);
        assert!(
            answer.text().contains(r#","channel":"-","tag":""#)
                && answer.text().contains(r#""text":{"command":"Ж"}}"#)
        );
        assert_eq!(answer.header("content-type"), Some("text/plain"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("keep-alive"), Some("timeout=5"));
        assert_eq!(answer.chunks, 1);
    }
    assert_eq!(portal.journal().waiting, 0);
}

#[test]
fn without_a_mid_only_what_comes_meanwhile_is_given() {
    let portal = impatient();
    let mut client = Client::new(&portal);
    let nothing = client.get(&push_target(&portal));
    assert_eq!((nothing.status, nothing.header("last-message-id")), (304, Some("")));
    assert_eq!((nothing.header("expires"), nothing.body.len()), (Some(LONG_AGO), 0));
    assert_eq!(nothing.header("access-control-expose-headers"), Some("Last-Message-Id"));
    let mid = portal.publish(Audience::Shared, "{}");
    let missed = client.get(&push_target(&portal));
    assert_eq!((missed.status, missed.header("last-message-id")), (304, Some(mid.as_str())));
    for garbled in ["123", &format!("{}a", &ZEROS[1..]), &format!("{ZEROS}0")] {
        assert_eq!(client.get(&push_from(&portal, garbled)).status, 304, "{garbled}");
    }
    assert_eq!(client.get(&push_from(&portal, ZEROS)).mids(), [mid.as_str()]);
    let up_to_date = client.get(&push_from(&portal, &mid));
    assert_eq!((up_to_date.status, up_to_date.header("last-message-id")), (304, Some(mid.as_str())));
    let future = "9".repeat(26);
    let own = client.get(&push_from(&portal, &future));
    assert_eq!(own.header("last-message-id"), Some(future.as_str()));
}

#[test]
fn history_is_sorted_over_both_channels_and_what_is_on_both_comes_twice() {
    let portal = start();
    let first = portal.publish(Audience::Shared, "1");
    let second = portal.publish(Audience::Private, "\"two\"");
    let third = portal.publish(Audience::Both, "null");
    let fourth = portal.publish(Audience::Shared, "{}");
    let both = format!("{}%2F{}", portal.private_channel().replace(':', "%3A"), portal.shared_channel());
    let target = |channels: &str, mid: &str| {
        format!("/bitrix/sub/?clientId=local.stand-in.00000001&CHANNEL_ID={channels}&mid={mid}")
    };
    let mut client = Client::new(&portal);
    assert_eq!(client.get(&target(&both, ZEROS)).mids(), [&first, &second, &third, &third, &fourth]);
    assert_eq!(client.get(&target(&both, &second)).mids(), [&third, &third, &fourth]);
    assert_eq!(client.get(&push_from(&portal, ZEROS)).mids(), [&first, &third, &fourth]);
    let again = client.get(&push_from(&portal, &first));
    assert_eq!(again.mids(), [&third, &fourth], "the same old mid gives the same again");
    assert_eq!(portal.messages()[1], (second, "\"two\"".to_owned()));
}

#[test]
fn a_live_message_is_given_once_even_to_who_listens_to_both_channels() {
    let portal = start();
    let mut client = Client::new(&portal);
    let both = format!("{}/{}", portal.private_channel(), portal.shared_channel());
    client.send("GET", &push_target(&portal).replace(&portal.shared_channel(), &both), "", "");
    await_waiting(&portal, 1);
    let mid = portal.publish(Audience::Both, "[]");
    assert_eq!(client.read().mids(), [mid]);
}

#[test]
fn a_wrong_channel_is_refused_and_so_is_a_wrong_client() {
    let portal = start();
    let mut client = Client::new(&portal);
    let shared = portal.shared_channel();
    let good = push_target(&portal);
    for bad in
        ["", "garbled", &shared[..32], &format!("{}x", &shared[..72]), &format!("{shared}/{}", &shared[..32])]
    {
        let answer = client.get(&good.replace(&shared, bad));
        assert_eq!((answer.status, answer.text()), (400, "4010: Wrong Channel Id."), "{bad}");
    }
    assert_eq!(client.get("/bitrix/subws/").text(), "4010: Wrong Channel Id.");
    let no_client = good.split("&clientId").next().unwrap();
    assert_eq!(client.get(no_client).text(), "4036: Wrong Client Id.");
    let configuration =
        ConfigurationStyle { client_id: ClientIdPlace::Nowhere, ..ConfigurationStyle::default() };
    let options = PortalOptions {
        configuration,
        poll_time: SHORT,
        signature_key: String::new(),
        ..PortalOptions::default()
    };
    let own = Portal::start(options).unwrap();
    assert!(!own.push_url().contains("clientId") && own.shared_channel().len() == 32);
    assert_eq!(Client::new(&own).get(&push_target(&own)).status, 304);
}

#[test]
fn only_get_polls() {
    let portal = start();
    let mut client = Client::new(&portal);
    client.send("POST", &push_target(&portal), "", "x=1");
    assert_eq!(client.read().status, 404);
    client.send("OPTIONS", &push_target(&portal), "", "");
    assert_eq!((client.read().status, client.get("/elsewhere").status), (200, 404));
    assert_eq!(portal.journal().accepted, 1);
    let statuses: Vec<_> = portal.journal().polls().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(404), Some(200)]);
}

#[test]
fn json_is_given_where_it_is_honoured() {
    for json_format in [JsonFormat::Ignored, JsonFormat::Array, JsonFormat::BareObject] {
        let portal = Portal::start(PortalOptions { json_format, ..PortalOptions::default() }).unwrap();
        let mids = [portal.publish(Audience::Shared, "{}"), portal.publish(Audience::Shared, "{}")];
        let mut client = Client::new(&portal);
        let mut after = |mid: &str| client.get(&format!("{}&format=json", push_from(&portal, mid)));
        let (both, one) = (after(ZEROS), after(&mids[0]));
        if json_format == JsonFormat::Ignored {
            assert_eq!((both.mids(), one.mids()), (vec![&*mids[0], &*mids[1]], vec![&*mids[1]]));
            continue;
        }
        assert_eq!(both.header("content-type"), Some("application/json"));
        assert_eq!((&both.json()[0]["mid"], &both.json()[1]["id"]), (&json!(mids[0]), &json!(2)));
        let one = one.json();
        let object = if json_format == JsonFormat::Array { &one[0] } else { &one };
        assert_eq!(object["mid"], mids[1], "{one}");
    }
}

#[test]
fn a_long_history_comes_at_once() {
    // Publishing, or reading it, in quadratic time would outlast the client's patience.
    const MESSAGES: usize = 20_000;
    let portal = start();
    let mids: Vec<_> = (0..MESSAGES).map(|_| portal.publish(Audience::Shared, "{}")).collect();
    let mut client = Client::new(&portal);
    assert_eq!(client.get(&push_from(&portal, ZEROS)).mids(), mids);
    for given in (0..1_500).step_by(10) {
        let rest = &mids[MESSAGES - 1_500 + given..];
        assert_eq!(client.get(&push_from(&portal, &rest[0])).mids(), rest[1..]);
    }
}

#[test]
fn live_messages_are_not_filtered_by_mid() {
    let portal = start();
    let mut client = Client::new(&portal);
    client.send("GET", &push_from(&portal, &"9".repeat(26)), "", "");
    await_waiting(&portal, 1);
    let mid = portal.publish(Audience::Shared, "{}");
    assert_eq!(client.read().mids(), [mid]);
}

#[test]
fn bodies_are_compressed_for_who_accepts_it() {
    let portal = Portal::start(PortalOptions { gzip: true, ..PortalOptions::default() }).unwrap();
    portal.publish(Audience::Shared, "{}");
    let mut client = Client::new(&portal);
    assert_eq!(client.get(&push_from(&portal, ZEROS)).mids().len(), 1);
    client.send("GET", &push_from(&portal, ZEROS), "Accept-Encoding: deflate, gzip\r\n", "");
    let answer = client.read();
    assert_eq!((answer.header("content-encoding"), &answer.body[..2]), (Some("gzip"), &[0x1F, 0x8B][..]));
}

#[test]
fn a_connection_is_kept_for_a_while_and_closed_on_demand() {
    let options = PortalOptions { keep_alive: SHORT, ..PortalOptions::default() };
    let portal = Portal::start(options).unwrap();
    let mut client = Client::new(&portal);
    assert_eq!(client.get("/elsewhere").status, 404);
    let (bytes, ended) = client.read_to_end();
    assert!(bytes.is_empty() && ended.is_ok());
    let mut client = Client::new(&portal);
    client.send("GET", "/elsewhere", "Connection: close\r\n", "");
    let answer = client.read();
    assert_eq!((answer.header("connection"), answer.header("keep-alive")), (Some("close"), None));
    assert!(client.read_to_end().0.is_empty());
}

#[test]
fn a_poll_ends_with_its_client() {
    let portal = start();
    let mut client = Client::new(&portal);
    client.send("GET", &push_target(&portal), "", "");
    await_waiting(&portal, 1);
    drop(client);
    await_journal(&portal, |journal| journal.waiting == 0 && journal.connections == 0);
}

#[test]
fn numbers_jump_up_when_the_store_is_wiped() {
    let portal = start();
    let before = portal.publish(Audience::Shared, "1");
    portal.wipe_store();
    assert!(portal.messages().is_empty());
    let after = portal.publish(Audience::Shared, "2");
    assert!(after > before && after.ends_with("0000000000000001"));
    assert_eq!(Client::new(&portal).get(&push_from(&portal, &before)).mids(), [after]);
}

#[test]
fn a_restart_resets_all_and_keeps_what_is_stored() {
    let portal = start();
    let mid = portal.publish(Audience::Shared, "1");
    let mut client = Client::new(&portal);
    client.send("GET", &push_target(&portal), "", "");
    await_waiting(&portal, 1);
    portal.go_down();
    client.read_to_end().1.expect_err("a reset, not a clean end");
    let mut refused = Client::new(&portal);
    refused.read_to_end().1.expect_err("a reset, not a clean end");
    portal.restart();
    assert_eq!(Client::new(&portal).get(&push_from(&portal, ZEROS)).mids(), [mid]);
}

#[test]
fn dropping_the_portal_ends_its_polls() {
    let portal = start();
    let mut client = Client::new(&portal);
    client.send("GET", &push_target(&portal), "", "");
    await_waiting(&portal, 1);
    let dropping = thread::spawn(move || drop(portal));
    client.stream().set_read_timeout(Some(PATIENCE + Duration::from_secs(1))).unwrap();
    assert!(client.read_to_end().0.is_empty());
    dropping.join().unwrap();
}
