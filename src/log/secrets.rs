//! Secrets that are known: what we have told a server may come back in its text.

use std::cmp::Reverse;

const MASK: &str = "***";
/// Shorter ones, in bytes, stand in texts by chance.
const SHORTEST: usize = 4;

/// What must not be shown.
#[derive(Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// These, but for those that are too short to be told from ordinary text.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST).collect::<Vec<_>>();
        // One may be a part of another.
        secrets.sort_unstable_by_key(|secret| Reverse(secret.len()));
        Self(secrets)
    }

    /// A text with three asterisks in the place of each. Whole ones: a text is cut to its length only after this.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }

    /// The same for a body, which may be no text.
    #[must_use]
    pub fn hide_in(&self, body: &[u8]) -> Vec<u8> {
        self.hide(&String::from_utf8_lossy(body)).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occurrence_is_hidden_the_longer_first_and_nothing_else() {
        let secrets = Secrets::new(["token", "token-2", "abc", ""].map(str::to_owned));
        assert_eq!(secrets.hide("a-token-b token-2 abc токен"), "a-***-b *** abc токен");
    }
}
