//! The record of what a portal saw.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    event::Request,
    push_pull::{message::Mid, parameters::Parameters, request::Asked},
};

/// The oldest make room.
const MAX_REQUESTS: usize = 16_384;
const MAX_BYTES: usize = 64 << 20;
const MAX_ACKNOWLEDGED: usize = 65_536;

/// What a portal saw.
#[derive(Clone, Debug, Default)]
pub struct PortalJournal {
    /// TCP connections accepted since it started.
    pub accepted: u64,
    /// TCP connections there are now.
    pub connections: usize,
    /// Polls and WebSocket connections that wait for a message now: what is published reaches them at once.
    pub waiting: usize,
    /// How many requests there were since it started.
    pub total: u64,
    /// Texts `pong` that came on WebSockets in JSON-RPC since it started.
    pub pongs: u64,
    /// WebSockets that were closed because two pings in a row had no pong.
    pub given_up: u64,
    acknowledged: VecDeque<Mid>,
    requests: VecDeque<PortalRequest>,
    bytes: usize,
}

/// A request that was read to its end.
#[derive(Clone, Debug)]
pub struct PortalRequest {
    /// The request's place in the whole journal, from 0.
    pub number: u64,
    /// The connection, numbered from 1 as they were accepted.
    pub connection: u64,
    /// The head.
    pub head: Arc<Request>,
    /// The body; what is not UTF-8 has replacement characters.
    pub body: String,
    /// The status of the answer; `None` before it is given, and when none is.
    pub status: Option<u16>,
}

impl PortalRequest {
    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.head.target.split('?').next().unwrap_or_default()
    }

    /// A parameter of that name (in lower case, whatever its case in the request), of the query or of the body, if it
    /// is a text, a number or a Boolean.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().text(name)
    }

    /// Whether it is for the push server.
    #[must_use]
    pub fn is_poll(&self) -> bool {
        self.path().starts_with("/bitrix/sub")
    }

    fn size(&self) -> usize {
        let headers = self.head.headers.iter().map(|(name, value)| name.len() + value.len());
        headers.sum::<usize>() + self.head.target.len() + self.body.len()
    }

    fn parameters(&self) -> Parameters {
        Asked { head: Arc::clone(&self.head), body: self.body.clone() }.parameters()
    }
}

impl PortalJournal {
    /// The requests that are kept, oldest first: the last 16,384, and of these as many as hold 64 MiB together.
    pub fn requests(&self) -> impl DoubleEndedIterator<Item = &PortalRequest> {
        self.requests.iter()
    }

    /// Those for the push server.
    pub fn polls(&self) -> impl DoubleEndedIterator<Item = &PortalRequest> {
        self.requests().filter(|request| request.is_poll())
    }

    /// Those for this REST method, with `.json` behind its name or without.
    pub fn calls<'a>(&'a self, method: &'a str) -> impl DoubleEndedIterator<Item = &'a PortalRequest> {
        self.requests().filter(move |request| {
            request.path().strip_prefix("/rest/").is_some_and(|path| path.trim_end_matches(".json") == method)
        })
    }

    /// The messages that were acknowledged with a text `mack:MID` on a WebSocket in JSON-RPC, by their `mid`, in the
    /// order in which that was done: the last 65,536.
    pub fn acknowledged(&self) -> impl DoubleEndedIterator<Item = String> {
        self.acknowledged.iter().map(Mid::to_string)
    }

    /// Those for new tokens.
    pub fn refreshes(&self) -> impl DoubleEndedIterator<Item = &PortalRequest> {
        self.requests().filter(|request| request.path().starts_with("/oauth/token"))
    }

    /// The number of the request.
    fn keep(&mut self, request: PortalRequest) -> u64 {
        let number = request.number;
        self.total += 1;
        self.bytes += request.size();
        self.requests.push_back(request);
        while self.requests.len() > MAX_REQUESTS || (self.bytes > MAX_BYTES && self.requests.len() > 1) {
            let oldest = self.requests.pop_front().expect("there is at least the request just kept");
            self.bytes -= oldest.size();
        }
        number
    }
}

/// The journal between the portal's thread, which writes it, and whoever waits for something in it.
#[derive(Default)]
pub(super) struct SharedPortalJournal {
    journal: Mutex<PortalJournal>,
    changed: Condvar,
}

/// What counts as one connection, or as one that waits, until it is dropped.
pub(super) struct Counted<'a> {
    journal: &'a SharedPortalJournal,
    count: fn(&mut PortalJournal) -> &mut usize,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.journal.change(|journal| *(self.count)(journal) -= 1);
    }
}

impl SharedPortalJournal {
    /// A new connection; its number.
    pub(super) fn accept(&self) -> (u64, Counted<'_>) {
        let number = self.change(|journal| {
            journal.accepted += 1;
            journal.accepted
        });
        (number, self.count(|journal| &mut journal.connections))
    }

    pub(super) fn wait(&self) -> Counted<'_> {
        self.count(|journal| &mut journal.waiting)
    }

    pub(super) fn request(&self, connection: u64, asked: &Asked) -> u64 {
        self.change(|journal| {
            let (head, body) = (Arc::clone(&asked.head), asked.body.clone());
            journal.keep(PortalRequest { number: journal.total, connection, head, body, status: None })
        })
    }

    pub(super) fn answer(&self, number: u64, status: u16) {
        self.change(|journal| {
            if let Some(request) = journal.requests.iter_mut().rev().find(|request| request.number == number)
            {
                request.status = Some(status);
            }
        });
    }

    /// A text that came on a WebSocket in JSON-RPC; whether it was a pong.
    pub(super) fn hear(&self, text: &str) -> bool {
        if let Some(mid) = text.strip_prefix("mack:").and_then(|mid| mid.parse().ok()) {
            self.change(|journal| {
                if journal.acknowledged.len() == MAX_ACKNOWLEDGED {
                    journal.acknowledged.pop_front();
                }
                journal.acknowledged.push_back(mid);
            });
        }
        let is_pong = text == "pong";
        if is_pong {
            self.change(|journal| journal.pongs += 1);
        }
        is_pong
    }

    pub(super) fn give_up(&self) {
        self.change(|journal| journal.given_up += 1);
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&PortalJournal) -> T) -> T {
        read(&self.lock())
    }

    pub(super) fn wait_for(&self, timeout: Duration, condition: impl Fn(&PortalJournal) -> bool) -> bool {
        let (_journal, waited) = self
            .changed
            .wait_timeout_while(self.lock(), timeout, |journal| !condition(journal))
            .unwrap_or_else(PoisonError::into_inner);
        !waited.timed_out()
    }

    fn count(&self, count: fn(&mut PortalJournal) -> &mut usize) -> Counted<'_> {
        self.change(|journal| *count(journal) += 1);
        Counted { journal: self, count }
    }

    fn change<T>(&self, change: impl FnOnce(&mut PortalJournal) -> T) -> T {
        let changed = change(&mut self.lock());
        self.changed.notify_all();
        changed
    }

    /// A condition that panicked under the lock has changed nothing.
    fn lock(&self) -> MutexGuard<'_, PortalJournal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pongs_and_acknowledgements_are_heard_and_nothing_else_is() {
        let journal = SharedPortalJournal::default();
        let mid = "17953026760000000000000003";
        assert!(journal.hear("pong"));
        for text in [&format!("mack:{mid}"), "mack:123", mid, "Pong", ""] {
            assert!(!journal.hear(text), "{text}");
        }
        journal.read(|journal| {
            assert_eq!(
                (journal.pongs, journal.acknowledged().collect::<Vec<_>>()),
                (1, vec![mid.to_owned()])
            );
        });
    }

    #[test]
    fn old_requests_make_room_and_stay_counted() {
        let head =
            Request { method: "GET".to_owned(), target: "/rest/a.json?X=1".to_owned(), headers: Vec::new() };
        let asked = Asked { head: Arc::new(head), body: String::new() };
        let journal = SharedPortalJournal::default();
        for _ in 0..MAX_REQUESTS + 10 {
            journal.request(1, &asked);
        }
        let large = Asked { head: Arc::clone(&asked.head), body: "x".repeat(MAX_BYTES) };
        journal.read(|journal| {
            assert_eq!((journal.calls("a").count(), journal.total), (MAX_REQUESTS, 16_394));
            let oldest = journal.requests().next().unwrap();
            assert_eq!((oldest.number, oldest.parameter("x").as_deref()), (10, Some("1")));
        });
        let number = journal.request(1, &large);
        journal.answer(number, 200);
        journal.read(|journal| {
            let kept: Vec<_> = journal.requests().map(|request| (request.number, request.status)).collect();
            assert_eq!(kept, [(number, Some(200))]);
        });
    }
}
