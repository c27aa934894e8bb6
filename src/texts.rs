//! Texts one behind the other, in one block of memory.

/// Texts in their order.
#[derive(Debug, Default)]
pub struct Texts {
    block: String,
    /// Where in the block each of them ends.
    ends: Vec<usize>,
}

impl Texts {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self { block: String::new(), ends: Vec::new() }
    }

    /// None, with memory for so many texts of so many bytes together.
    #[must_use]
    pub fn with_room(texts: usize, bytes: usize) -> Self {
        Self { block: String::with_capacity(bytes), ends: Vec::with_capacity(texts) }
    }

    /// Appends a text.
    pub fn push(&mut self, text: &str) {
        self.block.push_str(text);
        self.ends.push(self.block.len());
    }

    /// The texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| &self.block[std::mem::replace(&mut start, *end)..*end])
    }

    /// Number of texts.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all of them together.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.block.len()
    }

    /// Forgets the texts and keeps the memory.
    pub fn clear(&mut self) {
        self.block.clear();
        self.ends.clear();
    }

    /// The block, and where in it each of the texts ends. Memory that is much more than they need is given back.
    #[must_use]
    pub fn into_parts(mut self) -> (String, Vec<usize>) {
        if self.block.capacity() - self.block.len() > self.block.len() / 8 {
            self.block.shrink_to_fit();
            self.ends.shrink_to_fit();
        }
        (self.block, self.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_borders_and_their_order() {
        let mut texts = Texts::default();
        for text in ["раз", "", "два"] {
            texts.push(text);
        }
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["раз", "", "два"]);
        assert_eq!((texts.len(), texts.bytes(), texts.is_empty()), (3, 12, false));
        texts.clear();
        assert_eq!((texts.iter().next(), texts.is_empty()), (None, true));
    }
}
