//! Tokens: where they may be, how they end, and how they are exchanged.

use std::time::Duration;

use echo_server::{Portal, PortalOptions, RestFault};
use serde_json::{Value, json};

use crate::client::{Answer, Client, access, start};

const METHOD: &str = "/rest/event.get";

fn refresh(portal: &Portal, refresh_token: &str) -> Answer {
    Client::new(portal).get(&refresh_target(refresh_token))
}

fn refresh_target(refresh_token: &str) -> String {
    format!(
        "/oauth/token/?grant_type=refresh_token&client_id=local.stand-in.00000001\
         &client_secret=stand-in-client-secret&refresh_token={refresh_token}"
    )
}

fn error(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json()["error"].clone())
}

#[test]
fn a_token_may_be_in_the_header_the_query_a_form_or_json_and_the_header_wins() {
    let portal = start();
    let token = access(&portal);
    let mut client = Client::new(&portal);
    let mut status = |method: &str, target: &str, headers: &str, body: &str| {
        client.send(method, target, headers, body);
        client.read().status
    };
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let json = "Content-Type: application/json\r\n";
    assert_eq!(status("GET", METHOD, &bearer, ""), 200);
    assert_eq!(status("GET", &format!("{METHOD}?auth={token}"), "", ""), 200);
    assert_eq!(status("GET", &format!("{METHOD}?access_token={token}"), "", ""), 200);
    assert_eq!(status("POST", METHOD, form, &format!("auth={token}")), 200);
    assert_eq!(status("POST", METHOD, json, &format!(r#"{{"auth":"{token}"}}"#)), 200);
    assert_eq!(status("GET", &format!("{METHOD}?auth=wrong"), &bearer, ""), 200);
    assert_eq!(status("GET", &format!("{METHOD}?auth={token}"), "Authorization: Bearer wrong\r\n", ""), 401);
    assert_eq!(error(&client.get(METHOD)), (401, json!("NO_AUTH_FOUND")));
    assert_eq!(error(&client.get(&format!("{METHOD}?auth=wrong"))), (401, json!("invalid_token")));
}

#[test]
fn a_token_that_has_expired_is_exchanged_for_a_new_pair_and_the_old_pair_is_dead() {
    let portal = start();
    let mut client = Client::new(&portal);
    let (old_access, old_refresh) = portal.tokens();
    portal.expire_tokens();
    assert_eq!(error(&client.call(&old_access, "event.get", &json!({}))), (401, json!("expired_token")));
    let answer = refresh(&portal, &old_refresh).json();
    let (new_access, new_refresh) = portal.tokens();
    assert_eq!(
        (&answer["access_token"], &answer["refresh_token"]),
        (&json!(new_access), &json!(new_refresh))
    );
    assert_eq!(answer["client_endpoint"], format!("{}/rest/", portal.url()));
    assert!(answer["expires_in"] == 3600 && answer["expires"].is_u64());
    assert_eq!(client.call(&new_access, "event.get", &json!({})).status, 200);
    assert_eq!(error(&client.call(&old_access, "event.get", &json!({}))), (401, json!("expired_token")));
    assert_eq!(error(&refresh(&portal, &old_refresh)), (400, json!("invalid_grant")));
    assert_eq!(portal.journal().refreshes().count(), 2);
}

#[test]
fn a_token_ends_by_time_and_by_use() {
    let options = PortalOptions { access_life: Duration::ZERO, ..PortalOptions::default() };
    let portal = Portal::start(options).unwrap();
    let answer = Client::new(&portal).call(&access(&portal), "event.get", &json!({}));
    assert_eq!(error(&answer), (401, json!("expired_token")));
    let portal = Portal::start(PortalOptions { access_uses: Some(2), ..PortalOptions::default() }).unwrap();
    let mut client = Client::new(&portal);
    let statuses = [1, 2, 3].map(|_| client.call(&access(&portal), "event.get", &json!({})).status);
    assert_eq!(statuses, [200, 200, 401]);
    assert_eq!(refresh(&portal, &portal.tokens().1).status, 200);
    assert_eq!(client.call(&access(&portal), "event.get", &json!({})).status, 200);
}

#[test]
fn requests_for_tokens_that_are_wrong_are_told_so() {
    let portal = start();
    let mut client = Client::new(&portal);
    let good = refresh_target(&portal.tokens().1);
    let wrong_client = client.get(&good.replace("stand-in-client-secret", "guessed"));
    assert_eq!(error(&wrong_client), (401, json!("invalid_client")));
    let wrong_grant = client.get(&good.replace("grant_type=refresh_token", "grant_type=password"));
    assert_eq!(error(&wrong_grant), (400, json!("invalid_request")));
    let (path, form) = good.split_once('?').unwrap();
    client.send("POST", path, "Content-Type: application/x-www-form-urlencoded\r\n", form);
    assert_eq!(client.read().status, 200);
}

#[test]
fn an_answer_that_is_cut_has_killed_the_old_refresh_token() {
    let portal = start();
    let (_, old) = portal.tokens();
    portal.set_oauth_faults([RestFault::Cut, RestFault::Html(502), RestFault::None]);
    let mut client = Client::new(&portal);
    client.send("GET", &refresh_target(&old), "", "");
    let (bytes, ended) = client.read_to_end();
    assert!(!bytes.is_empty() && ended.is_err());
    assert_eq!(refresh(&portal, &old).status, 502);
    assert_eq!(error(&refresh(&portal, &old)), (400, json!("invalid_grant")));
    assert_eq!(refresh(&portal, &portal.tokens().1).status, 200);
}
