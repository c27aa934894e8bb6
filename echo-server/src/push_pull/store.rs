//! What was published: kept for those who come back, passed on to those who wait.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::broadcast;

use crate::push_pull::message::{Message, Mid};

/// The oldest make room.
const MOST_MESSAGES: usize = 65_536;
/// How many messages a connection may be behind; one that is further behind misses some.
const LIVE_QUEUE: usize = 4096;

/// The messages of all channels.
pub(super) struct Store {
    messages: VecDeque<Arc<Message>>,
    last: Mid,
    live: broadcast::Sender<Arc<Message>>,
}

impl Store {
    /// An empty store that was started at this second since 1970.
    pub(super) fn new(epoch: u64) -> Self {
        Self {
            messages: VecDeque::new(),
            last: Mid { epoch, count: 0 },
            live: broadcast::Sender::new(LIVE_QUEUE),
        }
    }

    pub(super) fn publish(&mut self, channels: Vec<String>, text: String) -> Mid {
        self.last.count += 1;
        let message = Arc::new(Message { mid: self.last, channels, text });
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

    /// What came after `mid` on these channels, oldest first. What was published on two of them is in it twice, as the
    /// vendor's server has it.
    pub(super) fn history(&self, mid: Mid, channels: &[String]) -> Vec<Arc<Message>> {
        let after = self.messages.partition_point(|message| message.mid <= mid);
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
            store.publish(channels, String::new());
        }
        let zero = Mid { epoch: 0, count: 0 };
        assert_eq!(counts(&store.history(zero, &[a.clone(), b.clone()])), [1, 2, 3, 3]);
        assert_eq!(counts(&store.history(Mid { epoch: 1, count: 1 }, std::slice::from_ref(&b))), [2, 3]);
        assert_eq!(store.last(&[a]).map(|message| message.mid.count), Some(3));
    }

    #[test]
    fn numbers_grow_over_a_wipe() {
        let mut store = Store::new(100);
        let before = store.publish(vec!["a".to_owned()], String::new());
        store.wipe(50);
        assert_eq!(store.messages().count(), 0);
        assert!(store.publish(vec!["a".to_owned()], String::new()) > before);
    }
}
