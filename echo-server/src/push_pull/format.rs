//! The text in which messages travel to one client.

use std::sync::Arc;

use crate::push_pull::{
    clock::Clock,
    message::Message,
    options::{JsonFormat, PortalOptions},
    push_server::PushServer,
    request::Asked,
};

/// How the messages for a client are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Format {
    /// Frames as Push server 2.0 writes them, glued.
    Frames,
    /// Frames of Bitrix's template for nginx-push-stream, glued.
    NginxFrames,
    /// The objects of frames in a JSON array.
    Array,
    /// The same, but one alone without an array around it.
    BareObject,
    /// JSON-RPC 2.0: a request, or an array of requests.
    JsonRpc,
}

impl Format {
    /// What the request asks for, and the server honours.
    pub(super) fn asked(asked: &Asked, options: &PortalOptions) -> Self {
        let parameters = asked.parameters();
        let is = |name, value| parameters.text(name).is_some_and(|text| text == value);
        match (options.push_server, options.json_format) {
            (PushServer::NginxPushStream, _) => Self::NginxFrames,
            (PushServer::V5, _) if is("jsonrpc", "true") => Self::JsonRpc,
            (_, JsonFormat::Array) if is("format", "json") && !asked.is_upgrade() => Self::Array,
            (_, JsonFormat::BareObject) if is("format", "json") && !asked.is_upgrade() => Self::BareObject,
            _ => Self::Frames,
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Frames | Self::NginxFrames => "text/plain",
            Self::Array | Self::BareObject | Self::JsonRpc => "application/json",
        }
    }

    /// How many messages go into one message of a WebSocket.
    pub(super) fn largest_batch(self) -> usize {
        if self == Self::NginxFrames { 1 } else { usize::MAX }
    }

    /// The messages, which are at least one.
    pub(super) fn text(self, messages: &[Arc<Message>], clock: Clock) -> String {
        let texts = messages.iter().map(|message| self.text_of(message, clock));
        match (self, messages.len()) {
            (Self::Frames | Self::NginxFrames, _) | (Self::BareObject | Self::JsonRpc, 1) => texts.collect(),
            (Self::Array | Self::BareObject | Self::JsonRpc, _) => {
                format!("[{}]", texts.collect::<Vec<_>>().join(","))
            }
        }
    }

    /// One message, as it is among others.
    pub(super) fn text_of(self, message: &Message, clock: Clock) -> String {
        match self {
            Self::Frames => message.frame(clock),
            Self::NginxFrames => message.nginx_frame(),
            Self::Array | Self::BareObject => message.object(clock),
            Self::JsonRpc => message.json_rpc(),
        }
    }
}
