//! Class `BitrixPull`.

mod calls;
mod channels;
#[cfg(target_os = "linux")]
mod clock;
mod endings;
mod listener;
mod listening;
mod members;
mod memory;
mod misuse;
mod offline_events;
mod peer;
mod queue;
mod renewing;
mod soak;
mod sockets;
mod tokens;

use echo_server::Portal;
use native_api_host::{Host, Object};

use crate::common;

/// The name of the class under test.
const BITRIX: &str = "BitrixPull";

/// An object on a current thin client.
fn bitrix() -> Object {
    on(Host::default())
}

fn on(host: Host) -> Object {
    common::library().create(BITRIX, host).unwrap()
}

/// An object on a server of 1C that is connected to the portal.
#[track_caller]
fn connected(portal: &Portal) -> Object {
    let object = listener::server_client_of(portal);
    assert_eq!(object.call("Подключиться", [portal.url()]).unwrap(), true.into());
    object
}
