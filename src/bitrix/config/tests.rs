use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use super::*;

const CHANNEL: &str = "0123456789abcdef0123456789abcdef.0123456789012345678901234567890123456789";

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn portal() -> Url {
    Url::parse("https://my.bitrix24.ru").unwrap()
}

/// The answer of a cloud portal.
fn cloud() -> Value {
    json!({
        "server": {
            "version": 4, "server_enabled": true, "mode": "shared", "hostname": "my.bitrix24.ru",
            "long_polling": "http://rtc-cloud.bitrix24.tech/sub2/",
            "long_pooling_secure": "https://rtc-cloud.bitrix24.tech/sub2/",
            "websocket_enabled": true, "websocket": "ws://rtc-cloud.bitrix24.tech/subws2/",
            "websocket_secure": "wss://rtc-cloud.bitrix24.tech/subws2/", "config_timestamp": 0,
        },
        "api": {"revision_web": 19, "revision_mobile": 3},
        "channels": {
            "shared": {"id": CHANNEL, "start": "2026-11-21T23:11:16+00:00", "end": "2026-11-22T11:11:21+00:00",
                "type": "shared"},
            "private": {"id": "PRIV:PUB.SIG", "public_id": "PUB", "start": 1, "end": 2, "type": "private"},
        },
        "publicChannels": {"1": {"user_id": "1", "public_id": "PUB"}},
        "clientId": "client", "exp": 1_795_389_076,
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut answer = cloud();
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = answer.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => drop(parent.remove(name)),
        value => drop(parent.insert(name.to_owned(), value)),
    }
    answer
}

fn read(answer: &Value) -> PullConfig {
    PullConfig::read(&answer.to_string(), &portal()).unwrap()
}

fn poll(config: &PullConfig) -> String {
    config.poll_url(Cursor::Mid(Mid::ZERO)).into()
}

#[test]
fn a_cloud_answer_becomes_a_poll() {
    let config = read(&cloud());
    assert_eq!(
        poll(&config),
        format!(
            "https://rtc-cloud.bitrix24.tech/sub2/?CHANNEL_ID={CHANNEL}&clientId=client\
             &mid=00000000000000000000000000&revision=19&format=json"
        )
    );
    assert_eq!(
        config.websocket_url(Cursor::Nothing).unwrap().as_str(),
        format!("wss://rtc-cloud.bitrix24.tech/subws2/?CHANNEL_ID={CHANNEL}&clientId=client&revision=19")
    );
    assert!(config.has_mids() && config.version() == 4);
}

#[test]
fn every_spelling_of_the_address_is_read() {
    let mut answer = with("/server/long_pooling_secure", Value::Null);
    assert!(poll(&read(&answer)).starts_with("http://rtc-cloud.bitrix24.tech/sub2/?"));
    answer["server"]["long_polling_secure"] = "https://other/sub/".into();
    assert!(poll(&read(&answer)).starts_with("https://other/sub/?"));
    answer["server"]["long_pooling_secure"] = "".into();
    assert!(poll(&read(&answer)).starts_with("https://other/sub/?"));
}

#[test]
fn a_portal_without_tls_gets_the_address_without_tls() {
    let config = PullConfig::read(&cloud().to_string(), &Url::parse("http://box.local").unwrap()).unwrap();
    assert!(poll(&config).starts_with("http://rtc-cloud"));
    assert_eq!(config.websocket_url(Cursor::Nothing).unwrap().scheme(), "ws");
}

#[test]
fn addresses_may_be_relative_and_hold_a_query() {
    for (found, expected) in [
        ("/bitrix/sub/", "https://my.bitrix24.ru/bitrix/sub/?CHANNEL_ID="),
        ("//rtc/sub/", "https://rtc/sub/?CHANNEL_ID="),
        ("https://rtc/sub/?a=1", "https://rtc/sub/?a=1&CHANNEL_ID="),
        ("https://rtc/sub/?a=1&", "https://rtc/sub/?a=1&CHANNEL_ID="),
        ("https://rtc/sub/?", "https://rtc/sub/?CHANNEL_ID="),
        ("https://rtc//sub/#x", "https://rtc//sub/?CHANNEL_ID="),
    ] {
        let url = poll(&read(&with("/server/long_pooling_secure", found.into())));
        assert!(url.starts_with(expected), "{url}");
    }
}

#[test]
fn the_client_id_may_be_inside_of_server() {
    let mut answer = with("/clientId", Value::Null);
    assert!(!poll(&read(&answer)).contains("clientId"));
    answer["server"]["clientId"] = "c d&e+".into();
    assert!(poll(&read(&answer)).contains("&clientId=c%20d%26e%2B&"));
}

#[test]
fn a_jwt_stands_in_the_place_of_the_channel() {
    let mut answer = with("/jwt", "head.body_-.sign".into());
    answer["server"]["version"] = 5.into();
    answer["channels"] = json!([]);
    let config = read(&answer);
    let url = poll(&config);
    assert!(url.contains("?token=head.body_-.sign&clientId=") && !url.contains("CHANNEL_ID"), "{url}");
    assert!(config.websocket_url(Cursor::Nothing).unwrap().as_str().ends_with("&jsonRpc=true"));
}

#[test]
fn old_servers_continue_by_time_and_tag() {
    let mut answer = with("/server/version", "2".into());
    answer["publicChannels"] = false.into();
    let config = read(&answer);
    assert!(!config.has_mids());
    let cursor = Cursor::Time { time: "Sat, 21 Nov 2026 23:11:16 GMT", tag: "5" };
    let url = String::from(config.poll_url(cursor));
    assert!(url.ends_with("&tag=5&time=Sat%2C%2021%20Nov%202026%2023:11:16%20GMT&revision=19"), "{url}");
}

#[test]
fn a_channel_with_colon_and_slash_stays_readable() {
    let url = poll(&read(&with("/channels/shared/id", "P:Q.s/S.s".into())));
    assert!(url.contains("CHANNEL_ID=P:Q.s/S.s&"), "{url}");
}

#[test]
fn a_websocket_may_be_absent() {
    assert_eq!(read(&with("/server/websocket_enabled", false.into())).websocket_url(Cursor::Nothing), None);
    assert_eq!(
        read(&with("/server/websocket_secure", "ftp://x/".into())).websocket_url(Cursor::Nothing),
        None
    );
}

#[test]
fn what_is_missing_is_told_and_no_secret_is() {
    for (answer, expected) in [
        (json!([]), "result"),
        (with("/server", Value::Null), "server"),
        (with("/server/server_enabled", false.into()), "switched off"),
        (with("/channels/shared/id", "".into()), "channels.shared.id"),
        (with("/channels", false.into()), "channels.shared.id"),
        (with("/server/long_pooling_secure", "ftp://host/".into()), "long_pooling_secure"),
        (with("/server/long_pooling_secure", "https://".into()), "long_pooling_secure"),
    ] {
        let why = PullConfig::read(&answer.to_string(), &portal()).unwrap_err();
        assert!(why.en.contains(expected), "{}", why.en);
        assert!(!why.en.contains(CHANNEL) && !why.ru.contains(CHANNEL));
    }
    assert!(PullConfig::read("<html>", &portal()).is_err());
    assert!(!format!("{:?}", read(&cloud())).contains(CHANNEL));
}

#[test]
fn it_is_renewed_after_the_end_by_the_portals_clock() {
    let end = 1_795_345_881;
    let ours_is_an_hour_behind = ServerClock::new(at(end - 40_000), at(end - 43_600));
    let renewal = |answer: &Value, clock| read(answer).renew_at(clock).unwrap();
    assert_eq!(renewal(&cloud(), &ours_is_an_hour_behind), at(end - 3600 + 6));
    let as_number = with("/channels/shared/end", end.into());
    assert_eq!(renewal(&as_number, &ours_is_an_hour_behind), at(end - 3600 + 6));
    let expires_first = with("/exp", (end - 100).into());
    assert_eq!(renewal(&expires_first, &ours_is_an_hour_behind), at(end - 3600 - 100));
    let unknown = with("/channels/shared/end", "soon".into());
    assert_eq!(renewal(&unknown, &ServerClock::new(at(1000), at(1000))), at(1000 + 43_205 + 6));
}

#[test]
fn an_end_in_the_past_does_not_ask_all_the_time() {
    let now = at(1_795_389_076);
    assert_eq!(read(&cloud()).renew_at(&ServerClock::new(now, now)), Some(now + LEAST_LIFE));
}

#[test]
fn an_address_may_name_the_channel_itself() {
    let direct = |address: &str| PullConfig::direct(&Url::parse(address).unwrap());
    let config = direct("https://rtc/sub/?CHANNEL_ID=a.b&clientId=c&mid=123&format=json#x").unwrap();
    assert_eq!(
        poll(&config),
        "https://rtc/sub/?CHANNEL_ID=a.b&clientId=c&mid=00000000000000000000000000&revision=19&format=json"
    );
    assert_eq!(
        config.websocket_url(Cursor::Nothing).unwrap().as_str(),
        "wss://rtc/sub/?CHANNEL_ID=a.b&clientId=c&revision=19"
    );
    assert_eq!(config.renew_at(&ServerClock::new(at(1), at(1))), None);
    assert!(
        poll(&direct("ws://rtc:8010/?CHANNEL_ID=a").unwrap()).starts_with("http://rtc:8010/?CHANNEL_ID=a&")
    );
    assert_eq!(direct("https://my.bitrix24.ru"), None);
    assert_eq!(direct("ftp://rtc/?CHANNEL_ID=a"), None);
}

#[test]
fn the_same_place_is_recognised() {
    let config = read(&cloud());
    assert!(config.is_same_place(&read(&with("/exp", 1.into()))));
    assert!(!config.is_same_place(&read(&with("/channels/shared/id", "new".into()))));
}
