//! Where keys and masks come from.

use std::fmt;

/// A source of unpredictable bytes (RFC 6455, section 10.3). Tests use a closure.
pub trait Random {
    /// Fills all of `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<F: FnMut(&mut [u8])> Random for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}

/// A call for every mask would cost more than the mask: bytes are fetched in blocks.
const BLOCK: usize = 256;

/// The operating system's source.
pub struct SystemRandom {
    block: [u8; BLOCK],
    used: usize,
}

impl SystemRandom {
    /// Fetches the first bytes.
    ///
    /// # Errors
    /// When the operating system has no such source.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut block = [0; BLOCK];
        getrandom::fill(&mut block)?;
        Ok(Self { block, used: 0 })
    }
}

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(BLOCK) {
            if BLOCK - self.used < piece.len() {
                getrandom::fill(&mut self.block).expect("the source worked in `new`");
                self.used = 0;
            }
            let end = self.used + piece.len();
            piece.copy_from_slice(&self.block[self.used..end]);
            self.used = end;
        }
    }
}

impl fmt::Debug for SystemRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SystemRandom")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_block_is_given_twice() {
        let mut random = SystemRandom::new().expect("a random source");
        let keys = std::iter::repeat_with(|| {
            let mut key = [0; 16];
            random.fill(&mut key);
            key
        });
        assert_eq!(keys.take(100).collect::<HashSet<_>>().len(), 100);
    }

    #[test]
    fn more_than_a_block_can_be_asked_for() {
        let mut bytes = [0; 3 * BLOCK + 7];
        SystemRandom::new().expect("a random source").fill(&mut bytes);
        assert!(bytes.windows(16).all(|window| window != [0; 16]));
    }
}
