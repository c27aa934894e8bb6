//! The books of one WebSocket object: what its server wrote and read against what 1C took and sent.
//!
//! On every connection the server counts its own messages from 1 and echoes what comes; 1C counts what it sends over
//! the whole run. So a connection as 1C saw it is found among those of the server by the echoes on it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::{iter, mem};

use crate::balance::Balance;
use crate::connection::{End, Served, Taken};
use crate::report::Report;
use crate::span::Span;
use crate::text::{Seen, seen};

/// A connection of the server: which of its servers in turn, and the number it gave.
pub(crate) type Key = (usize, u64);

/// The books of one object.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    served: Vec<Served>,
    living: BTreeMap<Key, usize>,
    taken: Vec<Taken>,
    /// The last message of 1C that came to the server, and on which connection; those before it that have not, and the
    /// connections that may have taken them along.
    last_arrived: u64,
    arrived_on: usize,
    missing: BTreeMap<u64, Range<usize>>,
    /// The last message of 1C that came back.
    last_echo: u64,
    accepted: u64,
    /// What the object counted as lost in all; `None`: its class does not count.
    told: Option<u64>,
    /// What is found out at once.
    noted: Balance,
    finished: bool,
}

impl Ledger {
    /// Empty books; `has_account`: the object counts what it could not send.
    pub(crate) fn new(has_account: bool) -> Self {
        Self { told: has_account.then_some(0), ..Self::default() }
    }

    /// The server has opened a connection.
    pub(crate) fn opened(&mut self, key: Key) {
        self.living.insert(key, self.served.len());
        self.served.push(Served::default());
    }

    /// A text has come to the server.
    pub(crate) fn arrived(&mut self, key: Key, text: &str) {
        let Some(index) = self.living.get(&key).copied() else {
            self.noted.wrong += 1;
            return;
        };
        let served = &mut self.served[index];
        match seen(text) {
            Seen::Greeting if served.greeted => self.noted.doubled += 1,
            Seen::Greeting if served.first != 0 => self.noted.wrong += 1,
            Seen::Greeting => served.greeted = true,
            Seen::Sent(number) => {
                self.noted.arrived += 1;
                let before = mem::replace(&mut served.last, number);
                if served.first == 0 {
                    served.first = number;
                }
                let next = self.last_arrived + 1;
                if number < next {
                    // The server has read on, on a line that 1C had given up, while there was another already.
                    let is_late = number > before && self.missing.remove(&number).is_some();
                    self.noted.doubled += u64::from(!is_late);
                } else {
                    if before == 0 {
                        let between = self.arrived_on..index;
                        self.missing.extend((next..number).map(|missing| (missing, between.clone())));
                    } else {
                        self.noted.lost += number - next;
                    }
                    (self.last_arrived, self.arrived_on) = (number, index);
                }
            }
            Seen::Number(_) | Seen::Stray | Seen::Wrong => self.noted.wrong += 1,
        }
    }

    /// A close frame of the object has come, with this code.
    pub(crate) fn closed(&mut self, key: Key, code: Option<u16>) {
        if let Some(index) = self.living.get(&key) {
            self.served[*index].is_refused = matches!(code, Some(1002 | 1007 | 1009));
        }
    }

    /// A connection of the server has ended. What was not open is unknown here.
    pub(crate) fn ended(&mut self, key: Key, end: End) {
        if let Some(index) = self.living.remove(&key) {
            let is_clean = end.is_clean && !self.served[index].is_refused;
            self.served[index].end = Some(End { is_clean, ..end });
        }
    }

    /// What 1C has seen or done.
    pub(crate) fn told(&mut self, report: Report) {
        match report {
            Report::Open => {
                self.noted.opened += 1;
                self.taken.push(Taken::default());
            }
            Report::Failed => self.noted.failed += 1,
            Report::Accepted(number) => {
                if number != self.accepted + 1 {
                    self.noted.wrong += 1;
                }
                self.accepted = number;
            }
            Report::Account(account) => {
                // What was accepted was written or is counted as lost.
                let known = account.written + account.lost;
                self.noted.lost += account.accepted.saturating_sub(known);
                self.noted.doubled += known.saturating_sub(account.accepted + account.greetings);
                self.told = self.told.map(|told| told + account.lost);
            }
            Report::Unsent(lost) => self.told = self.told.map(|told| told + lost),
            Report::Abandoned => {
                if let Some(taken) = self.taken.last_mut() {
                    taken.is_abandoned |= !taken.is_over;
                    (taken.is_over, taken.is_last) = (true, true);
                }
            }
            Report::Finished => self.finished = true,
            Report::Wrong => self.noted.wrong += 1,
            Report::Ended
            | Report::Closed
            | Report::Number(_)
            | Report::Echo(_)
            | Report::Greeted
            | Report::Stray => self.took(report),
        }
    }

    /// The same, on the connection that is open.
    fn took(&mut self, report: Report) {
        let Some(taken) = self.taken.last_mut().filter(|taken| !taken.is_over) else {
            // Before the connection is told of, or after its end.
            self.noted.wrong += 1;
            return;
        };
        match report {
            Report::Number(number) => {
                taken.messages += 1;
                self.noted.received += 1;
                if number <= taken.numbers {
                    self.noted.doubled += 1;
                } else {
                    self.noted.lost += number - taken.numbers - 1;
                    taken.numbers = number;
                }
            }
            Report::Echo(number) => {
                taken.messages += 1;
                self.noted.received += 1;
                if number <= self.last_echo {
                    self.noted.doubled += 1;
                } else {
                    if taken.first_echo == 0 {
                        taken.first_echo = number;
                    } else {
                        self.noted.lost += number - taken.last_echo - 1;
                    }
                    (taken.last_echo, self.last_echo) = (number, number);
                }
            }
            Report::Greeted => {
                taken.messages += 1;
                self.noted.doubled += u64::from(taken.greeted);
                self.noted.wrong += u64::from(taken.first_echo != 0);
                taken.greeted = true;
            }
            Report::Closed => (taken.is_over, taken.is_closed) = (true, true),
            Report::Ended => taken.is_over = true,
            _ => {}
        }
    }

    /// Connections that nothing excuses the end of, as both sides saw them.
    pub(crate) fn uneven(&self) -> Vec<String> {
        let uneven = self.spans().into_iter().filter(|span| !span.balance().is_even());
        uneven.map(|span| format!("{span:?}")).collect()
    }

    /// Whether the object is done.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// How many of the server's connections have not ended yet.
    pub(crate) fn living(&self) -> usize {
        self.living.len()
    }

    /// All that can be told by now. Connections that one side has not ended yet are not judged.
    pub(crate) fn balance(&self) -> Balance {
        let mut balance = self.spans().iter().fold(self.noted, |sum, span| sum + span.balance());
        self.add_gaps(&mut balance);
        balance
    }

    /// The connections as 1C saw them beside the same as the server saw them.
    fn spans(&self) -> Vec<Span<'_>> {
        let mut served = self.served.iter().filter(|served| served.first != 0).peekable();
        let mut spans = Vec::new();
        let mut span = Span::default();
        for taken in self.taken.chunk_by(|_, next| next.first_echo == 0) {
            let echo = taken[0].first_echo;
            span.others.extend(iter::from_fn(|| served.next_if(|served| served.last < echo)));
            spans.push(mem::replace(
                &mut span,
                Span { taken, known: served.next_if(|_| echo != 0), others: Vec::new() },
            ));
        }
        // The last ones may still be on their way to 1C; those before came to nobody, unless they were abandoned.
        if self.finished {
            span.others.extend(served);
        }
        spans.push(span);
        spans
    }

    /// Messages of 1C that never came to the server, connection by connection.
    fn add_gaps(&self, balance: &mut Balance) {
        // Accounts come when objects are done.
        let mut told = self.told.filter(|_| self.finished).unwrap_or(u64::MAX);
        for between in self.missing.values() {
            // Nothing may be missing at a clean end.
            let is_clean = |served: &Served| served.end.is_some_and(|end| end.is_clean);
            if !self.served.get(between.clone()).is_some_and(|served| served.iter().all(is_clean)) {
                balance.cut += 1;
            } else if told > 0 {
                told -= 1;
                balance.unsent += 1;
            } else {
                balance.lost += 1;
            }
        }
        if self.finished {
            balance.lost += self.accepted.saturating_sub(self.last_arrived);
        }
    }
}

#[cfg(test)]
mod tests;
