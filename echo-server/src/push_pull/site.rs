//! What all connections to a portal share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::push_pull::{
    channels::{Channels, Renewal},
    clock::Clock,
    journal::SharedPortalJournal,
    jwt::JwtKey,
    message::Mid,
    oauth::OAuth,
    offline_queue::{Binding, OfflineQueue},
    options::PortalOptions,
    poll_fault::PollFault,
    push_server::PushServer,
    rest_fault::RestFault,
    signature::SignatureKey,
    store::Store,
};
use crate::turns::Turns;

/// A portal without its connections.
pub(super) struct Site {
    pub(super) options: PortalOptions,
    /// The address without a path: `http://127.0.0.1:PORT`.
    pub(super) base: String,
    pub(super) clock: Clock,
    pub(super) key: SignatureKey,
    pub(super) jwt_key: JwtKey,
    pub(super) journal: SharedPortalJournal,
    pub(super) poll_faults: Turns<PollFault>,
    pub(super) rest_faults: Turns<RestFault>,
    pub(super) oauth_faults: Turns<RestFault>,
    pub(super) line: watch::Sender<Line>,
    records: Mutex<Records>,
}

/// Whether connections may live.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    /// A connection that began under another number is to be reset.
    pub(super) era: u64,
    /// New connections are reset too.
    pub(super) is_down: bool,
}

/// What changes as the portal lives.
pub(super) struct Records {
    pub(super) oauth: OAuth,
    pub(super) channels: Channels,
    pub(super) store: Store,
    pub(super) queue: OfflineQueue,
}

/// Which channels a message is published on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Audience {
    /// The application's shared channel, where offline events are.
    Shared,
    /// The channel of the user.
    Private,
    /// Both: who listens to both gets it twice from history.
    Both,
}

impl Site {
    pub(super) fn new(options: PortalOptions, base: String) -> Arc<Self> {
        let clock = Clock { ahead: options.clock_ahead };
        let now = clock.seconds();
        let mut queue = OfflineQueue::default();
        for (event, connector) in &options.bindings {
            queue.bind(Binding { event: event.to_uppercase(), connector: connector.clone() });
        }
        let records = Records {
            oauth: OAuth::new(options.access_life, options.access_uses, now),
            channels: Channels::new(
                now,
                options.channel_life.as_secs(),
                options.push_server.has_public_channels(),
            ),
            store: Store::new(now),
            queue,
        };
        let key = match options.push_server {
            // It could not verify them.
            PushServer::NginxPushStream => String::new(),
            PushServer::V4 | PushServer::V5 => options.signature_key.clone(),
        };
        Arc::new(Self {
            base,
            clock,
            key: SignatureKey(key),
            jwt_key: JwtKey::random(),
            journal: SharedPortalJournal::default(),
            poll_faults: Turns::new(Vec::new()),
            rest_faults: Turns::new(Vec::new()),
            oauth_faults: Turns::new(Vec::new()),
            line: watch::Sender::new(Line::default()),
            records: Mutex::new(records),
            options,
        })
    }

    /// Whoever panicked under the lock has told so by its panic.
    pub(super) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes a JSON text and, for JSON-RPC, the `user_params` beside it; the number of the message.
    pub(super) fn publish(&self, audience: Audience, text: String, user_params: Option<String>) -> Mid {
        let now = self.clock.seconds();
        let mut records = self.records();
        let (shared, private) = (records.channels.shared.id.clone(), records.channels.private.id.clone());
        let channels = match audience {
            Audience::Shared => vec![shared],
            Audience::Private => vec![private],
            Audience::Both if self.options.push_server == PushServer::NginxPushStream => {
                // It takes messages channel by channel.
                records.store.publish(now, vec![private], text.clone(), user_params.clone());
                vec![shared]
            }
            Audience::Both => vec![private, shared],
        };
        records.store.publish(now, channels, text, user_params)
    }

    /// A JWT for both channels, good as long as the configuration is.
    pub(super) fn jwt(&self, channels: &Channels) -> String {
        let ids = [channels.private.id.as_str(), &channels.shared.id];
        self.jwt_key.issue(&self.base, &ids, self.clock.seconds(), self.expires())
    }

    /// When a configuration that is given now expires, in seconds since 1970.
    pub(super) fn expires(&self) -> u64 {
        self.clock.seconds() + self.options.configuration_life.as_secs()
    }

    /// Renews the shared channel, and tells of it on the old.
    pub(super) fn renew(&self, renewal: Renewal) {
        let mut records = self.records();
        let now = self.clock.seconds();
        let (old, told) = records.channels.renew(renewal, &self.options.client_id, &self.key, now);
        if let Some(text) = told {
            records.store.publish(now, vec![old], self.with_extra(text).to_string(), None);
        }
    }

    /// Renews the shared channel if its time is over, as the portal does when it is asked for it.
    pub(super) fn renew_if_over(&self) {
        if self.records().channels.shared.end <= self.clock.seconds() {
            self.renew(Renewal::GetConfig);
        }
    }

    /// Records an offline event for all who bound it, and tells them on the shared channel; how many they are.
    pub(super) fn raise(&self, event: &str, data: &Value) -> usize {
        let connectors = self.records().queue.record(event, data, self.clock.seconds());
        if !connectors.is_empty() {
            let params: Vec<_> =
                connectors.iter().map(|connector| json!({"connector_id": connector, "count": 1})).collect();
            let text = json!({"module_id": "rest", "command": "event_offline", "params": params});
            self.publish(Audience::Shared, self.with_extra(text).to_string(), None);
        }
        connectors.len()
    }

    /// Resets all connections; while the line is down, new ones too.
    pub(super) fn reset(&self, is_down: bool) {
        self.line.send_modify(|line| *line = Line { era: line.era + 1, is_down });
    }

    fn with_extra(&self, mut text: Value) -> Value {
        let now = self.clock.now();
        text["extra"] = json!({
            "server_time": crate::push_pull::clock::iso(now.as_secs()),
            "server_time_unix": now.as_secs_f64(),
            "server_name": self.base.split("://").last(),
            "revision_web": 19,
            "revision_mobile": 3,
        });
        text
    }
}
