//! `pull.application.config.get`, in all its spellings.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use echo_server::{ClientIdPlace, ConfigurationStyle, Portal, PortalOptions};
use serde_json::{Value, json};

use crate::client::{Client, SHORT, access, start};

fn configuration(portal: &Portal) -> Value {
    let answer =
        Client::new(portal).call(&access(portal), "pull.application.config.get.json", &json!({"CACHE": "N"}));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn styled(configuration: ConfigurationStyle) -> Portal {
    Portal::start(PortalOptions { configuration, poll_time: SHORT, ..PortalOptions::default() }).unwrap()
}

#[test]
fn it_is_written_as_the_source_has_it() {
    let portal = start();
    let answer = configuration(&portal);
    let result = &answer["result"];
    let server = &result["server"];
    assert_eq!((server["version"].as_u64(), server["mode"].as_str()), (Some(4), Some("shared")));
    assert_eq!(server["long_pooling_secure"], format!("{}/bitrix/subws/", portal.url()));
    assert_eq!(server["websocket_secure"], format!("ws://{}/bitrix/subws/", portal.address()));
    assert!(server.get("long_polling_secure").is_none());
    assert_eq!(result["clientId"], "local.stand-in.00000001");
    assert_eq!(result["channels"]["shared"]["id"], portal.shared_channel());
    assert_eq!(result["channels"]["private"]["id"], portal.private_channel());
    assert!(result["channels"]["shared"].get("public_id").is_none());
    let end = result["channels"]["shared"]["end"].as_str().unwrap();
    assert!(end.len() == 25 && end.ends_with("+03:00"), "{end}");
    assert!(answer["time"]["date_finish"].is_string() && result["publicChannels"].is_object());
}

#[test]
fn other_producers_write_otherwise() {
    let portal = styled(ConfigurationStyle {
        polling_spelled_right: true,
        client_id: ClientIdPlace::Server,
        unix_dates: true,
        public_channels_false: true,
        url_with_query: true,
    });
    let result = &configuration(&portal)["result"];
    let server = &result["server"];
    let url = server["long_polling_secure"].as_str().unwrap();
    assert!(url.ends_with("/bitrix/subws/?place=stand-in") && server.get("long_pooling_secure").is_none());
    assert_eq!((&result["clientId"], &server["clientId"]), (&Value::Null, &json!("local.stand-in.00000001")));
    assert_eq!(result["publicChannels"], false);
    let shared = &result["channels"]["shared"];
    assert_eq!(shared["end"].as_u64().unwrap() - shared["start"].as_u64().unwrap(), 43_205);
    let target = format!(
        "{}&CHANNEL_ID={}&clientId=local.stand-in.00000001",
        url.strip_prefix(portal.url()).unwrap(),
        shared["id"].as_str().unwrap()
    );
    assert_eq!(Client::new(&portal).get(&target).status, 304);
}

#[test]
fn a_push_server_of_the_portals_own_knows_no_client_id() {
    let portal =
        styled(ConfigurationStyle { client_id: ClientIdPlace::Nowhere, ..ConfigurationStyle::default() });
    let result = &configuration(&portal)["result"];
    assert_eq!((result["server"]["mode"].as_str(), result.get("clientId")), (Some("personal"), None));
}

#[test]
fn the_portals_clock_is_its_own() {
    let ahead = 86_400;
    let configuration_style = ConfigurationStyle { unix_dates: true, ..ConfigurationStyle::default() };
    let options =
        PortalOptions { clock_ahead: ahead, configuration: configuration_style, ..PortalOptions::default() };
    let portal = Portal::start(options).unwrap();
    let start = configuration(&portal)["result"]["channels"]["shared"]["start"].as_u64().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    assert!(Duration::from_secs(start) > now + Duration::from_secs(80_000));
}

#[test]
fn a_channel_is_renewed_when_it_is_asked_for_after_its_end() {
    let life = Duration::from_secs(12 * 3600 + 5);
    let long = Portal::start(PortalOptions { channel_life: life, ..PortalOptions::default() }).unwrap();
    let short =
        Portal::start(PortalOptions { channel_life: Duration::ZERO, ..PortalOptions::default() }).unwrap();
    for (portal, renews) in [(long, false), (short, true)] {
        let before = portal.shared_channel();
        let answer = configuration(&portal);
        assert_eq!(answer["result"]["channels"]["shared"]["id"] != before, renews);
        assert_eq!(portal.messages().len(), usize::from(renews));
    }
}

#[test]
fn methods_that_do_not_exist_and_webhooks_are_refused() {
    let portal = start();
    let mut client = Client::new(&portal);
    let unknown = client.call(&access(&portal), "no.such.method", &json!({}));
    assert_eq!((unknown.status, &unknown.json()["error"]), (404, &json!("ERROR_METHOD_NOT_FOUND")));
    let webhook = client.get("/rest/1/secret/pull.application.config.get");
    assert_eq!((webhook.status, &webhook.json()["error"]), (403, &json!("WRONG_AUTH_TYPE")));
}
