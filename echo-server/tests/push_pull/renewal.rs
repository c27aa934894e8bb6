//! A new channel in the place of the old.

use echo_server::{Audience, Portal, Renewal};
use serde_json::{Value, json};

use crate::client::{Client, ZEROS, access, await_waiting, impatient, push_from, push_target, start};

/// The text of the only message on the old channel.
fn told(portal: &Portal) -> Value {
    let [(_, text)] = &portal.messages()[..] else { panic!("{:?}", portal.messages()) };
    serde_json::from_str(text).unwrap()
}

#[test]
fn who_waits_is_told_on_the_old_channel() {
    let portal = start();
    let old = portal.shared_channel();
    let mut client = Client::new(&portal);
    client.send("GET", &push_target(&portal), "", "");
    await_waiting(&portal, 1);
    portal.renew_channel(Renewal::GetConfig);
    assert_eq!(client.read().mids().len(), 1);
    let text = told(&portal);
    assert_eq!((&text["module_id"], &text["command"]), (&json!("pull"), &json!("channel_expire")));
    assert_eq!((&text["params"]["action"], text["params"].get("new_channel")), (&json!("get_config"), None));
    assert_eq!(text["params"]["channel"], json!({"id": old, "type": "local.stand-in.00000001"}));
    assert!(text["extra"]["server_time_unix"].is_f64());
}

#[test]
fn the_new_channel_that_is_told_leads_nowhere() {
    let portal = impatient();
    let target = push_target(&portal);
    let old = portal.shared_channel();
    portal.renew_channel(Renewal::Reconnect);
    let text = told(&portal);
    let foreign = text["params"]["new_channel"]["id"].as_str().unwrap();
    assert!(text["params"]["action"] == "reconnect" && text["params"]["new_channel"]["start"].is_u64());
    assert!(foreign != old && foreign != portal.shared_channel());
    portal.publish(Audience::Shared, "1");
    let from_the_beginning = format!("{}&mid={ZEROS}", target.replace(&old, foreign));
    assert_eq!(Client::new(&portal).get(&from_the_beginning).status, 304, "it is well signed, and empty");
}

#[test]
fn what_is_published_before_anybody_knows_the_new_channel_comes_with_the_old_mid_only() {
    let portal = impatient();
    let before = portal.publish(Audience::Shared, "\"before\"");
    let old = push_target(&portal);
    portal.renew_channel(Renewal::Silent);
    let trigger = portal.publish(Audience::Shared, "\"the trigger\"");
    let mut client = Client::new(&portal);
    assert_eq!(
        client.get(&format!("{old}&mid={before}")).status,
        304,
        "the old channel is accepted, and silent"
    );
    let answer = client.call(&access(&portal), "pull.application.config.get", &json!({}));
    assert_eq!(answer.json()["result"]["channels"]["shared"]["id"], portal.shared_channel());
    assert_eq!(client.get(&push_target(&portal)).status, 304);
    assert_eq!(client.get(&push_from(&portal, &before)).mids(), [trigger]);
}
