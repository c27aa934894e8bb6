//! A push server of version 5: JWT in the place of channels, and JSON-RPC for who asks for it.

use std::time::Duration;

use echo_server::{Audience, JsonFormat, Portal, PortalOptions, PushServer};
use openssl::base64::decode_block;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{Client, ZEROS, access, await_journal, push_from, push_target},
    socket::{connect, frames, read, read_close_code, refusal},
};

const TICK: Duration = Duration::from_millis(10);

fn with(options: PortalOptions) -> Portal {
    Portal::start(PortalOptions { push_server: PushServer::V5, ..options }).unwrap()
}

fn start() -> Portal {
    with(PortalOptions::default())
}

fn from_the_beginning() -> String {
    format!("&mid={ZEROS}&jsonRpc=true")
}

#[test]
fn the_configuration_has_a_token_for_both_channels() {
    let portal = start();
    let answer = Client::new(&portal).call(&access(&portal), "pull.application.config.get", &json!({}));
    let result = &answer.json()["result"];
    assert_eq!(result["server"]["version"], 5);
    let jwt = result["jwt"].as_str().unwrap();
    let claims = jwt.split('.').nth(1).unwrap().replace('-', "+").replace('_', "/");
    let padding = "=".repeat(claims.len().next_multiple_of(4) - claims.len());
    let claims: Value = serde_json::from_slice(&decode_block(&(claims + &padding)).unwrap()).unwrap();
    let id = |signed: String| signed[..32].to_owned();
    let both = format!("{},{}", id(portal.private_channel()), id(portal.shared_channel()));
    assert_eq!((&claims["chan"], &claims["exp"]), (&json!(both), &result["exp"]));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 24 * 3600);
    assert!(claims["iss"].is_string() && claims["sub"].is_string());
    assert_eq!(jwt.split('.').count(), 3);
}

#[test]
fn the_token_is_taken_and_nothing_else_is() {
    let portal = start();
    let mids = [portal.publish(Audience::Shared, "1"), portal.publish(Audience::Private, "2")];
    let mut client = Client::new(&portal);
    assert_eq!(client.get(&push_from(&portal, ZEROS)).mids(), mids);
    let good = push_target(&portal);
    let token = good.split(['=', '&']).nth(1).unwrap();
    let channel = format!("CHANNEL_ID={}", portal.shared_channel());
    for bad in [
        good.replace(token, ""),
        good.replace(token, "x.y.z"),
        good.replace(&format!("token={token}"), &channel),
    ] {
        let answer = client.get(&bad);
        assert_eq!((answer.status, answer.text()), (400, "4010: Wrong Channel Id."), "{bad}");
    }
    let expired = with(PortalOptions { configuration_life: Duration::ZERO, ..PortalOptions::default() });
    assert_eq!(Client::new(&expired).get(&push_target(&expired)).status, 400);
    assert_eq!(refusal(&expired, expired.push_url().replacen("http", "ws", 1) + "&jsonRpc=true"), 400);
}

#[test]
fn messages_are_requests_alone_or_in_an_array() {
    let portal = start();
    let text = r#"{"module_id":"rest","command":"event_offline","params":[],"extra":{}}"#;
    let first = portal.publish_with_user_params(Audience::Shared, text, r#"{"mine":1}"#);
    let request = |socket: &mut _| serde_json::from_str::<Value>(&read(socket)).unwrap();
    let mut socket = connect(&portal, &from_the_beginning()).unwrap();
    let body: Value = serde_json::from_str(text).unwrap();
    let params = json!({"mid": first, "body": body, "user_params": {"mine": 1}});
    let expected = json!({"jsonrpc": "2.0", "method": "incoming.message", "params": params, "id": 1});
    assert_eq!(request(&mut socket), expected);
    let second = portal.publish(Audience::Shared, "{}");
    let both = request(&mut connect(&portal, &from_the_beginning()).unwrap());
    assert_eq!((&both[0], &both[1]["params"]), (&expected, &json!({"mid": second, "body": {}})));
    let rest = request(&mut connect(&portal, &format!("&mid={first}&jsonRpc=true")).unwrap());
    assert_eq!(rest["params"]["mid"], second, "what was given, acknowledged or not, is history by mid");
    let framed = connect(&portal, &format!("&mid={ZEROS}")).map(|mut socket| read(&mut socket)).unwrap();
    assert_eq!(frames(&framed), 2);
}

#[test]
fn polls_get_the_same_text_if_they_ask_for_it() {
    let portal = with(PortalOptions { json_format: JsonFormat::Array, ..PortalOptions::default() });
    let first = portal.publish(Audience::Shared, "{}");
    let second = portal.publish(Audience::Shared, "null");
    let mut client = Client::new(&portal);
    let both = client.get(&format!("{}{}", push_target(&portal), from_the_beginning()));
    assert_eq!(both.header("content-type"), Some("application/json"));
    assert_eq!((both.json().as_array().unwrap().len(), &both.json()[0]["params"]["mid"]), (2, &json!(first)));
    let one = client.get(&format!("{}&jsonRpc=true", push_from(&portal, &first))).json();
    assert_eq!(one["params"], json!({"mid": second, "body": null}));
    assert_eq!(client.get(&format!("{}&format=json", push_from(&portal, &first))).json()[0]["mid"], second);
}

#[test]
fn who_answers_pings_stays_and_what_is_acknowledged_is_kept() {
    // A machine that stands still for as long as two pings take may need another attempt.
    let stays = [50, 1_000, 5_000].map(Duration::from_millis).into_iter().any(|ping_interval| {
        let portal = with(PortalOptions { ping_interval, ..PortalOptions::default() });
        let mut socket = connect(&portal, "&jsonRpc=true").unwrap();
        for _ in 0..4 {
            match socket.read().unwrap() {
                Message::Text(text) => assert_eq!(text, "ping"),
                _ => return false,
            }
            socket.send(Message::text("pong")).unwrap();
        }
        let mid = portal.publish(Audience::Shared, "{}");
        socket.send(Message::text(format!("mack:{mid}"))).unwrap();
        await_journal(&portal, |journal| journal.acknowledged().eq([mid.clone()]));
        let journal = portal.journal();
        journal.pongs >= 4 && journal.given_up == 0
    });
    assert!(stays);
}

#[test]
fn who_does_not_answer_two_pings_is_closed() {
    let portal = with(PortalOptions { ping_interval: TICK, ..PortalOptions::default() });
    let mut socket = connect(&portal, "&jsonRpc=true").unwrap();
    assert_eq!([read(&mut socket), read(&mut socket)], ["ping", "ping"]);
    assert_eq!(read_close_code(&mut socket), 1001);
    while socket.read().is_ok() {}
    await_journal(&portal, |journal| (journal.given_up, journal.connections) == (1, 0));
    let mut silent = connect(&portal, &format!("&mid={ZEROS}")).unwrap();
    portal.publish(Audience::Shared, "1");
    assert_eq!(frames(&read(&mut silent)), 1, "there are no pings without jsonRpc");
}
