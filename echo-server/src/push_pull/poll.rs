//! The push server's side of long polling, as version 4 of the vendor's server was measured.

use std::{io, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, sleep_until},
};

use crate::push_pull::{
    message::{Message, Mid},
    options::ClientIdPlace,
    outcome::Outcome,
    poll_fault::PollFault,
    request::{Asked, Input},
    response::Response,
    site::{Audience, Site},
    store::is_on,
};

/// What official clients look for beside `Last-Message-Id`.
const LONG_AGO: &str = "Thu, 01 Jan 1973 11:11:01 GMT";

/// What a poll or a WebSocket asks for, and what there is for it already.
pub(super) struct Subscription {
    pub(super) channels: Vec<String>,
    pub(super) live: Receiver<Arc<Message>>,
    /// What is to be given at once.
    pub(super) history: Vec<Arc<Message>>,
    /// What a 304 tells: the `mid` that was given, or the last that the channels hold.
    last: Option<Mid>,
    is_json: bool,
}

impl Subscription {
    /// What the request asks for, or what refuses it.
    pub(super) fn new(site: &Site, asked: &Asked, fault: &PollFault) -> Result<Self, Response> {
        let parameters = asked.parameters();
        let text = |name| parameters.text(name).unwrap_or_default();
        let channels = site.key.verify(&text("channel_id")).ok_or_else(wrong_channel)?;
        let is_shared = site.options.configuration.client_id != ClientIdPlace::Nowhere;
        if is_shared && text("clientid") != site.options.client_id {
            return Err(refusal("4036: Wrong Client Id."));
        }
        let store = &site.records().store;
        let mid = text("mid").parse().ok();
        let last = store.last(&channels);
        let history = match (fault, mid) {
            (PollFault::Repeat, _) => last.iter().map(Arc::clone).collect(),
            (_, Some(mid)) => store.history(mid, &channels),
            (_, None) => Vec::new(),
        };
        let last = mid.or_else(|| last.map(|message| message.mid));
        let is_json = site.options.json_format && text("format") == "json";
        Ok(Self { live: store.subscribe(), channels, history, last, is_json })
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
}

/// How the request ends when the fault comes before everything else.
pub(super) fn without_subscribing(fault: &PollFault) -> Option<Outcome> {
    Some(match *fault {
        PollFault::Stall => Outcome::Silence,
        PollFault::Reset => Outcome::Reset,
        PollFault::HangUp => Outcome::HangUp,
        PollFault::Status(400) => wrong_channel().into(),
        PollFault::Status(status) => Response::html(status).into(),
        _ => return None,
    })
}

/// Waits for what the poll asks for; ends early when the client does.
pub(super) async fn poll<S: AsyncRead + AsyncWrite + Unpin>(
    site: &Site,
    asked: &Asked,
    fault: PollFault,
    stream: &mut S,
    input: &mut Input,
) -> io::Result<Outcome> {
    if let Some(outcome) = without_subscribing(&fault) {
        return Ok(outcome);
    }
    if !asked.is_get() {
        return Ok(Response::html(404).into());
    }
    let mut subscription = match Subscription::new(site, asked, &fault) {
        Ok(subscription) => subscription,
        Err(response) => return Ok(response.into()),
    };
    let messages = if subscription.history.is_empty() {
        let _waiting = site.journal.wait();
        if let PollFault::Large(bytes) = fault {
            publish_large(site, bytes);
        }
        let deadline = Instant::now() + site.options.poll_time;
        tokio::select! {
            biased;
            message = subscription.next() => vec![message],
            () = sleep_until(deadline) => Vec::new(),
            () = input.ended(stream) => return Ok(Outcome::Ended),
        }
    } else {
        std::mem::take(&mut subscription.history)
    };
    let mut response = match messages.is_empty() {
        true => nothing_new(subscription.last),
        false if subscription.is_json => {
            let objects: Vec<_> = messages.iter().map(|message| message.object(site.clock)).collect();
            Response::new(200, "application/json", format!("[{}]", objects.join(",")))
        }
        false => {
            let frames: String = messages.iter().map(|message| message.frame(site.clock)).collect();
            Response::new(200, "text/plain", frames)
        }
    }
    .with("Access-Control-Allow-Origin", "*");
    response.byte_chunks = fault == PollFault::ByteChunks;
    Ok(match fault {
        PollFault::Cut(at) => {
            let half = messages.last().map_or(0, |last| last.frame(site.clock).len() / 2);
            Outcome::Cut { response, at: at.ok_or(half) }
        }
        PollFault::Stale => Outcome::Stale(response),
        _ => response.into(),
    })
}

fn nothing_new(last: Option<Mid>) -> Response {
    Response::empty(304)
        .with("Last-Message-Id", last.map_or_else(String::new, |mid| mid.to_string()))
        .with("Expires", LONG_AGO)
        .with("Access-Control-Expose-Headers", "Last-Message-Id")
}

fn wrong_channel() -> Response {
    refusal("4010: Wrong Channel Id.")
}

fn refusal(text: &str) -> Response {
    Response::new(400, "text/plain", text)
}

fn publish_large(site: &Site, bytes: usize) {
    let padding = "Ж".repeat(bytes / 2);
    let text = format!(
        r#"{{"module_id":"stand-in","command":"large","params":{{"padding":"{padding}"}},"extra":{{}}}}"#
    );
    site.publish(Audience::Shared, text);
}
