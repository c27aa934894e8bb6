//! The portal's answer that says where to listen: what is asked of the push server then is an address that the
//! transport takes, and says what it must.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::Url;
use vestnik::bitrix::clock::ServerClock;
use vestnik::bitrix::config::{Cursor, PullConfig};
use vestnik::bitrix::mid::Mid;
use vestnik::transport::address::{Address, LONGEST_URI};

const MID: &str = "17953026760000000000000001";
const TIME: &str = "Sat, 21 Nov 2026 23:11:16 GMT";
const CENTURY: Duration = Duration::from_secs(36_525 * 86_400);

/// The result of `pull.application.config.get`, or the address of a channel.
pub fn target(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for portal in ["https://portal.example", "http://portal.example/"] {
        let portal = Url::parse(portal).expect("an address");
        if let Ok(config) = PullConfig::read(&text, &portal) {
            check(&config);
            let now = UNIX_EPOCH + CENTURY;
            for server in [now, UNIX_EPOCH, now + CENTURY] {
                assert!(config.renew_at(&ServerClock::new(server, now)) > Some(now), "asked again and again");
            }
        }
    }
    if let Ok(address) = Url::parse(&text)
        && let Some(config) = PullConfig::direct(&address)
    {
        check(&config);
        assert_eq!(config.renew_at(&ServerClock::new(SystemTime::UNIX_EPOCH, UNIX_EPOCH)), None);
    }
}

fn check(config: &PullConfig) {
    assert!(config.is_same_place(config) && !config.host().is_empty());
    let mid = Mid::parse(MID).expect("26 digits");
    for (cursor, told) in [
        (Cursor::Mid(mid), &[("mid", MID)][..]),
        (Cursor::Time { time: TIME, tag: "5&" }, &[("time", TIME), ("tag", "5&")]),
        (Cursor::Nothing, &[]),
    ] {
        let poll = config.poll_url(cursor);
        check_address(&poll, told, Address::parse_http(poll.as_str()).is_ok());
        if let Some(socket) = config.websocket_url(cursor) {
            check_address(&socket, told, Address::parse(socket.as_str()).is_ok());
        }
    }
}

fn check_address(address: &Url, told: &[(&str, &str)], taken: bool) {
    assert!(taken || address.as_str().len() > LONGEST_URI, "{address}");
    for (wanted, value) in told {
        let is_told = address.query_pairs().any(|(name, told)| name == *wanted && told == *value);
        assert!(is_told, "{address} lacks {wanted}");
    }
    assert!(address.query_pairs().any(|(name, _)| name == "revision"), "{address}");
}
