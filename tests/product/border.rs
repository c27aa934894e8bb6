//! The border: what comes from outside, be it from a server, a proxy or 1C, and must not do any harm. What else
//! shows that is listed in `docs/reliability.md`.

mod bombs;
mod injection;
mod keys;
mod log_files;
mod patterns;
mod peer;
mod redirects;
mod secrets;
mod strangers;

use echo_server::{Portal, PortalOptions};
use native_api_host::{Host, Object};

use crate::common::{self, ROM};

const WEBSOCKET: &str = "WebSocket";
const BITRIX: &str = "BitrixPull";

/// An object on a server of 1C, which waits for outcomes.
fn on_server(class: &str) -> Object {
    waiting(class, Host::server())
}

/// An object on a client that waits for outcomes all the same, and gets events.
fn on_client(class: &str) -> Object {
    waiting(class, Host::default())
}

fn waiting(class: &str, host: Host) -> Object {
    let object = common::library().create(class, host).unwrap();
    object.set("Таймаут", 30).unwrap();
    object
}

/// A `BitrixPull` with tokens that can be renewed at `auth_server`.
fn with_tokens(tokens: [&str; 4], auth_server: &str) -> Object {
    let object = on_server(BITRIX);
    object.call("УстановитьТокены", tokens).unwrap();
    object.set("СерверАвторизации", auth_server).unwrap();
    object
}

/// The same with the tokens of a portal, which has a reason to renew them.
fn with_expired_tokens_of(portal: &Portal, auth_server: &str) -> Object {
    let (access, refresh) = portal.tokens();
    let PortalOptions { client_id, client_secret, .. } = PortalOptions::default();
    portal.expire_tokens();
    with_tokens([&access, &refresh, &client_id, &client_secret], auth_server)
}

/// Tries to connect; what 1C is told when that fails.
#[track_caller]
fn refused(object: &Object, address: &str) -> String {
    assert_eq!(object.call("Подключиться", [address]).unwrap(), false.into(), "{address}");
    if object.class() == ROM { String::new() } else { common::text(object, "ПоследняяОшибка") }
}
