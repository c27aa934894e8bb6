//! What was published: kept for those who come back, passed on to those who wait.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::broadcast;

use crate::push_pull::{
    message::{Message, Mid},
    position::{Moment, Position},
};

/// The oldest make room.
const MOST_MESSAGES: usize = 65_536;
/// How many messages a connection may be behind; one that is further behind misses some.
const LIVE_QUEUE: usize = 4096;

/// The messages of all channels.
pub(super) struct Store {
    messages: VecDeque<Arc<Message>>,
    last: Mid,
    last_moment: Moment,
    live: broadcast::Sender<Arc<Message>>,
}

impl Store {
    /// An empty store that was started at this second since 1970.
    pub(super) fn new(epoch: u64) -> Self {
        Self {
            messages: VecDeque::new(),
            last: Mid { epoch, count: 0 },
            last_moment: Moment::default(),
            live: broadcast::Sender::new(LIVE_QUEUE),
        }
    }

    /// Keeps and sends a text, published at this second since 1970, and what JSON-RPC adds to it.
    pub(super) fn publish(
        &mut self,
        now: u64,
        channels: Vec<String>,
        text: String,
        user_params: Option<String>,
    ) -> Mid {
        self.last.count += 1;
        self.last_moment = self.last_moment.next(now);
        let (mid, published) = (self.last, self.last_moment);
        let message = Arc::new(Message { mid, published, channels, text, user_params });
        if self.messages.len() == MOST_MESSAGES {
            self.messages.pop_front();
        }
        self.messages.push_back(Arc::clone(&message));
        // Nobody may be waiting.
        let _ = self.live.send(message);
        self.last
    }

    /// Forgets everything; numbers go on from a later start.
    pub(super) fn wipe(&mut self, now: u64) {
        self.messages.clear();
        self.last = Mid { epoch: now.max(self.last.epoch + 1), count: 0 };
    }

    /// What is published from now on, on any channel.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<Message>> {
        self.live.subscribe()
    }

    /// What came after this position on these channels, oldest first. What was published on two of them is in it twice, as the
    /// vendor's server has it.
    pub(super) fn history(&self, position: Position, channels: &[String]) -> Vec<Arc<Message>> {
        let after = self.messages.partition_point(|message| !position.is_before(message));
        let times = |message: &&Arc<Message>| {
            channels.iter().filter(|channel| message.channels.contains(channel)).count()
        };
        self.messages
            .range(after..)
            .flat_map(|message| std::iter::repeat_n(message, times(&message)))
            .map(Arc::clone)
            .collect()
    }

    /// The last message kept on these channels.
    pub(super) fn last(&self, channels: &[String]) -> Option<Arc<Message>> {
        let is_there = |message: &&Arc<Message>| is_on(message, channels);
        self.messages.iter().rev().find(is_there).map(Arc::clone)
    }

    /// Everything that is kept, oldest first.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().map(AsRef::as_ref)
    }
}

/// Whether a message is on one of these channels.
pub(super) fn is_on(message: &Message, channels: &[String]) -> bool {
    message.channels.iter().any(|channel| channels.contains(channel))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(messages: &[Arc<Message>]) -> Vec<u64> {
        messages.iter().map(|message| message.mid.count).collect()
    }

    #[test]
    fn history_is_sorted_over_channels_and_not_deduplicated() {
        let mut store = Store::new(1);
        let (a, b) = ("a".to_owned(), "b".to_owned());
        for channels in [vec![a.clone()], vec![b.clone()], vec![b.clone(), a.clone()], vec!["c".to_owned()]] {
            store.publish(5, channels, String::new(), None);
        }
        let both = [a.clone(), b.clone()];
        let after = |epoch, count| Position::Mid(Mid { epoch, count });
        assert_eq!(counts(&store.history(after(0, 0), &both)), [1, 2, 3, 3]);
        assert_eq!(counts(&store.history(after(1, 1), std::slice::from_ref(&b))), [2, 3]);
        let since = |seconds, tag| Position::Moment(Moment { seconds, tag });
        assert_eq!(counts(&store.history(since(4, u64::MAX), &both)), [1, 2, 3, 3]);
        assert_eq!(counts(&store.history(since(5, 1), &both)), [2, 3, 3]);
        assert_eq!(counts(&store.history(since(5, u64::MAX), &both)), [0; 0]);
        assert_eq!(store.last(&[a]).map(|message| message.mid.count), Some(3));
    }

    #[test]
    fn numbers_grow_over_a_wipe() {
        let mut store = Store::new(100);
        let before = store.publish(60, vec!["a".to_owned()], String::new(), None);
        store.wipe(50);
        assert_eq!(store.messages().count(), 0);
        assert!(store.publish(60, vec!["a".to_owned()], String::new(), None) > before);
    }
}
