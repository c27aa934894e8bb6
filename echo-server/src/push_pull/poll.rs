//! The push server's side of long polling, as the vendor's servers were measured.

use std::io;

use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, sleep_until},
};

use crate::push_pull::{
    clock::http_date,
    message::Message,
    outcome::Outcome,
    poll_fault::PollFault,
    push_server::PushServer,
    request::{Asked, Input},
    response::Response,
    site::{Audience, Site},
    subscription::{Subscription, wrong_channel},
};

/// How the request ends when the fault comes before everything else.
pub(super) fn without_subscribing(site: &Site, fault: &PollFault) -> Option<Outcome> {
    Some(match *fault {
        PollFault::Stall => Outcome::Silence,
        PollFault::Reset => Outcome::Reset,
        PollFault::HangUp => Outcome::HangUp,
        PollFault::Status(400) => wrong_channel(site.options.push_server).into(),
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
    if let Some(outcome) = without_subscribing(site, &fault) {
        return Ok(outcome);
    }
    if !asked.is_get() {
        return Ok(not_a_poll(site.options.push_server).into());
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
    let format = subscription.format;
    let mut response = match messages.last() {
        None => subscription.nothing_new(site),
        Some(last) => {
            let text = format.text(&messages, site.clock);
            with_moment(site.options.push_server, Response::new(200, format.content_type(), text), last)
        }
    }
    .with("Access-Control-Allow-Origin", "*");
    response.byte_chunks = fault == PollFault::ByteChunks;
    Ok(match fault {
        PollFault::Cut(at) => {
            let half = messages.last().map_or(0, |last| format.text_of(last, site.clock).len() / 2);
            Outcome::Cut { response, at: at.ok_or(half) }
        }
        PollFault::Stale => Outcome::Stale(response),
        _ => response.into(),
    })
}

fn not_a_poll(server: PushServer) -> Response {
    match server {
        PushServer::NginxPushStream => Response::empty(405).with("Allow", "GET").with("Content-Length", "0"),
        PushServer::V4 | PushServer::V5 => Response::html(404),
    }
}

/// Where a server without `mid` tells what to continue after.
fn with_moment(server: PushServer, response: Response, last: &Message) -> Response {
    match server {
        PushServer::NginxPushStream => response
            .with("Last-Modified", http_date(last.published.seconds))
            .with("Etag", format!("W/{}", last.published.tag)),
        PushServer::V4 | PushServer::V5 => response,
    }
}

fn publish_large(site: &Site, bytes: usize) {
    let padding = "Ж".repeat(bytes / 2);
    let text = format!(
        r#"{{"module_id":"stand-in","command":"large","params":{{"padding":"{padding}"}},"extra":{{}}}}"#
    );
    site.publish(Audience::Shared, text, None);
}
