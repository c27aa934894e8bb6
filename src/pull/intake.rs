//! Bytes of a push server → what 1C wants of them.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::bitrix::command::Command;
use crate::bitrix::config::Cursor;
use crate::bitrix::frame::Frame;
use crate::bitrix::frames::FrameParser;
use crate::bitrix::json_rpc;
use crate::bitrix::mid::Mid;
use crate::bitrix::mids::{Judgement, Mids};
use crate::delivery::Batch;
use crate::log::{Level, Log};
use crate::message::{Occurrence, OfflineEvent, Publication, Receipt};
use crate::pull::settings::PullSettings;
use crate::transport::websocket::inlet::{Incoming, Inlet, Passage};

/// So many times within so long the portal is asked again because the push server told so.
const TOLD_TIMES: u32 = 5;
const TOLD_WITHIN: Duration = Duration::from_secs(60);

/// What is read, in which order, and up to where.
pub(super) struct Intake {
    parser: FrameParser,
    /// Complete frames that nobody has looked at yet: when the connection ends they were never read.
    frames: VecDeque<Frame>,
    /// What the server wants to hear.
    answers: VecDeque<String>,
    mids: Arc<Mutex<Mids>>,
    settings: watch::Receiver<PullSettings>,
    log: Log,
    /// Whether the channel was named by 1C, so that only 1C can name the next.
    is_direct: bool,
    /// Whether the server numbers its messages, as far as we have seen.
    is_numbered: bool,
    /// Where a channel begins that was not there before; `None`: it was, or this was read.
    from: Option<Mid>,
    /// Time and tag of the last message, where messages have no `mid`.
    last: Option<(String, String)>,
    /// Whether the configuration shall be asked for again.
    expired: bool,
    /// Since when, and how often, the server has told so.
    told: (Instant, u32),
    /// Messages that were new since the question was asked last.
    news: usize,
    /// Messages, known ones among them, and bytes that were part of none, since the question was asked last.
    seen: usize,
    garbage: u64,
    skipped: u64,
}

impl Intake {
    pub(super) fn new(
        mids: Arc<Mutex<Mids>>,
        settings: watch::Receiver<PullSettings>,
        log: Log,
        is_direct: bool,
    ) -> Self {
        Self {
            parser: FrameParser::default(),
            frames: VecDeque::new(),
            answers: VecDeque::new(),
            mids,
            settings,
            log,
            is_direct,
            is_numbered: false,
            from: None,
            last: None,
            expired: false,
            told: (Instant::now(), 0),
            news: 0,
            seen: 0,
            garbage: 0,
            skipped: 0,
        }
    }

    /// The positions.
    pub(super) fn mids(&self) -> MutexGuard<'_, Mids> {
        self.mids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the next poll continues after; `has_mids`: the server is said to number its messages.
    pub(super) fn cursor(&self, has_mids: bool) -> Cursor<'_> {
        match &self.last {
            Some((time, tag)) if !(has_mids && self.is_numbered) => Cursor::Time { time, tag },
            _ if has_mids => Cursor::Mid(self.from.unwrap_or_else(|| self.mids().read())),
            _ => Cursor::Nothing,
        }
    }

    /// Another channel is listened to from now on, which was not there when we had read up to `from`. What was read
    /// since, on the channel before, says nothing of what this one holds.
    pub(super) fn begin_channel(&mut self, from: Mid) {
        self.from = Some(from);
    }

    /// A channel is listened to that was there before.
    pub(super) fn resume_channel(&mut self) {
        self.from = None;
    }

    /// An answer came to its end.
    pub(super) fn answered(&mut self) {
        self.from = None;
        self.answers.clear();
    }

    /// A server without `mid` told its time and a tag in the place of a message. Known messages count for more: in
    /// the second of the last one, there may be more of them.
    pub(super) fn told_time(&mut self, time: &str, tag: &str) {
        self.last.get_or_insert_with(|| (time.to_owned(), tag.to_owned()));
    }

    /// A server told its last `mid` in the place of a message.
    pub(super) fn told_mid(&mut self, mid: Mid) {
        self.is_numbered = true;
        self.mids().told(mid);
    }

    /// A piece of a body came.
    pub(super) fn feed_bytes(&mut self, piece: &[u8]) {
        let frames = self.parser.feed(piece);
        self.frames.extend(frames);
    }

    /// The body came to its end.
    pub(super) fn finish(&mut self) {
        let frames = self.parser.finish();
        self.frames.extend(frames);
        let skipped = self.parser.skipped();
        let more = skipped - mem::replace(&mut self.skipped, skipped);
        self.garbage += more;
        if more > 0 {
            self.log.write(Level::Warn, || format!("В ответе сервера очередей пропущено байт: {more}"));
        }
    }

    /// The connection ended in the middle: what was not taken out comes again.
    pub(super) fn abandon(&mut self) {
        self.parser.abandon();
        self.frames.clear();
        self.answers.clear();
    }

    /// The next message that 1C wants.
    pub(super) fn next_message(&mut self) -> Option<Occurrence> {
        while let Some(frame) = self.frames.pop_front() {
            self.seen += 1;
            if let Some(receipt) = json_rpc::acknowledgement(&frame) {
                self.answers.push_back(receipt);
            }
            if let Some(message) = self.read(frame) {
                return Some(message);
            }
        }
        None
    }

    /// Whether the server told that the configuration has changed; told once.
    pub(super) fn take_expired(&mut self) -> bool {
        mem::take(&mut self.expired)
    }

    /// How many messages were new since this was asked last.
    pub(super) fn take_news(&mut self) -> usize {
        mem::take(&mut self.news)
    }

    /// Whether, since this was asked last, something came and no message was in it.
    pub(super) fn take_foreign(&mut self) -> bool {
        let (seen, garbage) = (mem::take(&mut self.seen), mem::take(&mut self.garbage));
        seen == 0 && garbage > 0
    }

    fn read(&mut self, frame: Frame) -> Option<Occurrence> {
        let receipt = match frame.mid {
            Some(mid) => {
                let receipt = self.judge(mid)?;
                self.news += 1;
                receipt
            }
            None => {
                let place = (!frame.time.is_empty()).then_some((frame.time, frame.tag));
                if place.is_some() && place != self.last {
                    self.last = place;
                    self.news += 1;
                }
                Receipt::default()
            }
        };
        let offline = match Command::read(&frame.text) {
            Command::OfflineEvents(events) => self.wanted(events)?,
            Command::ConfigExpired | Command::ServerRestart => {
                self.log.write(Level::Info, || "Сервер очередей просит перечитать настройки");
                self.expired |= self.may_ask();
                if !self.is_direct {
                    return None;
                }
                Vec::new()
            }
            Command::Other => Vec::new(),
        };
        Some(Occurrence::Published(Publication { text: frame.text, offline, receipt }))
    }

    /// Whether the portal may be asked just because the server told so: a server that never stops must not make us
    /// a nuisance to the portal.
    fn may_ask(&mut self) -> bool {
        let (since, times) = &mut self.told;
        if since.elapsed() > TOLD_WITHIN {
            (*since, *times) = (Instant::now(), 0);
        }
        *times += 1;
        *times <= TOLD_TIMES
    }

    /// The receipt of a message that is new.
    fn judge(&mut self, mid: Mid) -> Option<Receipt> {
        self.is_numbered = true;
        if mid > self.mids().read() {
            // All that came before it on this channel was in the same answer.
            self.from = None;
        }
        let judgement = self.mids().judge(mid);
        let mids = Arc::clone(&self.mids);
        let settle = move || mids.lock().unwrap_or_else(PoisonError::into_inner).given(mid);
        (judgement == Judgement::New).then(|| Receipt::new(settle))
    }

    /// Those of the connector that 1C named, and those that do not say whose they are; `None` if there are none.
    fn wanted(&self, events: Vec<OfflineEvent>) -> Option<Vec<OfflineEvent>> {
        let settings = self.settings.borrow();
        if settings.connector.is_empty() {
            return Some(events);
        }
        let is_wanted =
            |event: &OfflineEvent| event.connector == settings.connector || *event == OfflineEvent::default();
        let wanted = events.into_iter().filter(is_wanted);
        Some(wanted.collect::<Vec<_>>()).filter(|wanted| !wanted.is_empty())
    }
}

impl Inlet for Intake {
    /// Each message of a WebSocket is a body of its own.
    fn feed(&mut self, incoming: Incoming<'_>, _: &mut Batch) {
        let Incoming::Text(text) = incoming else {
            return self
                .log
                .write(Level::Warn, || "Сервер очередей прислал двоичное сообщение, оно пропущено");
        };
        let text = text.as_str();
        match json_rpc::answer(text) {
            Some(answer) => self.answers.push_back(answer.to_owned()),
            None => {
                self.feed_bytes(text.as_bytes());
                self.finish();
            }
        }
    }

    fn is_given_again(&self) -> bool {
        true
    }

    fn next(&mut self) -> Option<Passage> {
        if let Some(message) = self.next_message() {
            return Some(Passage::Message(message));
        }
        match self.answers.pop_front() {
            Some(answer) => Some(Passage::Answer(answer)),
            None => self.expired.then_some(Passage::Leave),
        }
    }
}
