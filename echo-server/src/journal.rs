//! The record of what the server saw.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
};

use crate::{
    end::End,
    event::{Event, Request},
};

const MAX_ENTRIES: usize = 65_536;
const MAX_BYTES: usize = 64 << 20;

/// What the server saw, in the order in which it happened.
///
/// It keeps the last 65,536 entries, and of these as many as hold 64 MiB together; [`Journal::totals`] counts all.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    bytes: usize,
    next: u64,
    totals: Totals,
    traffic: BTreeMap<u64, Traffic>,
}

/// One event on one connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The entry's place in the whole journal, from 0.
    pub number: u64,
    /// The connection, numbered from 1 as they were accepted.
    pub connection: u64,
    /// What happened.
    pub event: Event,
}

/// How often each thing has happened since the server started.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// TCP connections accepted.
    pub accepted: u64,
    /// Requests read.
    pub requests: u64,
    /// Connections opened, that is answered with 101.
    pub opened: u64,
    /// Text messages received.
    pub texts: u64,
    /// Binary messages received.
    pub binaries: u64,
    /// Pings received.
    pub pings: u64,
    /// Pongs received.
    pub pongs: u64,
    /// Close frames received.
    pub closes: u64,
    /// TCP connections ended.
    pub ended: u64,
    /// Messages sent.
    pub sent: u64,
    /// Messages received compressed; they are among the texts and binary messages too.
    pub compressed: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Traffic {
    open: bool,
    received: u64,
    sent: u64,
}

impl Journal {
    /// What is kept, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// What is kept of the entries with this number and above.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Entry> {
        let known = self.entries.front().map_or(number, |first| first.number);
        let skipped = usize::try_from(number.saturating_sub(known)).unwrap_or(usize::MAX);
        self.entries.iter().skip(skipped)
    }

    /// The number that the next entry will have.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.next
    }

    /// The events of one connection.
    pub fn of(&self, connection: u64) -> impl Iterator<Item = &Event> {
        self.entries.iter().filter(move |entry| entry.connection == connection).map(|entry| &entry.event)
    }

    /// The counts of everything, also of what is no longer kept.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// How many connections are open now: answered with 101 and not ended.
    #[must_use]
    pub fn open(&self) -> usize {
        self.traffic.values().filter(|traffic| traffic.open).count()
    }

    /// How many TCP connections there are now, open or not.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.traffic.len()
    }

    /// The requests that are kept.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.events().filter_map(|event| match event {
            Event::Request(request) => Some(request),
            _ => None,
        })
    }

    /// The text messages that are kept.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.events().filter_map(|event| match event {
            Event::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The binary messages that are kept.
    pub fn binaries(&self) -> impl Iterator<Item = &[u8]> {
        self.events().filter_map(|event| match event {
            Event::Binary(bytes) => Some(bytes.as_slice()),
            _ => None,
        })
    }

    /// The payloads of the pings that are kept.
    pub fn pings(&self) -> impl Iterator<Item = &[u8]> {
        self.events().filter_map(|event| match event {
            Event::Ping(payload) => Some(payload.as_slice()),
            _ => None,
        })
    }

    /// The payloads of the pongs that are kept.
    pub fn pongs(&self) -> impl Iterator<Item = &[u8]> {
        self.events().filter_map(|event| match event {
            Event::Pong(payload) => Some(payload.as_slice()),
            _ => None,
        })
    }

    /// The close frames that are kept: code and reason.
    pub fn closes(&self) -> impl Iterator<Item = (Option<u16>, &str)> {
        self.events().filter_map(|event| match event {
            Event::Close { code, reason } => Some((*code, reason.as_str())),
            _ => None,
        })
    }

    /// How connections ended, as far as it is kept.
    pub fn ends(&self) -> impl Iterator<Item = &End> {
        self.events().filter_map(|event| match event {
            Event::Ended { how, .. } => Some(how),
            _ => None,
        })
    }

    fn events(&self) -> impl Iterator<Item = &Event> {
        self.entries.iter().map(|entry| &entry.event)
    }

    pub(crate) fn record(&mut self, connection: u64, event: Event) {
        let traffic = self.traffic.entry(connection).or_default();
        let total = match &event {
            Event::Accepted(_) => &mut self.totals.accepted,
            Event::Request(_) => &mut self.totals.requests,
            Event::Opened => {
                traffic.open = true;
                &mut self.totals.opened
            }
            Event::Text(_) => {
                traffic.received += 1;
                &mut self.totals.texts
            }
            Event::Binary(_) => {
                traffic.received += 1;
                &mut self.totals.binaries
            }
            Event::Ping(_) => &mut self.totals.pings,
            Event::Pong(_) => &mut self.totals.pongs,
            Event::Close { .. } => &mut self.totals.closes,
            Event::Ended { .. } => {
                self.traffic.remove(&connection);
                &mut self.totals.ended
            }
        };
        *total += 1;
        self.keep(Entry { number: self.next, connection, event });
    }

    pub(crate) fn end(&mut self, connection: u64, how: End) {
        let Traffic { received, sent, .. } = self.traffic.get(&connection).copied().unwrap_or_default();
        self.record(connection, Event::Ended { how, received, sent });
    }

    pub(crate) fn count_sent(&mut self, connection: u64) {
        self.totals.sent += 1;
        self.traffic.entry(connection).or_default().sent += 1;
    }

    pub(crate) fn count_compressed(&mut self) {
        self.totals.compressed += 1;
    }

    fn keep(&mut self, entry: Entry) {
        self.next += 1;
        self.bytes += entry.event.size();
        self.entries.push_back(entry);
        while self.entries.len() > MAX_ENTRIES || (self.bytes > MAX_BYTES && self.entries.len() > 1) {
            let oldest = self.entries.pop_front().expect("there is at least the entry just kept");
            self.bytes -= oldest.event.size();
        }
    }
}

impl fmt::Display for Journal {
    /// One line for each entry that is kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.iter().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {}", self.connection, self.event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_entries_make_room_and_stay_counted() {
        let mut journal = Journal::default();
        for _ in 0..MAX_ENTRIES + 10 {
            journal.record(1, Event::Opened);
        }
        assert_eq!(journal.entries().count(), MAX_ENTRIES);
        assert_eq!(journal.entries().next().unwrap().number, 10);
        assert_eq!(journal.totals().opened, 65_546);
        assert_eq!(journal.since(0).count(), MAX_ENTRIES);
        assert_eq!(journal.since(journal.next_number() - 1).count(), 1);
        assert_eq!(journal.since(journal.next_number()).count(), 0);
    }

    #[test]
    fn the_bytes_are_bounded_and_the_last_message_is_kept_whatever_its_size() {
        let mut journal = Journal::default();
        journal.record(1, Event::Text("small".to_owned()));
        journal.record(1, Event::Binary(vec![0; MAX_BYTES + 1]));
        assert_eq!((journal.texts().count(), journal.binaries().count()), (0, 1));
        journal.record(1, Event::Text("small".to_owned()));
        assert_eq!((journal.texts().count(), journal.binaries().count(), journal.bytes), (1, 0, 5));
    }

    #[test]
    fn a_connection_is_open_from_opened_to_ended() {
        let mut journal = Journal::default();
        journal.record(7, Event::Accepted("127.0.0.1:1".parse().unwrap()));
        assert_eq!((journal.connections(), journal.open()), (1, 0));
        journal.record(7, Event::Opened);
        journal.record(7, Event::Text("a".to_owned()));
        journal.count_sent(7);
        journal.count_sent(7);
        assert_eq!((journal.connections(), journal.open()), (1, 1));
        journal.end(7, End::Clean);
        assert_eq!((journal.connections(), journal.open()), (0, 0));
        let ended = Event::Ended { how: End::Clean, received: 1, sent: 2 };
        assert_eq!(journal.of(7).last(), Some(&ended));
    }
}
