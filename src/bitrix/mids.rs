//! Where we are in the push server's history: the position that polls continue from, and the one that 1C may
//! keep. Pure bookkeeping, with neither clock nor network.
//!
//! A `mid` is a counter of the whole server, not of a channel, and grows even when the server's store was
//! wiped. So one position holds over new channels, new configurations and restarts.

use std::collections::{BTreeSet, HashSet, VecDeque};

use native_api::Text;

use crate::bitrix::mid::Mid;

/// Mids that are remembered in order to drop duplicates.
const WINDOW: usize = 10_000;

/// Where to begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// From now on: the history is skipped.
    #[default]
    Now,
    /// After this message; after [`Mid::ZERO`]: with all that the server still has.
    After(Mid),
}

impl Start {
    /// Reads the property: `""`, `"0"` or a `mid`.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(text: &str) -> Result<Self, Text> {
        match text.trim() {
            "" => Ok(Self::Now),
            "0" => Ok(Self::After(Mid::ZERO)),
            mid => Mid::parse(mid)
                .map(Self::After)
                .ok_or(Text::fixed("пустая строка, 0 или 26 цифр", "an empty string, 0 or 26 digits")),
        }
    }
}

/// What to do with a message that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is new: hand it on, and say [`Mids::given`] when 1C has it or nobody will want it.
    New,
    /// It was read before.
    Duplicate,
    /// It was published before we came, and is not wanted.
    History,
}

/// The positions of one listener.
#[derive(Clone, Debug)]
pub struct Mids {
    skips_history: bool,
    /// The greatest of all that was read: never goes back.
    read: Mid,
    /// All up to here was given to 1C.
    given: Mid,
    /// Read, and not yet given.
    waiting: BTreeSet<Mid>,
    /// Given before something smaller was.
    given_ahead: BTreeSet<Mid>,
    seen: HashSet<Mid>,
    seen_order: VecDeque<Mid>,
    /// Whose numbers these are.
    server: Option<String>,
}

impl Mids {
    /// Begins at `start`.
    #[must_use]
    pub fn new(start: Start) -> Self {
        let (skips_history, read) = match start {
            Start::Now => (true, Mid::ZERO),
            Start::After(mid) => (false, mid),
        };
        let mut mids = Self {
            skips_history,
            read,
            given: read,
            waiting: BTreeSet::new(),
            given_ahead: BTreeSet::new(),
            seen: HashSet::new(),
            seen_order: VecDeque::new(),
            server: None,
        };
        // The server repeats the message that was read last.
        mids.remember(read);
        mids
    }

    /// What the next poll shall continue after. Zeros where nothing is known: without a `mid`, what is
    /// published between two polls would be lost.
    #[must_use]
    pub const fn read(&self) -> Mid {
        self.read
    }

    /// What 1C may keep as its `Позиция`: the last message before which all were given. Empty only as long as
    /// it was set so and nobody has listened yet.
    #[must_use]
    pub fn position(&self) -> String {
        if self.skips_history {
            return String::new();
        }
        self.given.to_string()
    }

    /// The positions are those of this push server. On another one than before, numbers begin anew, and all that it
    /// has for us is new; whether that is so.
    pub fn at(&mut self, server: &str) -> bool {
        let is_other = self.server.as_ref().is_some_and(|known| known != server);
        if is_other {
            *self = Self { skips_history: self.skips_history, ..Self::new(Start::After(Mid::ZERO)) };
        }
        self.server = Some(server.to_owned());
        is_other
    }

    /// Whether what comes now was published before we came.
    #[must_use]
    pub const fn skips_history(&self) -> bool {
        self.skips_history
    }

    /// The connection is open: from here on nothing is history.
    pub const fn opened(&mut self) {
        self.skips_history = false;
    }

    /// A message was read.
    pub fn judge(&mut self, mid: Mid) -> Judgement {
        if !self.remember(mid) {
            return Judgement::Duplicate;
        }
        self.read = self.read.max(mid);
        if self.skips_history {
            self.settle(mid);
            return Judgement::History;
        }
        self.waiting.insert(mid);
        Judgement::New
    }

    /// The server told its last `mid` without a message (`Last-Message-Id` of a 304).
    pub fn told(&mut self, mid: Mid) {
        self.read = self.read.max(mid);
        self.settle(mid);
    }

    /// 1C has this message, or it was filtered out or dropped by an overflow.
    pub fn given(&mut self, mid: Mid) {
        if self.waiting.remove(&mid) {
            self.settle(mid);
        }
    }

    /// Moves the position of 1C as far as nothing that waits is jumped over.
    fn settle(&mut self, mid: Mid) {
        self.note_given_ahead(mid);
        let limit = self.waiting.first().copied();
        while let Some(first) = self.given_ahead.first().copied() {
            if limit.is_some_and(|limit| first >= limit) {
                return;
            }
            self.given_ahead.pop_first();
            self.given = self.given.max(first);
        }
    }

    /// Of those that were given between two that wait, only the greatest is of interest.
    fn note_given_ahead(&mut self, mid: Mid) {
        let waits_between = |from: Mid, to: Mid| self.waiting.range(from..to).next().is_some();
        let after = self.given_ahead.range(mid..).next().copied();
        if after.is_some_and(|after| !waits_between(mid, after)) {
            return;
        }
        let before = self.given_ahead.range(..mid).next_back().copied();
        if let Some(before) = before.filter(|before| !waits_between(*before, mid)) {
            self.given_ahead.remove(&before);
        }
        self.given_ahead.insert(mid);
    }

    /// Whether `mid` is not among the last ones.
    fn remember(&mut self, mid: Mid) -> bool {
        if !self.seen.insert(mid) {
            return false;
        }
        self.seen_order.push_back(mid);
        if self.seen_order.len() > WINDOW
            && let Some(oldest) = self.seen_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const STORE: u128 = 1_795_302_676 * 10_u128.pow(16);

    fn mid(number: u128) -> Mid {
        Mid(STORE + number)
    }

    fn opened(start: Start) -> Mids {
        let mut mids = Mids::new(start);
        mids.opened();
        mids
    }

    #[test]
    fn a_start_is_now_all_or_a_mid() {
        assert_eq!(Start::parse(""), Ok(Start::Now));
        assert_eq!(Start::parse("0"), Ok(Start::After(Mid::ZERO)));
        assert_eq!(Start::parse(&mid(3).to_string()), Ok(Start::After(mid(3))));
        assert!(Start::parse("00").is_err() && Start::parse("сейчас").is_err());
    }

    #[test]
    fn from_now_on_skips_the_history_and_keeps_its_last_mid() {
        let mut mids = Mids::new(Start::Now);
        assert_eq!((mids.read(), mids.position().as_str()), (Mid::ZERO, ""));
        assert_eq!(mids.judge(mid(1)), Judgement::History);
        assert_eq!(mids.judge(mid(2)), Judgement::History);
        mids.opened();
        assert_eq!((mids.read(), mids.position()), (mid(2), mid(2).to_string()));
        assert_eq!(mids.judge(mid(2)), Judgement::Duplicate);
        assert_eq!(mids.judge(mid(3)), Judgement::New);
    }

    #[test]
    fn an_empty_history_leaves_zeros_which_lose_nothing() {
        let mids = opened(Start::Now);
        assert_eq!((mids.read(), mids.position()), (Mid::ZERO, Mid::ZERO.to_string()));
    }

    #[test]
    fn everything_is_wanted_from_zero() {
        let mut mids = Mids::new(Start::After(Mid::ZERO));
        assert_eq!(mids.judge(mid(1)), Judgement::New);
        assert_eq!(mids.position(), Mid::ZERO.to_string());
        mids.given(mid(1));
        assert_eq!(mids.position(), mid(1).to_string());
    }

    #[test]
    fn numbers_of_another_server_begin_anew() {
        let mut mids = opened(Start::After(mid(5)));
        assert!(!mids.at("rtc-01"), "1C does not say whose its position is");
        assert_eq!(mids.judge(mid(6)), Judgement::New);
        assert!(mids.at("rtc-02") && !mids.at("rtc-02"));
        assert_eq!((mids.read(), mids.judge(mid(1))), (Mid::ZERO, Judgement::New));
        // A message of the server before is no position on this one.
        mids.given(mid(6));
        mids.given(mid(1));
        assert_eq!(mids.position(), mid(1).to_string());
    }

    #[test]
    fn what_is_given_behind_a_message_that_waits_takes_no_room() {
        let mut mids = opened(Start::Now);
        for number in [1, 500_000] {
            assert_eq!(mids.judge(mid(number)), Judgement::New);
        }
        for number in (2..1_000).chain(500_001..501_000) {
            mids.judge(mid(number));
            mids.given(mid(number));
        }
        assert_eq!(mids.given_ahead.len(), 2, "one for each that waits");
        mids.given(mid(1));
        assert_eq!(mids.position(), mid(999).to_string());
        mids.given(mid(500_000));
        assert_eq!(mids.position(), mid(500_999).to_string());
    }

    #[test]
    fn a_later_session_drops_the_message_that_the_position_names() {
        assert_eq!(opened(Start::After(mid(5))).judge(mid(5)), Judgement::Duplicate);
    }

    #[test]
    fn the_position_is_what_was_given_and_not_what_was_read() {
        let mut mids = opened(Start::After(mid(10)));
        for number in [11, 13, 12] {
            assert_eq!(mids.judge(mid(number)), Judgement::New);
        }
        mids.told(mid(14));
        assert_eq!((mids.read(), mids.position()), (mid(14), mid(10).to_string()));
        mids.given(mid(11));
        mids.given(mid(13));
        assert_eq!(mids.position(), mid(11).to_string(), "12 has not been given");
        mids.given(mid(12));
        assert_eq!(mids.position(), mid(14).to_string());
    }

    #[test]
    fn nothing_goes_back() {
        let mut mids = opened(Start::After(mid(10)));
        mids.told(mid(3));
        assert_eq!(mids.judge(mid(4)), Judgement::New, "late, and yet new");
        mids.given(mid(4));
        mids.given(mid(999));
        assert_eq!((mids.read(), mids.position()), (mid(10), mid(10).to_string()));
    }

    #[test]
    fn a_wiped_store_jumps_up() {
        let mut mids = opened(Start::After(mid(10)));
        let restarted = Mid((STORE / 10_u128.pow(16) + 60) * 10_u128.pow(16) + 1);
        assert_eq!(mids.judge(restarted), Judgement::New);
        assert_eq!(mids.read(), restarted);
    }

    #[test]
    fn the_window_is_wide_and_bounded() {
        let mut mids = opened(Start::After(Mid::ZERO));
        for number in 1..=20_000 {
            assert_eq!(mids.judge(mid(number)), Judgement::New);
            mids.given(mid(number));
        }
        for number in 20_000 - 5_000..=20_000 {
            assert_eq!(mids.judge(mid(number)), Judgement::Duplicate);
        }
        assert_eq!((mids.seen.len(), mids.seen_order.len()), (WINDOW, WINDOW));
        assert!(mids.waiting.is_empty() && mids.given_ahead.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        /// A session that ends anywhere, and one that begins with its position: all that was read and not
        /// given is after that position.
        #[test]
        fn the_position_never_jumps_over_what_was_not_given(
            steps in vec((0_u128..40, any::<bool>()), 0..120),
        ) {
            let mut mids = opened(Start::After(mid(0)));
            let (mut waiting, mut last_read) = (BTreeSet::new(), mids.read());
            let mut last = mids.position();
            for (number, gives) in steps {
                let one = mid(number);
                if gives {
                    mids.given(one);
                    waiting.remove(&one);
                } else if mids.judge(one) == Judgement::New && one > Mid::parse(&last).unwrap() {
                    waiting.insert(one);
                }
                let position = mids.position();
                prop_assert!(mids.read() >= last_read && position >= last, "never back");
                prop_assert!(waiting.iter().all(|one| one.to_string() > position));
                (last_read, last) = (mids.read(), position);
            }
        }
    }
}
