//! Listening by polls: one after another, each continuing where the last one has ended.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use hyper::header::{
    ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use native_api::Text;
use tokio::select;
use tokio::time::{sleep, timeout};

use super::configuring::Reason;
use super::line::{End, PullLine, cut, protocol};
use crate::bitrix::config::{Cursor, PullConfig};
use crate::bitrix::mid::Mid;
use crate::delivery::{Batch, Offered};
use crate::log::Level;
use crate::message::{Closing, Failure, FailureKind, Occurrence, Side};
use crate::transport::address::Address;
use crate::transport::dial::DialSettings;
use crate::transport::http::HttpRequest;
use crate::transport::long_poll::Poll;
use crate::transport::reconnect::CONNECT_LIMIT;
use crate::transport::session::Shared;

/// A poll that was not refused for so long is accepted.
const ACCEPTED_AFTER: Duration = Duration::from_secs(1);
/// A poll that was cut after so long was cut by a proxy on the way, not refused.
const WORTH_REPEATING: Duration = Duration::from_secs(5);
/// Answers without anything new that may follow each other faster than [`QUIET_PAUSE`].
const QUICK_ANSWERS: u32 = 5;
const QUIET_PAUSE: Duration = Duration::from_secs(1);
/// Polls that an old channel is drained with at the most.
const DRAINING: usize = 100;
/// How many of them may be cut without anything new.
const DRAINING_CUTS: u32 = 3;

/// What a poll brought.
enum Round {
    /// An answer.
    Answered,
    /// No answer, or a part of one: what is missing comes again.
    Cut(Failure),
    /// The server does not know the channel.
    Refused(Failure),
    /// The server cannot, or is another one.
    Failed(Failure),
    /// The inbox is full, and its policy is to end the connection.
    Overflow(Closing),
}

impl PullLine {
    /// A poll that the server has accepted. What it answers at once is skipped if it is history that nobody wants:
    /// then there is none.
    pub(super) async fn accepted_poll(&mut self, dial: &DialSettings) -> Result<Option<Poll>, Failure> {
        let mut poll = self.ask(self.config()?, dial).await?;
        let status = match timeout(ACCEPTED_AFTER, poll.head()).await {
            Ok(head) => Some(head?.0),
            Err(_) => None,
        };
        let mut accepted = None;
        match status {
            Some(200) if self.intake.mids().skips_history() => {
                self.skip(poll).await?;
                let read = self.intake.mids().read();
                self.known.iter_mut().for_each(|known| known.read = read);
            }
            None | Some(200 | 304) => accepted = Some(poll),
            Some(status) => return Err(refusal(status)),
        }
        self.intake.mids().opened();
        Ok(accepted)
    }

    /// Polls until something else is to be done.
    pub(super) async fn poll_on(
        &mut self,
        mut first: Option<Poll>,
        shared: &Shared,
        dial: &DialSettings,
    ) -> End {
        let (mut may_repeat, mut quick) = (true, 0);
        let renewal = self.renewal();
        let back = self.back();
        tokio::pin!(renewal, back);
        loop {
            let mut lasted = Duration::ZERO;
            let round = select! {
                round = self.round(first.take(), &mut lasted, shared, dial) => round,
                () = &mut renewal => return End::Renew(Reason::Due),
                () = &mut back => return End::Back,
            };
            let news = self.intake.take_news();
            match round {
                Round::Answered => {
                    may_repeat = true;
                    self.was_refused = false;
                    self.ladder.succeeded();
                    self.intake.answered();
                    if self.intake.take_expired() {
                        return End::Renew(Reason::Told);
                    }
                    quick = if news > 0 || lasted >= QUIET_PAUSE { 0 } else { quick + 1 };
                    if quick > QUICK_ANSWERS {
                        sleep(QUIET_PAUSE.saturating_sub(lasted)).await;
                    }
                }
                Round::Cut(failure) => {
                    self.intake.abandon();
                    let waited = failure.kind != FailureKind::Timeout && lasted >= WORTH_REPEATING;
                    if !(waited || news > 0 || mem::take(&mut may_repeat)) {
                        return End::Closed(cut(failure), false);
                    }
                    shared
                        .common
                        .log
                        .write(Level::Debug, || format!("Опрос повторяется: {}", failure.text.ru));
                }
                Round::Refused(failure) => return End::Renew(Reason::Refused(failure)),
                Round::Failed(failure) => return End::Closed(cut(failure), false),
                Round::Overflow(closing) => return End::Closed(closing, false),
            }
        }
    }

    /// Reads what a channel that is left still holds; whether there is no more.
    pub(super) async fn drain(&mut self, config: &PullConfig, shared: &Shared, dial: &DialSettings) -> bool {
        let (mut is_read, mut cuts) = (false, 0);
        for _ in 0..DRAINING {
            match self.rest_of(config, shared, dial).await {
                Round::Answered | Round::Cut(_) if self.intake.take_news() > 0 => {}
                Round::Cut(_) if cuts < DRAINING_CUTS => cuts += 1,
                Round::Answered | Round::Refused(_) => {
                    is_read = true;
                    break;
                }
                Round::Cut(_) | Round::Failed(_) | Round::Overflow(_) => break,
            }
            self.intake.abandon();
        }
        self.intake.abandon();
        // It was followed already.
        self.intake.take_expired();
        is_read
    }

    /// One answer of a channel that is left; nothing, if there is none at once.
    async fn rest_of(&mut self, config: &PullConfig, shared: &Shared, dial: &DialSettings) -> Round {
        let mut poll = match self.ask(config, dial).await {
            Ok(poll) => poll,
            Err(failure) => return Round::Cut(failure),
        };
        match timeout(ACCEPTED_AFTER, poll.head()).await {
            Ok(Ok(_)) => self.finish(&mut poll, shared).await,
            Ok(Err(failure)) => Round::Cut(failure),
            Err(_) => Round::Answered,
        }
    }

    /// A poll that needs but to be sent: what fails from here on is the push server's, or the way to it.
    async fn ask(&self, config: &PullConfig, dial: &DialSettings) -> Result<Poll, Failure> {
        let cursor = self.intake.cursor(config.has_mids());
        let address = Address::parse_http(config.poll_url(cursor).as_str()).map_err(|why| protocol(&why))?;
        let request = HttpRequest { method: Method::GET, address, headers: headers(cursor), body: None };
        self.client.prepare(&request.address, dial).await?;
        Ok(Poll::new(&self.client, request, dial.clone()))
    }

    async fn skip(&mut self, mut poll: Poll) -> Result<(), Failure> {
        while let Some(piece) = poll.piece().await? {
            self.intake.feed_bytes(&piece);
            while self.intake.next_message().is_some() {}
        }
        self.intake.finish();
        while self.intake.next_message().is_some() {}
        if self.intake.take_foreign() { Err(foreign()) } else { Ok(()) }
    }

    /// One poll; `lasted` becomes the time from its sending to its end.
    async fn round(
        &mut self,
        first: Option<Poll>,
        lasted: &mut Duration,
        shared: &Shared,
        dial: &DialSettings,
    ) -> Round {
        let asked = match first {
            Some(poll) => Ok(poll),
            None => match timeout(CONNECT_LIMIT, self.ask_here(dial)).await {
                Ok(asked) => asked,
                Err(_) => return Round::Failed(unreachable()),
            },
        };
        let mut poll = match asked {
            Ok(poll) => poll,
            Err(failure) => return Round::Cut(failure),
        };
        let round = self.finish(&mut poll, shared).await;
        *lasted = poll.age();
        round
    }

    async fn ask_here(&self, dial: &DialSettings) -> Result<Poll, Failure> {
        self.ask(self.config()?, dial).await
    }

    async fn finish(&mut self, poll: &mut Poll, shared: &Shared) -> Round {
        let (status, headers) = match poll.head().await {
            Ok(head) => head,
            Err(failure) => return Round::Cut(failure),
        };
        match status {
            200 => self.read(poll, shared).await,
            304 => {
                self.note_position(headers);
                Round::Answered
            }
            400 | 403 | 404 | 410 => Round::Refused(refusal(status)),
            502 | 504 => Round::Cut(refusal(status)),
            _ => Round::Failed(refusal(status)),
        }
    }

    /// What the headers of an answer without messages tell of the last one.
    fn note_position(&mut self, headers: &HeaderMap) {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let number = header("last-message-id");
        if let Some(mid) = number.and_then(Mid::parse) {
            self.intake.told_mid(mid);
        }
        if let (None, Some(time), Some(tag)) = (number, header(LAST_MODIFIED.as_str()), header(ETAG.as_str()))
        {
            self.intake.told_time(time, tag.trim_start_matches("W/").trim_matches('"'));
        }
    }

    async fn read(&mut self, poll: &mut Poll, shared: &Shared) -> Round {
        let mut is_over = false;
        while !is_over {
            match poll.piece().await {
                Ok(Some(piece)) => self.intake.feed_bytes(&piece),
                Ok(None) => {
                    self.intake.finish();
                    is_over = true;
                }
                Err(failure) => return Round::Cut(failure),
            }
            while let Some(message) = self.intake.next_message() {
                if let Some(closing) = hand_over(message, shared).await {
                    return Round::Overflow(closing);
                }
            }
        }
        if self.intake.take_foreign() { Round::Failed(foreign()) } else { Round::Answered }
    }
}

/// Hands a message over, and waits until there was room for it.
async fn hand_over(message: Occurrence, shared: &Shared) -> Option<Closing> {
    let delivery = &shared.common.delivery;
    let mut batch = Batch::new(Arc::clone(delivery));
    batch.add(message);
    (batch.accept().await == Offered::Close).then(|| Closing {
        side: Side::Peer,
        code: 1008,
        reason: Text::fixed("Очередь входящих сообщений переполнена", "queue overflow"),
    })
}

/// Servers without `mid` read the position from headers, or from the query, or from both.
fn headers(cursor: Cursor<'_>) -> Vec<(HeaderName, HeaderValue)> {
    let Cursor::Time { time, tag } = cursor else { return Vec::new() };
    let values = [(IF_MODIFIED_SINCE, time), (IF_NONE_MATCH, tag)];
    values.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(value).ok()?))).collect()
}

fn refusal(status: u16) -> Failure {
    let (ru, en) = match status {
        400 | 403 | 404 | 410 => {
            ("Сервер очередей не знает этого канала", "The push server does not know the channel")
        }
        500..=599 => ("Сервер очередей временно недоступен", "The push server is not available just now"),
        _ => ("Сервер очередей отказал", "The push server refused"),
    };
    let text = Text::made(format!("{ru} (HTTP {status})"), format!("{en} (HTTP {status})"));
    Failure { status: Some(status), ..Failure::new(FailureKind::Http, text) }
}

fn unreachable() -> Failure {
    let (ru, en) =
        ("До сервера очередей не удалось дойти вовремя", "The push server was not reached in time");
    Failure::new(FailureKind::Timeout, Text::fixed(ru, en))
}

fn foreign() -> Failure {
    protocol(&Text::fixed(
        "Вместо сообщений сервера очередей получено что-то другое (прокси, заглушка или другой сайт)",
        "Something else came in the place of the push server's messages (a proxy, a stub or another site)",
    ))
}
