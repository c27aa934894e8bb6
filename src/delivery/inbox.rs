//! The two lanes of an inbox: what is taken, by an event or by a call of 1C, and what only events say.
//!
//! Messages are bounded; what we have to say ourselves, in either lane, is never dropped. Pure: no lock, no clock,
//! no platform. Numbers keep the order over both lanes.

use std::collections::VecDeque;

use super::lane::Lane;
use crate::message::Occurrence;
use crate::queue::Limits;
use crate::shared_text::SharedText;
use crate::texts::Texts;

/// What to do with a message when the inbox is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverflowPolicy {
    /// The reader waits, and so the peer.
    #[default]
    Wait,
    /// The oldest messages make room.
    DropOldest,
    /// The message is dropped.
    DropNewest,
    /// The connection is closed.
    Close,
}

/// What became of a message that was offered.
#[derive(Debug, PartialEq, Eq)]
pub enum Offer {
    /// It is in the inbox.
    Taken,
    /// It was dropped and counted, or nobody will ever want it.
    Dropped,
    /// There is no room: the reader keeps it and waits.
    Wait(Occurrence),
    /// There is no room: it was dropped and counted, and the connection shall end.
    Close,
}

/// What came, with its place among all that came.
pub type Numbered = (u64, Occurrence);

/// The place before all others.
pub const FIRST: u64 = 0;

/// What came and waits for 1C.
#[derive(Debug, Default)]
pub struct Inbox {
    taken: Lane,
    own: VecDeque<Numbered>,
    next: u64,
    /// Whether the inbox was told to be full, and not yet to be free.
    full: bool,
    lost_while_full: u64,
    lost: u64,
}

impl Inbox {
    /// Puts in what must not be lost and not be waited for. What waits already and says no more is left out: the
    /// same hint, or tokens that are dead by now.
    pub fn put(&mut self, occurrence: Occurrence) {
        match occurrence {
            Occurrence::CheckQueue(_) if self.taken.notices().any(|waiting| *waiting == occurrence) => {
                return;
            }
            Occurrence::Tokens(_) => {
                self.taken.retain_notices(|waiting| !matches!(waiting, Occurrence::Tokens(_)));
            }
            _ => {}
        }
        let number = self.number();
        if occurrence.is_for_taking() {
            self.taken.push(number, occurrence);
        } else {
            self.own.push_back((number, occurrence));
        }
    }

    /// Puts in a message, within `limits`, or does what `policy` says.
    pub fn offer(&mut self, message: Occurrence, limits: Limits, policy: OverflowPolicy) -> Offer {
        let size = message.size();
        if !self.has_room(size, limits) {
            if !std::mem::replace(&mut self.full, true) {
                self.put(Occurrence::QueueFull);
            }
            match policy {
                OverflowPolicy::Wait => return Offer::Wait(message),
                OverflowPolicy::Close => {
                    self.lose(1);
                    return Offer::Close;
                }
                OverflowPolicy::DropNewest => {
                    self.lose(1);
                    return Offer::Dropped;
                }
                OverflowPolicy::DropOldest => {
                    while !self.has_room(size, limits) && self.taken.pop_message().is_some() {
                        self.lose(1);
                    }
                }
            }
        }
        let number = self.number();
        self.taken.push(number, message);
        Offer::Taken
    }

    /// Puts in texts that came together, if there is room for all of them.
    ///
    /// # Errors
    /// The texts, each of which may be offered for itself.
    pub fn offer_texts(&mut self, texts: Texts, limits: Limits) -> Result<(), Texts> {
        if !self.taken.has_room(texts.len(), texts.bytes(), limits) {
            return Err(texts);
        }
        let first = self.next + 1;
        self.next += u64::try_from(texts.len()).unwrap_or(u64::MAX);
        self.taken.push_texts(first, texts);
        Ok(())
    }

    /// Takes the oldest message, or what stands among them.
    pub fn take(&mut self, limits: Limits) -> Option<Numbered> {
        self.take_next(limits, None)
    }

    fn take_next(&mut self, limits: Limits, spent: Option<SharedText>) -> Option<Numbered> {
        let taken = self.taken.pop(spent)?;
        self.note_room(limits);
        Some(taken)
    }

    /// Takes the oldest of what only events say.
    pub fn take_own(&mut self) -> Option<Occurrence> {
        self.own.pop_front().map(|(_, occurrence)| occurrence)
    }

    /// Takes the oldest of both lanes; `spent` was taken before, and may be used for it.
    pub fn take_any(&mut self, limits: Limits, spent: Option<SharedText>) -> Option<Occurrence> {
        match (self.own.front(), self.taken.first()) {
            (Some((own, _)), Some(taken)) if *own < taken => self.take_own(),
            (Some(_), None) => self.take_own(),
            _ => self.take_next(limits, spent).map(|(_, occurrence)| occurrence),
        }
    }

    /// Puts back what was taken, to its place, even beyond the limits; unless what waits says as much.
    pub fn put_back(&mut self, number: u64, occurrence: Occurrence) {
        if !self.says_as_much(&occurrence) {
            self.taken.put_back(number, occurrence);
        }
    }

    /// Throws the messages away; how many.
    pub fn clear_messages(&mut self, limits: Limits) -> usize {
        let thrown = self.taken.clear_messages();
        self.note_room(limits);
        thrown
    }

    /// Throws away what only events say.
    pub fn clear_own(&mut self) {
        self.own.clear();
    }

    /// Number of messages, and of what stands among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.taken.len()
    }

    /// Whether there is nothing to be taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// Whether there is something that only events say.
    #[must_use]
    pub fn has_own(&self) -> bool {
        !self.own.is_empty()
    }

    /// Messages lost since the object was created.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// Whether a message of this size is within the limits, which count messages only; the largest fits when there
    /// is no other.
    fn has_room(&self, size: usize, limits: Limits) -> bool {
        self.taken.has_no_messages() || self.taken.has_room(1, size, limits)
    }

    /// Whether the same hint waits, or newer tokens than these.
    fn says_as_much(&self, occurrence: &Occurrence) -> bool {
        let mut waiting = self.taken.notices();
        match occurrence {
            Occurrence::CheckQueue(_) => waiting.any(|waiting| waiting == occurrence),
            Occurrence::Tokens(_) => waiting.any(|waiting| matches!(waiting, Occurrence::Tokens(_))),
            _ => false,
        }
    }

    /// The place of what comes now.
    pub const fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// So many messages are lost.
    pub const fn lose(&mut self, count: u64) {
        self.lost += count;
        self.lost_while_full += count;
    }

    /// Tells that there is room again, when half of the inbox is: between two messages it would say nothing.
    fn note_room(&mut self, limits: Limits) {
        if self.full && self.taken.is_half_empty(limits) {
            self.full = false;
            let lost = std::mem::take(&mut self.lost_while_full);
            self.put(Occurrence::QueueFree { lost });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Cause, Payload, Tokens};

    const LIMITS: Limits = Limits { entries: 4, bytes: 1000 };

    fn text(number: u32) -> Occurrence {
        Occurrence::Message(Payload::Text(number.to_string().into()))
    }

    fn filled(policy: OverflowPolicy, count: u32) -> (Inbox, Vec<Offer>) {
        let mut inbox = Inbox::default();
        let offers = (1..=count).map(|number| inbox.offer(text(number), LIMITS, policy)).collect();
        (inbox, offers)
    }

    fn messages(inbox: &mut Inbox) -> Vec<Occurrence> {
        std::iter::from_fn(|| inbox.take(LIMITS)).map(|(_, occurrence)| occurrence).collect()
    }

    #[test]
    fn waiting_gives_the_message_back_and_tells_once() {
        let (mut inbox, offers) = filled(OverflowPolicy::Wait, 6);
        assert_eq!(offers[4..], [Offer::Wait(text(5)), Offer::Wait(text(6))]);
        assert_eq!(messages(&mut inbox), (1..=4).map(text).collect::<Vec<_>>());
        assert_eq!(inbox.take_own(), Some(Occurrence::QueueFull));
        assert_eq!(inbox.take_own(), Some(Occurrence::QueueFree { lost: 0 }));
        assert_eq!((inbox.take_own(), inbox.lost()), (None, 0));
    }

    #[test]
    fn dropping_keeps_the_right_end_and_counts() {
        for (policy, kept) in [(OverflowPolicy::DropOldest, 3..=6), (OverflowPolicy::DropNewest, 1..=4)] {
            let (mut inbox, offers) = filled(policy, 6);
            assert!(offers.iter().all(|offer| matches!(offer, Offer::Taken | Offer::Dropped)));
            assert_eq!(messages(&mut inbox), kept.map(text).collect::<Vec<_>>());
            assert_eq!(inbox.lost(), 2);
            assert_eq!(inbox.take_own(), Some(Occurrence::QueueFull));
            assert_eq!(inbox.take_own(), Some(Occurrence::QueueFree { lost: 2 }));
        }
    }

    #[test]
    fn closing_is_asked_for() {
        assert_eq!(filled(OverflowPolicy::Close, 5).1[4], Offer::Close);
    }

    #[test]
    fn both_lanes_together_keep_the_order() {
        let mut inbox = Inbox::default();
        inbox.put(Occurrence::QueueFull);
        inbox.offer(text(1), LIMITS, OverflowPolicy::Wait);
        inbox.put(Occurrence::QueueFree { lost: 0 });
        inbox.offer(text(2), LIMITS, OverflowPolicy::Wait);
        let taken = std::iter::from_fn(|| inbox.take_any(LIMITS, None)).collect::<Vec<_>>();
        let expected = [Occurrence::QueueFull, text(1), Occurrence::QueueFree { lost: 0 }, text(2)];
        assert_eq!(taken, expected);
    }

    #[test]
    fn what_was_put_back_comes_first() {
        let (mut inbox, _) = filled(OverflowPolicy::Wait, 2);
        inbox.put(Occurrence::QueueFull);
        let (_, first) = inbox.take(LIMITS).unwrap();
        inbox.put_back(FIRST, first);
        assert_eq!(inbox.take_any(LIMITS, None), Some(text(1)));
    }

    #[test]
    fn what_comes_back_stands_where_it_stood_beyond_the_limits() {
        let (mut inbox, _) = filled(OverflowPolicy::Wait, 4);
        let mut taken = std::iter::from_fn(|| inbox.take(LIMITS)).collect::<Vec<_>>();
        for number in 5..=8 {
            assert_eq!(inbox.offer(text(number), LIMITS, OverflowPolicy::Wait), Offer::Taken);
        }
        // In whichever order it comes back.
        taken.rotate_left(1);
        taken.swap(0, 1);
        for (number, occurrence) in taken {
            inbox.put_back(number, occurrence);
        }
        assert!(matches!(inbox.offer(text(9), LIMITS, OverflowPolicy::Wait), Offer::Wait(_)), "it is full");
        assert_eq!(messages(&mut inbox), (1..=8).map(text).collect::<Vec<_>>());
        assert_eq!(inbox.lost(), 0);
    }

    #[test]
    fn what_says_no_more_does_not_come_back() {
        let mut inbox = Inbox::default();
        let tokens = |access: &str| Occurrence::Tokens(Tokens { access: access.into(), ..Tokens::default() });
        for occurrence in [tokens("dead"), Occurrence::CheckQueue(Cause::Timer)] {
            inbox.put(occurrence);
        }
        let taken = std::iter::from_fn(|| inbox.take(LIMITS)).collect::<Vec<_>>();
        let newer =
            [tokens("new"), Occurrence::CheckQueue(Cause::Timer), Occurrence::CheckQueue(Cause::Start)];
        for occurrence in newer {
            inbox.put(occurrence);
        }
        for (number, occurrence) in taken {
            inbox.put_back(number, occurrence);
        }
        let left =
            [tokens("new"), Occurrence::CheckQueue(Cause::Timer), Occurrence::CheckQueue(Cause::Start)];
        assert_eq!(messages(&mut inbox), left);
        inbox.offer(text(1), LIMITS, OverflowPolicy::Wait);
        assert_eq!(inbox.clear_messages(LIMITS), 1, "notices are counted as what they are");
    }

    #[test]
    fn what_we_say_among_messages_is_never_dropped_and_not_said_twice() {
        let mut inbox = Inbox::default();
        let tokens = |access: &str| Occurrence::Tokens(Tokens { access: access.into(), ..Tokens::default() });
        let hint = || Occurrence::CheckQueue(Cause::Timer);
        for occurrence in [tokens("dead"), hint(), tokens("new"), hint()] {
            inbox.put(occurrence);
        }
        for number in 1..=4 {
            inbox.offer(text(number), LIMITS, OverflowPolicy::DropOldest);
        }
        inbox.offer(text(5), LIMITS, OverflowPolicy::DropOldest);
        assert_eq!(
            messages(&mut inbox),
            [hint(), tokens("new"), text(2), text(3), text(4), text(5)],
            "four, and what is ours"
        );
        inbox.put(hint());
        inbox.offer(text(5), LIMITS, OverflowPolicy::Wait);
        assert_eq!((inbox.clear_messages(LIMITS), messages(&mut inbox)), (1, vec![hint()]));
    }
}
