//! What we have sent may come back in the text of a refusal.

/// A body without these secrets, in the place of each of which are three asterisks. Whole ones: a refusal is cut to
/// its length only after this.
pub(super) fn hide(body: &[u8], secrets: &[&str]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(body).into_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***");
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occurrence_is_hidden_and_nothing_else() {
        assert_eq!(hide(b"a-secret-b secret", &["secret", ""]), b"a-***-b ***");
        assert_eq!(hide("токен".as_bytes(), &["x"]), "токен".as_bytes());
    }
}
