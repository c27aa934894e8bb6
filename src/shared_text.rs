//! Texts that came together and lie in one block of memory.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::texts::Texts;

/// A text, alone or among others. The block is freed when the last of them is dropped.
#[derive(Clone)]
pub struct SharedText {
    block: Arc<String>,
    start: usize,
    end: usize,
}

impl SharedText {
    /// The text at `range` of the block.
    ///
    /// # Panics
    /// When there is none: outside of the block, or not between two characters.
    #[must_use]
    pub fn part(block: &Arc<String>, range: Range<usize>) -> Self {
        assert!(block.get(range.clone()).is_some(), "a text of the block");
        Self { block: Arc::clone(block), start: range.start, end: range.end }
    }

    /// The text at `range` of the block, by the handle of one that nobody needs any more, if that lies in this block too:
    /// who goes through a block text by text need not count its users each time.
    ///
    /// # Panics
    /// Like [`part`](Self::part).
    #[must_use]
    pub fn instead_of(spent: Option<Self>, block: &Arc<String>, range: Range<usize>) -> Self {
        match spent {
            Some(spent) if Arc::ptr_eq(&spent.block, block) => {
                assert!(block.get(range.clone()).is_some(), "a text of the block");
                Self { block: spent.block, start: range.start, end: range.end }
            }
            _ => Self::part(block, range),
        }
    }

    /// Each of these texts.
    pub fn all(texts: Texts) -> impl DoubleEndedIterator<Item = Self> {
        let (block, ends) = texts.into_parts();
        let block = Arc::new(block);
        (0..ends.len()).map(move |at| {
            let start = at.checked_sub(1).map_or(0, |before| ends[before]);
            Self::part(&block, start..ends[at])
        })
    }

    /// Its length in bytes, without a look at the block.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.end - self.start
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.block[self.start..self.end]
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        let end = text.len();
        Self { block: Arc::new(text), start: 0, end }
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl PartialEq for SharedText {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for SharedText {}

impl fmt::Debug for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_lives_as_long_as_one_of_its_texts() {
        let block = Arc::new("раздва".to_owned());
        let [first, second] = [0..6, 6..12].map(|range| SharedText::part(&block, range));
        let weak = Arc::downgrade(&block);
        drop((block, first));
        assert_eq!((&*second, second.size()), ("два", 6));
        drop(second);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    #[should_panic(expected = "a text of the block")]
    fn a_character_is_not_cut() {
        let _ = SharedText::part(&Arc::new("ж".to_owned()), 0..1);
    }
}
