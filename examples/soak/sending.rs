//! The series of messages that 1C sends over one object: which is due when, and what became of them.

use std::time::{Duration, Instant};

use crate::report::Account;

/// How many messages may be on their way, there and back.
const MOST_WAITING: u64 = 8;
/// Between two messages.
const PAUSE: Duration = Duration::from_millis(20);

/// One object's part of the series, which goes on from object to object.
#[derive(Debug)]
pub(crate) struct Sending {
    /// Messages on their way on this connection.
    waiting: u64,
    /// Nothing new is sent but to see whether all before it came back.
    is_settling: bool,
    /// The last message that was accepted, over all objects, and the last that came back.
    last: u64,
    echoed: u64,
    due_at: Instant,
    account: Account,
}

impl Sending {
    /// Goes on after the message of this number.
    pub(crate) fn after(last: u64) -> Self {
        Self {
            waiting: 0,
            is_settling: false,
            last,
            echoed: 0,
            due_at: Instant::now(),
            account: Account::default(),
        }
    }

    /// The message that is to be sent now, if any is. Whether it is taken or not, the next is due after a pause.
    pub(crate) fn due(&mut self, now: Instant) -> Option<u64> {
        let is_wanted = !self.is_settling || self.waiting == 0 && self.echoed < self.last;
        if now < self.due_at || !is_wanted || self.waiting >= MOST_WAITING {
            return None;
        }
        self.due_at = now + PAUSE;
        Some(self.last + 1)
    }

    /// The message that was due is taken.
    pub(crate) fn accepted(&mut self) {
        self.last += 1;
        self.waiting += 1;
        self.account.accepted += 1;
    }

    /// The message of this number came back.
    pub(crate) fn came_back(&mut self, number: u64) {
        self.waiting = self.waiting.saturating_sub(1);
        self.echoed = number;
    }

    /// There may be another greeting.
    pub(crate) fn greets(&mut self) {
        self.account.greetings += 1;
    }

    /// What was on its way on the connection before this one is not waited for.
    pub(crate) fn begin_connection(&mut self) {
        self.waiting = 0;
    }

    /// From now on only what is needed to see that all came back.
    pub(crate) fn settle(&mut self) {
        self.is_settling = true;
    }

    /// Whether all came back.
    pub(crate) fn is_settled(&self) -> bool {
        self.echoed == self.last
    }

    /// The last message that was accepted.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// What was accepted and how many greetings there may have been.
    pub(crate) fn account(&self) -> Account {
        self.account
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_on_their_way_and_no_faster_than_the_pause() {
        let mut sending = Sending::after(10);
        let mut now = Instant::now();
        for number in 11..11 + MOST_WAITING {
            assert_eq!(sending.due(now), Some(number));
            sending.accepted();
            assert_eq!(sending.due(now), None);
            now += PAUSE;
        }
        assert_eq!(sending.due(now), None);
        sending.came_back(11);
        assert_eq!(sending.due(now), Some(11 + MOST_WAITING));
        assert_eq!(sending.account().accepted, MOST_WAITING);
    }

    #[test]
    fn settling_sends_one_at_a_time_until_the_last_is_back() {
        let mut sending = Sending::after(0);
        let now = Instant::now();
        assert!(sending.is_settled());
        assert_eq!(sending.due(now), Some(1));
        sending.accepted();
        sending.settle();
        assert_eq!(sending.due(now + PAUSE), None);
        // The line was cut: whether the message arrived is seen from the next.
        sending.begin_connection();
        assert_eq!(sending.due(now + PAUSE), Some(2));
        sending.accepted();
        sending.came_back(2);
        assert!(sending.is_settled());
        assert_eq!(sending.due(now + 2 * PAUSE), None);
    }
}
