//! A push server of version 2: nginx-push-stream, whose messages have no `mid`.

use echo_server::{Audience, Portal, PortalOptions, PushServer};
use serde_json::{Value, json};

use crate::{
    client::{Answer, Client, SHORT, access, await_waiting, push_target},
    socket::{connect, frames, read, refusal},
};

const LONG_AGO: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

fn start() -> Portal {
    let options = PortalOptions {
        push_server: PushServer::NginxPushStream,
        poll_time: SHORT,
        ..PortalOptions::default()
    };
    Portal::start(options).unwrap()
}

fn poll(portal: &Portal, headers: &str, more: &str) -> Answer {
    let mut client = Client::new(portal);
    client.send("GET", &format!("{}{more}", push_target(portal)), headers, "");
    client.read()
}

fn objects(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let frames = answer.text().split("#!NGINXNMS!#").skip(1);
    frames.map(|frame| serde_json::from_str(frame.strip_suffix("#!NGINXNME!#").unwrap()).unwrap()).collect()
}

fn texts(answer: &Answer) -> Vec<u64> {
    objects(answer).iter().map(|object| object["text"].as_u64().unwrap()).collect()
}

fn since(time: &str) -> String {
    format!("If-Modified-Since: {time}\r\n")
}

/// A portal with three messages of one second, and the HTTP date of that.
fn three_of_one_second() -> (Portal, String) {
    for _ in 0..20 {
        let portal = start();
        for text in ["1", "2", "3"] {
            portal.publish(Audience::Shared, text);
        }
        let objects = objects(&poll(&portal, &since(LONG_AGO), ""));
        if objects[0]["time"] == objects[2]["time"] {
            return (portal, objects[0]["time"].as_str().unwrap().to_owned());
        }
    }
    panic!("a new second came between three messages twenty times");
}

#[test]
fn the_configuration_is_that_of_an_old_portal_of_ones_own() {
    let portal = start();
    let answer = Client::new(&portal).call(&access(&portal), "pull.application.config.get", &json!({}));
    let result = &answer.json()["result"];
    let server = &result["server"];
    assert_eq!((&server["version"], &server["mode"]), (&json!(2), &json!("personal")));
    assert_eq!(server["long_pooling_secure"], format!("{}/bitrix/sub/", portal.url()));
    assert_eq!(server["websocket_secure"], format!("ws://{}/bitrix/subws/", portal.address()));
    assert_eq!((&result["publicChannels"], result.get("clientId")), (&json!(false), None));
    let private = &result["channels"]["private"];
    assert_eq!((&private["type"], &private["public_id"]), (&json!("private"), &json!("")));
    assert_eq!((portal.shared_channel().len(), portal.private_channel().len()), (32, 32));
}

#[test]
fn a_message_has_time_and_tag_of_its_publishing_and_no_mid() {
    let portal =
        Portal::start(PortalOptions { push_server: PushServer::NginxPushStream, ..PortalOptions::default() })
            .unwrap();
    let mut client = Client::new(&portal);
    client.send("GET", &push_target(&portal), "", "");
    await_waiting(&portal, 1);
    portal.publish(Audience::Shared, "7");
    let answer = client.read();
    let [object] = &objects(&answer)[..] else { panic!("{answer:?}") };
    let time = object["time"].as_str().unwrap();
    assert_eq!(object["channel"], portal.shared_channel());
    assert_eq!((object.get("mid"), &object["tag"], &object["eventid"]), (None, &json!("1"), &json!("")));
    assert_eq!((answer.header("last-modified"), answer.header("etag")), (Some(time), Some("W/1")));
    assert_eq!(answer.header("last-message-id"), None);
}

#[test]
fn polls_continue_by_time_and_by_the_tag_in_the_query() {
    let (portal, time) = three_of_one_second();
    assert_eq!(texts(&poll(&portal, &since(&time), "&tag=1")), [2, 3]);
    let encoded = format!("&time={}", time.replace(' ', "%20"));
    let rest = poll(&portal, "", &format!("{encoded}&tag=2"));
    assert_eq!((texts(&rest), rest.header("etag")), (vec![3], Some("W/3")));
    assert_eq!(rest.header("last-modified"), Some(time.as_str()));
    assert_eq!(texts(&poll(&portal, &since(&time), "&tag=0")), [1, 2, 3]);
    let if_none_match = format!("{}If-None-Match: W/1\r\n", since(&time));
    assert_eq!(poll(&portal, &if_none_match, "").status, 304, "the header with the tag is not looked at");
    assert_eq!(poll(&portal, &since(&time), "").status, 304, "without a tag the second is over");
    let plus = format!("&time={}&tag=1", time.replace(' ', "+"));
    assert_eq!(poll(&portal, "", &plus).status, 304, "a plus is no space");
    assert_eq!(poll(&portal, "", "").status, 304, "no history without a time");
}

#[test]
fn when_nothing_came_the_answer_tells_the_time_to_continue_from() {
    let portal = start();
    let nothing = poll(&portal, "", "");
    assert_eq!((nothing.status, nothing.header("etag")), (304, Some("W/0")));
    assert_eq!((nothing.header("content-length"), nothing.header("last-message-id")), (Some("0"), None));
    let time = nothing.header("last-modified").unwrap();
    portal.publish(Audience::Shared, "1");
    assert_eq!(texts(&poll(&portal, &since(time), "&tag=0")), [1]);
}

#[test]
fn a_message_for_both_channels_is_one_on_each() {
    let portal = start();
    portal.publish(Audience::Both, "1");
    let both = format!("{}%2F{}", portal.private_channel(), portal.shared_channel());
    let target = push_target(&portal).replace(&portal.shared_channel(), &both);
    let mut client = Client::new(&portal);
    client.send("GET", &target, &since(LONG_AGO), "");
    let objects = objects(&client.read());
    let channels = [&objects[0]["channel"], &objects[1]["channel"]];
    assert_eq!(channels, [&json!(portal.private_channel()), &json!(portal.shared_channel())]);
    assert_ne!([&objects[0]["time"], &objects[0]["tag"]], [&objects[1]["time"], &objects[1]["tag"]]);
}

#[test]
fn refusals_are_explained_in_a_header() {
    let portal = start();
    let mut client = Client::new(&portal);
    let mut explained = |target: &str| {
        let answer = client.get(target);
        assert_eq!((answer.status, answer.header("content-length")), (400, Some("0")), "{target}");
        answer.header("x-nginx-pushstream-explain").unwrap().to_owned()
    };
    assert_eq!(explained("/bitrix/sub/"), "No channel id provided.");
    assert_eq!(explained("/bitrix/sub/?CHANNEL_ID=/"), "No channel id provided.");
    let long = format!("/bitrix/sub/?CHANNEL_ID={}", "0".repeat(33));
    assert_eq!(explained(&long), "Channel id is too large.");
    portal.set_poll_faults(["status=400".parse().unwrap()]);
    assert_eq!(explained(&push_target(&portal)), "No channel id provided.");
    portal.set_poll_faults([]);
    client.send("POST", &push_target(&portal), "", "x=1");
    assert_eq!(client.read().status, 405);
    let url = format!("ws://{}/bitrix/subws/", portal.address());
    assert_eq!(refusal(&portal, url), 400);
}

#[test]
fn a_web_socket_takes_both_from_the_query_and_has_a_frame_in_a_message() {
    let (portal, time) = three_of_one_second();
    let mut socket = connect(&portal, &format!("&time={}&tag=1", time.replace(' ', "%20"))).unwrap();
    for text in ["2", "3"] {
        let frame = read(&mut socket);
        assert!(frames(&frame) == 1 && frame.contains(&format!("\"text\":{text}}}")), "{frame}");
    }
    portal.publish(Audience::Shared, "4");
    assert!(read(&mut socket).contains("\"text\":4}"));
}
