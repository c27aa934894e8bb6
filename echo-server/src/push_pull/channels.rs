//! The application's channels, and how they are renewed.

use serde_json::{Value, json};

use crate::push_pull::{
    clock::iso,
    signature::{SignatureKey, random_id},
};

/// How the push server's clients are told that a channel was renewed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Renewal {
    /// Not at all: who does not watch the channel's end hears nothing more.
    Silent,
    /// With `channel_expire` on the old channel and the action `get_config`.
    GetConfig,
    /// With `channel_expire` on the old channel and the action `reconnect`, and with a `new_channel` that is not the
    /// application's: a client that trusts it hears nothing more.
    Reconnect,
}

/// One channel.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) id: String,
    kind: Kind,
    pub(super) start: u64,
    pub(super) end: u64,
}

/// Whose channel it is.
#[derive(Clone, Debug)]
enum Kind {
    Shared,
    /// A user's, with the public id that others publish to; old push servers have none.
    Private(Option<String>),
}

impl Channel {
    fn new(kind: Kind, now: u64, life: u64) -> Self {
        Self { id: random_id(), kind, start: now, end: now + life }
    }

    /// The id as clients get it.
    pub(super) fn signed(&self, key: &SignatureKey) -> String {
        match &self.kind {
            Kind::Private(Some(public)) => key.sign(&format!("{}:{public}", self.id)),
            Kind::Private(None) | Kind::Shared => key.sign(&self.id),
        }
    }

    /// As it is in the configuration.
    pub(super) fn json(&self, key: &SignatureKey, unix_dates: bool) -> Value {
        let date = |seconds| if unix_dates { json!(seconds) } else { json!(iso(seconds)) };
        let mut value = json!({
            "id": self.signed(key),
            "start": date(self.start),
            "end": date(self.end),
            "type": "shared",
        });
        if let Kind::Private(public) = &self.kind {
            value["type"] = "private".into();
            value["public_id"] = public.as_ref().map_or_else(String::new, |public| key.sign(public)).into();
        }
        value
    }
}

/// The channels in force.
pub(super) struct Channels {
    pub(super) shared: Channel,
    pub(super) private: Channel,
    life: u64,
}

impl Channels {
    pub(super) fn new(now: u64, life: u64, has_public: bool) -> Self {
        let private = Kind::Private(has_public.then(random_id));
        Self {
            shared: Channel::new(Kind::Shared, now, life),
            private: Channel::new(private, now, life),
            life,
        }
    }

    /// Puts a new shared channel in the place of the old; the id of the old, and what is to be said on it.
    pub(super) fn renew(
        &mut self,
        renewal: Renewal,
        client_id: &str,
        key: &SignatureKey,
        now: u64,
    ) -> (String, Option<Value>) {
        let old = std::mem::replace(&mut self.shared, Channel::new(Kind::Shared, now, self.life));
        let mut params = json!({"channel": {"id": old.signed(key), "type": client_id}});
        match renewal {
            Renewal::Silent => return (old.id, None),
            Renewal::GetConfig => params["action"] = "get_config".into(),
            Renewal::Reconnect => {
                params["action"] = "reconnect".into();
                // The portal's own shared channel, with dates as numbers: so the source has it.
                params["new_channel"] = Channel::new(Kind::Shared, now, self.life).json(key, true);
            }
        }
        let text = json!({"module_id": "pull", "command": "channel_expire", "params": params});
        (old.id, Some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_channel_that_is_told_is_not_the_new_channel() {
        let key = SignatureKey("key".to_owned());
        let mut channels = Channels::new(1000, 10, true);
        let before = channels.shared.id.clone();
        let (old, told) = channels.renew(Renewal::Reconnect, "app", &key, 1005);
        assert_eq!(old, before);
        let new = &told.unwrap()["params"]["new_channel"];
        assert_ne!(new["id"], channels.shared.signed(&key));
        assert_eq!((new["start"].as_u64(), channels.shared.end), (Some(1005), 1015));
        assert_eq!(channels.renew(Renewal::Silent, "app", &key, 1006).1, None);
    }
}
