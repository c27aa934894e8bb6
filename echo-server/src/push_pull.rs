//! A stand-in for a Bitrix24 portal with its Push&Pull server, as its owner sees it: started, watched, steered and
//! stopped from synchronous code.

pub(crate) mod channels;
pub(crate) mod journal;
pub(crate) mod options;
pub(crate) mod poll_fault;
pub(crate) mod push_server;
pub(crate) mod rest_fault;
pub(crate) mod site;

mod clock;
mod configuration;
mod connection;
mod control;
mod format;
mod heartbeat;
mod jwt;
mod message;
mod oauth;
mod offline_methods;
mod offline_queue;
mod outcome;
mod parameters;
mod poll;
mod position;
mod request;
mod response;
mod rest;
mod rest_error;
mod signature;
mod store;
mod subscription;
mod web_socket;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use serde_json::json;

use crate::{
    acceptor::{accept_all, listen},
    push_pull::{
        channels::Renewal,
        journal::PortalJournal,
        options::PortalOptions,
        poll_fault::PollFault,
        push_server::PushServer,
        rest_fault::RestFault,
        site::{Audience, Site},
    },
    worker::Worker,
};

/// A running portal: REST methods with OAuth, the queue of offline events, and a push server, all at one address. Dropping it ends all its connections and its thread.
///
/// HTTP is written by hand, so that an answer can be cut after any byte.
///
/// # Panics
/// Dropping it panics when the portal has panicked, with the same message, so that the test that uses it fails; but
/// not on top of another panic.
pub struct Portal {
    address: SocketAddr,
    site: Arc<Site>,
    _worker: Worker,
}

impl Portal {
    /// Listens, and starts the thread `echo-portal`. Clients can connect once this returns.
    ///
    /// # Errors
    /// The address cannot be listened at, or the thread cannot be started.
    pub fn start(options: PortalOptions) -> io::Result<Self> {
        let mut started = None;
        let worker = Worker::start("echo-portal", |stop| {
            let listener = listen(options.listen)?;
            let address = listener.local_addr()?;
            let base = match &options.tls {
                Some(_) => format!("https://localhost:{}", address.port()),
                None if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
                None => format!("http://{address}"),
            };
            let site = Site::new(options, base);
            started = Some((address, Arc::clone(&site)));
            Ok(accept_all(listener, stop, move |stream, _| connection::run(Arc::clone(&site), stream)))
        })?;
        let (address, site) = started.expect("a worker starts only when it is prepared");
        Ok(Self { address, site, _worker: worker })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the portal and of its authorization server: `http://127.0.0.1:PORT`, or `https://localhost:PORT`,
    /// the name that the certificates hold.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.site.base
    }

    /// The address to poll for the shared channel in force, with `CHANNEL_ID` and, where it is demanded, `clientId`. Of
    /// version 5, it is that for both channels, with `token`.
    #[must_use]
    pub fn push_url(&self) -> String {
        let options = &self.site.options;
        let identity = match options.push_server {
            PushServer::NginxPushStream | PushServer::V4 => format!("CHANNEL_ID={}", self.shared_channel()),
            PushServer::V5 => format!("token={}", self.site.jwt(&self.site.records().channels)),
        };
        let url = format!("{}{}?{identity}", self.site.base, options.push_server.polling_path());
        match options.wants_client_id() {
            true => format!("{url}&clientId={}", options.client_id),
            false => url,
        }
    }

    /// The access token and the refresh token that were issued last.
    #[must_use]
    pub fn tokens(&self) -> (String, String) {
        self.site.records().oauth.pair()
    }

    /// The id of the shared channel in force, signed where the push server verifies it.
    #[must_use]
    pub fn shared_channel(&self) -> String {
        self.site.records().channels.shared.signed(&self.site.key)
    }

    /// The id of the private channel, signed where the push server verifies it.
    #[must_use]
    pub fn private_channel(&self) -> String {
        self.site.records().channels.private.signed(&self.site.key)
    }

    /// Publishes a JSON text, which is pasted into the frame as it is; its `mid`, which clients of nginx-push-stream do
    /// not get.
    pub fn publish(&self, audience: Audience, text: impl Into<String>) -> String {
        self.site.publish(audience, text.into(), None).to_string()
    }

    /// The same with a JSON object as `user_params`, which is beside the text in JSON-RPC, and nowhere else.
    pub fn publish_with_user_params(
        &self,
        audience: Audience,
        text: impl Into<String>,
        user_params: impl Into<String>,
    ) -> String {
        self.site.publish(audience, text.into(), Some(user_params.into())).to_string()
    }

    /// What the push server keeps, oldest first: `mid` and text.
    #[must_use]
    pub fn messages(&self) -> Vec<(String, String)> {
        let records = self.site.records();
        let kept = records.store.messages();
        kept.map(|message| (message.mid.to_string(), message.text.clone())).collect()
    }

    /// Lets an event happen to the object with this id: it is recorded for every connector that has bound it, and
    /// `event_offline` is published on the shared channel. How many connectors they are.
    pub fn raise_offline_event(&self, event: &str, id: u64) -> usize {
        self.site.raise(event, &json!({"FIELDS": {"ID": id}}))
    }

    /// How many offline events the queue holds, reserved or not.
    #[must_use]
    pub fn queue_length(&self) -> usize {
        self.site.records().queue.len()
    }

    /// Renews the shared channel: what is published from now on is on the new one, which clients learn only from the
    /// configuration.
    pub fn renew_channel(&self, renewal: Renewal) {
        self.site.renew(renewal);
    }

    /// Wipes the push server's store: history is lost, and the numbers of messages jump up.
    pub fn wipe_store(&self) {
        self.site.records().store.wipe(self.site.clock.seconds());
    }

    /// Makes all access tokens expire.
    pub fn expire_tokens(&self) {
        self.site.records().oauth.expire();
    }

    /// Resets every TCP connection, as a restart does that takes no time. What is stored is kept.
    pub fn restart(&self) {
        self.site.reset(false);
    }

    /// Resets every TCP connection, and new ones as soon as they are accepted, until [`Portal::restart`].
    pub fn go_down(&self) {
        self.site.reset(true);
    }

    /// From now on, polls and WebSocket handshakes get these faults in turn, and when there are no more the last stays;
    /// an empty list is no fault.
    pub fn set_poll_faults(&self, faults: impl Into<Vec<PollFault>>) {
        self.site.poll_faults.set(faults.into());
    }

    /// The same for calls of REST methods.
    pub fn set_rest_faults(&self, faults: impl Into<Vec<RestFault>>) {
        self.site.rest_faults.set(faults.into());
    }

    /// The same for requests for new tokens, for which the faults that are error answers of REST methods are `none`.
    pub fn set_oauth_faults(&self, faults: impl Into<Vec<RestFault>>) {
        self.site.oauth_faults.set(faults.into());
    }

    /// A copy of what the portal has seen so far.
    #[must_use]
    pub fn journal(&self) -> PortalJournal {
        self.site.journal.read(PortalJournal::clone)
    }

    /// Reads the journal in its place. The portal waits meanwhile; `read` must not call it.
    pub fn read_journal<T>(&self, read: impl FnOnce(&PortalJournal) -> T) -> T {
        self.site.journal.read(read)
    }

    /// Waits until the condition holds, at most so long; whether it holds. The condition is asked anew whenever the
    /// journal changes; it must not call the portal.
    #[must_use]
    pub fn wait_for(&self, at_most: Duration, condition: impl Fn(&PortalJournal) -> bool) -> bool {
        self.site.journal.wait_for(at_most, condition)
    }
}
