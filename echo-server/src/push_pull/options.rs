//! What a portal is started with.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use crate::{certificate::Identity, push_pull::push_server::PushServer};

/// What a portal is started with: by default one without faults, over plain TCP, on a free port of 127.0.0.1, with
/// the times of the vendor's own server.
#[derive(Clone, Debug)]
pub struct PortalOptions {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What to show to clients over TLS; `None` for plain TCP.
    pub tls: Option<Identity>,
    /// The application's `client_id`.
    pub client_id: String,
    /// The application's `client_secret`.
    pub client_secret: String,
    /// How long an access token lives.
    pub access_life: Duration,
    /// How many calls an access token is good for; `None` for any number.
    pub access_uses: Option<u32>,
    /// What channel ids are signed with; if it is empty, they have no signature.
    pub signature_key: String,
    /// Which push server the portal has.
    pub push_server: PushServer,
    /// How long a configuration is good, and the JWT in it: 24 hours.
    pub configuration_life: Duration,
    /// How long a channel lives: 12 hours and 5 seconds.
    pub channel_life: Duration,
    /// How long a poll waits for a message before it is answered with 304: 40 s.
    pub poll_time: Duration,
    /// How long a connection is kept without a request: 5 s.
    pub keep_alive: Duration,
    /// How long messages on a WebSocket wait for others to travel with them: 400 ms. nginx-push-stream does not wait.
    pub batch_interval: Duration,
    /// How often a push server of version 5 sends the text `ping` on a WebSocket in JSON-RPC: 10 s; not zero.
    pub ping_interval: Duration,
    /// By how many seconds the portal's clock is ahead of the machine's; negative if it is behind.
    pub clock_ahead: i64,
    /// What the push server makes of `format=json`; nginx-push-stream ignores it in any case.
    pub json_format: JsonFormat,
    /// Whether bodies are compressed for who accepts gzip.
    pub gzip: bool,
    /// How the configuration is written.
    pub configuration: ConfigurationStyle,
    /// Offline events bound from the beginning: name of the event and connector.
    pub bindings: Vec<(String, String)>,
}

/// How the answer of `pull.application.config.get` is written: producers differ.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigurationStyle {
    /// Whether the address is in `long_polling_secure`, as older documents have it, or in `long_pooling_secure`, as the
    /// source misspells it.
    pub polling_spelled_right: bool,
    /// Where `clientId` is.
    pub client_id: ClientIdPlace,
    /// Whether dates are whole seconds since 1970, or ISO 8601.
    pub unix_dates: bool,
    /// Whether `publicChannels` is `false`, or an empty object.
    pub public_channels_false: bool,
    /// Whether the addresses of the push server hold a `?` and a parameter already.
    pub url_with_query: bool,
}

/// What the push server answers to a poll with `format=json`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum JsonFormat {
    /// Framed text, as measured.
    #[default]
    Ignored,
    /// An array of objects, as documented.
    Array,
    /// An array of objects, but one object alone without an array around it.
    BareObject,
}

/// Where `clientId` is in the configuration.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ClientIdPlace {
    /// Beside `server`, as the source has it for a push server in shared mode. The push server demands it.
    #[default]
    Top,
    /// Inside `server`, as older documents have it. The push server demands it.
    Server,
    /// Nowhere: the push server is the portal's own, and does not ask for it.
    Nowhere,
}

impl PortalOptions {
    /// Whether the push server is one of many portals, and clients have to tell it `clientId`.
    pub(super) fn wants_client_id(&self) -> bool {
        self.push_server != PushServer::NginxPushStream
            && self.configuration.client_id != ClientIdPlace::Nowhere
    }
}

impl Default for PortalOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            client_id: "local.stand-in.00000001".to_owned(),
            client_secret: "stand-in-client-secret".to_owned(),
            access_life: Duration::from_secs(3600),
            access_uses: None,
            signature_key: "stand-in-signature-key".to_owned(),
            push_server: PushServer::default(),
            configuration_life: Duration::from_secs(24 * 3600),
            channel_life: Duration::from_secs(12 * 3600 + 5),
            poll_time: Duration::from_secs(40),
            keep_alive: Duration::from_secs(5),
            batch_interval: Duration::from_millis(400),
            ping_interval: Duration::from_secs(10),
            clock_ahead: 0,
            json_format: JsonFormat::default(),
            gzip: false,
            configuration: ConfigurationStyle::default(),
            bindings: Vec::new(),
        }
    }
}

impl Default for ConfigurationStyle {
    /// As the source of the portal has it.
    fn default() -> Self {
        Self {
            polling_spelled_right: false,
            client_id: ClientIdPlace::Top,
            unix_dates: false,
            public_channels_false: false,
            url_with_query: false,
        }
    }
}
