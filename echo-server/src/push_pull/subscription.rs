//! What a poll or a WebSocket subscribes to.

use std::sync::Arc;

use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::push_pull::{
    clock::http_date,
    format::Format,
    message::{Message, Mid},
    poll_fault::PollFault,
    position::Position,
    push_server::PushServer,
    request::Asked,
    response::Response,
    site::Site,
    store::is_on,
};

/// What official clients look for beside `Last-Message-Id`.
const LONG_AGO: &str = "Thu, 01 Jan 1973 11:11:01 GMT";
/// The ids of channels without a signature have 32 digits.
const LONGEST_CHANNEL: usize = 32;

/// What a client asks for, and what there is for it already.
pub(super) struct Subscription {
    channels: Vec<String>,
    live: Receiver<Arc<Message>>,
    /// What is to be given at once.
    pub(super) history: Vec<Arc<Message>>,
    pub(super) format: Format,
    /// What a 304 tells: the `mid` that was given, or the last that the channels hold.
    last: Option<Mid>,
}

impl Subscription {
    /// What the request asks for, or what refuses it.
    pub(super) fn new(site: &Site, asked: &Asked, fault: &PollFault) -> Result<Self, Response> {
        let channels = channels(site, asked)?;
        let position = Position::asked(asked, site.options.push_server);
        let store = &site.records().store;
        let last = store.last(&channels);
        let history = match (fault, position) {
            (PollFault::Repeat, _) => last.iter().map(Arc::clone).collect(),
            (_, Some(position)) => store.history(position, &channels),
            (_, None) => Vec::new(),
        };
        let last = match position {
            Some(Position::Mid(mid)) => Some(mid),
            _ => last.map(|message| message.mid),
        };
        let format = Format::asked(asked, &site.options);
        Ok(Self { live: store.subscribe(), channels, history, format, last })
    }

    /// The next message on one of the channels.
    pub(super) async fn next(&mut self) -> Arc<Message> {
        loop {
            match self.live.recv().await {
                Ok(message) if is_on(&message, &self.channels) => return message,
                // The sender lives as long as the site does; who lags reads on where it can.
                Ok(_) | Err(RecvError::Lagged(_) | RecvError::Closed) => {}
            }
        }
    }

    /// The answer to a poll that has waited long enough.
    pub(super) fn nothing_new(&self, site: &Site) -> Response {
        let response = Response::empty(304);
        match site.options.push_server {
            PushServer::NginxPushStream => response
                .with("Last-Modified", http_date(site.clock.seconds()))
                .with("Etag", "W/0")
                .with("Content-Length", "0"),
            PushServer::V4 | PushServer::V5 => response
                .with("Last-Message-Id", self.last.map_or_else(String::new, |mid| mid.to_string()))
                .with("Expires", LONG_AGO)
                .with("Access-Control-Expose-Headers", "Last-Message-Id"),
        }
    }
}

/// What tells a client that its channel is wrong, or that there is none.
pub(super) fn wrong_channel(server: PushServer) -> Response {
    match server {
        PushServer::NginxPushStream => nginx_refusal("No channel id provided."),
        PushServer::V4 | PushServer::V5 => refusal("4010: Wrong Channel Id."),
    }
}

/// The channels of the request, if it may listen to them.
fn channels(site: &Site, asked: &Asked) -> Result<Vec<String>, Response> {
    let server = site.options.push_server;
    let parameters = asked.parameters();
    let text = |name| parameters.text(name).unwrap_or_default();
    let verified = match server {
        PushServer::NginxPushStream => return nginx_channels(asked),
        PushServer::V4 => site.key.verify(&text("channel_id")),
        PushServer::V5 => site.jwt_key.channels(&text("token"), site.clock.seconds()),
    };
    let channels = verified.ok_or_else(|| wrong_channel(server))?;
    if site.options.wants_client_id() && text("clientid") != site.options.client_id {
        return Err(refusal("4036: Wrong Client Id."));
    }
    Ok(channels)
}

/// nginx takes any id.
fn nginx_channels(asked: &Asked) -> Result<Vec<String>, Response> {
    let list = asked.argument("CHANNEL_ID").unwrap_or_default();
    let channels: Vec<_> = list.split('/').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if channels.is_empty() {
        return Err(wrong_channel(PushServer::NginxPushStream));
    }
    match channels.iter().all(|id| id.len() <= LONGEST_CHANNEL) {
        true => Ok(channels),
        false => Err(nginx_refusal("Channel id is too large.")),
    }
}

fn refusal(text: &str) -> Response {
    Response::new(400, "text/plain", text)
}

/// The module for nginx explains itself in a header only.
fn nginx_refusal(text: &str) -> Response {
    Response::empty(400).with("X-Nginx-PushStream-Explain", text).with("Content-Length", "0")
}
