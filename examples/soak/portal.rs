//! The portal of one `BitrixPull` object, and the trouble it makes.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use echo_server::{
    Audience, PollFault, Portal, PortalOptions, PortalRequest, PushServer, Renewal, RestFault,
};

use crate::access::Access;
use crate::diary::Diary;
use crate::fleet::Pull;
use crate::sequence::Sequence;
use crate::text::published;

/// How often there is something to do.
const TICK: Duration = Duration::from_millis(50);
/// A channel lives at least so long: an object that is told of new ones more often than five times a minute stops asking.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);
/// How many messages may wait for the object: its portal remembers far more.
const MOST_WAITING: u64 = 1_000;

/// One object's portal.
pub(crate) struct Publisher {
    pull: Pull,
    portal: Portal,
    options: PortalOptions,
    random: fastrand::Rng,
    diary: Diary,
    /// How many requests there were when the channel was renewed.
    renewed: u64,
    renewed_at: Option<Instant>,
}

impl Publisher {
    pub(crate) fn start(pull: Pull, seed: u64, diary: Diary) -> io::Result<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        let options = PortalOptions {
            push_server: pull.push_server,
            poll_time: Duration::from_secs(random.u64(1..5)),
            keep_alive: Duration::from_secs(random.u64(1..5)),
            ping_interval: Duration::from_secs(2),
            gzip: random.bool(),
            ..PortalOptions::default()
        };
        let portal = Portal::start(options.clone())?;
        Ok(Self { pull, portal, options, random, diary, renewed: 0, renewed_at: None })
    }

    /// What 1C keeps to listen to it.
    pub(crate) fn access(&self) -> Access {
        let (access, refresh) = self.portal.tokens();
        Access {
            portal: self.portal.url().to_owned(),
            access,
            refresh,
            client_id: self.options.client_id.clone(),
            client_secret: self.options.client_secret.clone(),
        }
    }

    /// Publishes and makes trouble until `calm`, then neither; returns at `stop`.
    pub(crate) fn run(mut self, books: &Mutex<Sequence>, calm: &AtomicBool, stop: &AtomicBool) {
        let (mut next, mut burst) = (Instant::now() + self.pause(), Instant::now());
        let mut is_calm = false;
        while !stop.load(Ordering::Relaxed) {
            let now = Instant::now();
            if calm.load(Ordering::Relaxed) {
                if !std::mem::replace(&mut is_calm, true) {
                    self.calm_down();
                }
            } else {
                if now >= burst {
                    self.publish(books);
                    burst = now + Duration::from_millis(self.random.u64(..4_000));
                }
                if now >= next {
                    self.trouble(books);
                    next = Instant::now() + self.pause();
                }
            }
            sleep(TICK);
        }
    }

    /// Publishes some messages, as soon as somebody listens.
    fn publish(&mut self, books: &Mutex<Sequence>) {
        for _ in 0..self.random.u32(1..60) {
            let mut books = lock(books);
            if !books.was_open() || books.waiting() >= MOST_WAITING {
                return;
            }
            let number = books.publish();
            drop(books);
            let audience = self.audience();
            self.diary.note(|| format!("опубликовано {number}, {audience:?}"));
            self.portal.publish(audience, published(number));
        }
    }

    /// Mostly the shared channel, sometimes the user's as well. Not where clients show a JWT: they listen to both then, and
    /// while a new shared channel is not known yet, what comes on the other moves their position beyond it.
    fn audience(&mut self) -> Audience {
        match self.pull.push_server {
            PushServer::V4 | PushServer::NginxPushStream if self.random.u32(..8) == 0 => Audience::Both,
            PushServer::V4 | PushServer::NginxPushStream | PushServer::V5 => Audience::Shared,
        }
    }

    /// Renews the channel, if the object listens to the one in force and has nothing to wait for there: an object that 1C
    /// closes before it has read the end of a channel takes with it the knowledge where that was.
    fn renew(&mut self, renewal: Renewal, books: &Mutex<Sequence>) {
        let channel = self.portal.shared_channel();
        let is_heard = self.portal.read_journal(|journal| {
            let is_new = |request: &&PortalRequest| request.number >= self.renewed;
            match self.pull.push_server {
                // The channel is in the token of the configuration.
                PushServer::V5 => {
                    let mut calls = journal.calls("pull.application.config.get").rev();
                    calls.find(is_new).is_some_and(|call| call.status == Some(200))
                }
                PushServer::V4 | PushServer::NginxPushStream => {
                    let mut polls = journal.polls().rev().take_while(is_new);
                    polls.any(|poll| poll.parameter("channel_id").is_some_and(|ids| ids.contains(&channel)))
                }
            }
        });
        let is_time = self.renewed_at.is_none_or(|at| at.elapsed() >= RENEWAL_PAUSE);
        if is_heard && is_time && lock(books).waiting() == 0 {
            self.renewed_at = Some(Instant::now());
            self.diary.note(|| format!("смена канала, {renewal:?}"));
            self.portal.renew_channel(renewal);
            self.renewed = self.portal.read_journal(|journal| journal.total);
        }
    }

    fn calm_down(&self) {
        self.diary.note(|| "сбои окончены".to_owned());
        // Told that its channel is wrong, the object asks for the configuration now, if it failed to when it was due.
        self.portal.set_poll_faults([PollFault::Status(400), PollFault::None]);
        self.portal.set_rest_faults([]);
        self.portal.set_oauth_faults([]);
        self.portal.restart();
    }

    fn trouble(&mut self, books: &Mutex<Sequence>) {
        match self.random.u32(..12) {
            0..5 => {
                let faults = (0..self.random.usize(1..4)).map(|_| poll_fault(&mut self.random));
                let faults = faults.chain([PollFault::None]).collect::<Vec<_>>();
                self.diary.note(|| format!("опросы: {faults:?}"));
                self.portal.set_poll_faults(faults);
            }
            5 => {
                self.diary.note(|| "перезапуск".to_owned());
                self.portal.restart();
            }
            6 => {
                self.diary.note(|| "выключение".to_owned());
                self.portal.go_down();
                sleep(Duration::from_millis(self.random.u64(..1_500)));
                self.portal.restart();
            }
            7 => self.renew(Renewal::GetConfig, books),
            8 => self.renew(Renewal::Reconnect, books),
            9 => {
                self.diary.note(|| "токен истек".to_owned());
                self.portal.expire_tokens();
            }
            10 => {
                let fault = rest_fault(&mut self.random);
                self.diary.note(|| format!("REST: {fault:?}"));
                self.portal.set_rest_faults([fault, RestFault::None]);
                self.renew(Renewal::GetConfig, books);
            }
            // A cut would take the new pair of tokens with it, and nothing but a human could bring another.
            _ => {
                let faults = [RestFault::HangUp, RestFault::Html(502), RestFault::Html(500)];
                let fault = faults[self.random.usize(..faults.len())].clone();
                self.diary.note(|| format!("OAuth: {fault:?}"));
                self.portal.set_oauth_faults([fault, RestFault::None]);
                self.portal.expire_tokens();
                self.renew(Renewal::GetConfig, books);
            }
        }
    }

    /// Some seconds between two troubles.
    fn pause(&mut self) -> Duration {
        let most = if self.pull.push_server == PushServer::NginxPushStream { 20_000 } else { 10_000 };
        Duration::from_millis(self.random.u64(1_000..most))
    }
}

/// Not `Repeat`: it skips what lies between the object's place and the last message, which no real server does.
fn poll_fault(random: &mut fastrand::Rng) -> PollFault {
    let refusals = [400, 403, 404, 410, 500, 502, 503, 504];
    match random.u32(..20) {
        0..6 => PollFault::Cut(Some(random.usize(..3_000))),
        6 | 7 => PollFault::Cut(None),
        8 | 9 => PollFault::Reset,
        10 | 11 => PollFault::HangUp,
        12 => PollFault::Stale,
        13 => PollFault::ByteChunks,
        14 => PollFault::Large(random.usize(1..1 << 20)),
        15..18 => PollFault::Status(refusals[random.usize(..refusals.len())]),
        18 => PollFault::Close([4010, 3000][random.usize(..2)]),
        _ if random.u32(..8) == 0 => PollFault::Stall,
        _ => PollFault::None,
    }
}

fn rest_fault(random: &mut fastrand::Rng) -> RestFault {
    match random.u32(..6) {
        0 => RestFault::HangUp,
        1 => RestFault::Cut,
        2 => RestFault::ExpiredToken,
        3 => RestFault::QueryLimit,
        4 => RestFault::Html(502),
        _ => RestFault::OperationLimit(2),
    }
}

fn lock(books: &Mutex<Sequence>) -> MutexGuard<'_, Sequence> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}
