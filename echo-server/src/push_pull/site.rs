//! What all connections to a portal share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::push_pull::{
    channels::{Channels, Renewal},
    clock::Clock,
    journal::SharedPortalJournal,
    message::Mid,
    oauth::OAuth,
    offline_queue::{Binding, OfflineQueue},
    options::PortalOptions,
    poll_fault::PollFault,
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
            channels: Channels::new(now, options.channel_life.as_secs()),
            store: Store::new(now),
            queue,
        };
        Arc::new(Self {
            base,
            clock,
            key: SignatureKey(options.signature_key.clone()),
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

    pub(super) fn publish(&self, audience: Audience, text: String) -> Mid {
        let mut records = self.records();
        let (shared, private) = (records.channels.shared.id.clone(), records.channels.private.id.clone());
        let channels = match audience {
            Audience::Shared => vec![shared],
            Audience::Private => vec![private],
            Audience::Both => vec![private, shared],
        };
        records.store.publish(channels, text)
    }

    /// Renews the shared channel, and tells of it on the old.
    pub(super) fn renew(&self, renewal: Renewal) {
        let mut records = self.records();
        let now = self.clock.seconds();
        let (old, told) = records.channels.renew(renewal, &self.options.client_id, &self.key, now);
        if let Some(text) = told {
            records.store.publish(vec![old], self.with_extra(text).to_string());
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
            self.publish(Audience::Shared, self.with_extra(text).to_string());
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
