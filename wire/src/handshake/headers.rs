//! Header fields of a response.

use std::fmt;

/// Header fields in the order in which they came. Bytes that are not UTF-8 become U+FFFD.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    pub(crate) fn read(headers: &[httparse::Header<'_>]) -> Self {
        let read = |header: &httparse::Header<'_>| {
            (header.name.to_owned(), String::from_utf8_lossy(header.value).trim().to_owned())
        };
        Self(headers.iter().map(read).collect())
    }

    /// The first value of that name; letter case does not count.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// The members of a header that is a list, without the space around them (RFC 9110, section 5.6.1).
    pub(crate) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.all(name).flat_map(|value| value.split(',')).map(str::trim).filter(|member| !member.is_empty())
    }
}

/// Names only: values may be secret.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Whether it is a token (RFC 9110, section 5.6.2): a header's name, a subprotocol, an extension.
pub(crate) fn is_token(text: &str) -> bool {
    let is_token_character = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ignore_case_and_lists_may_be_spread() {
        let header = |name, value| httparse::Header { name, value };
        let headers = Headers::read(&[
            header("Connection", b"keep-alive,  Upgrade "),
            header("X-Name", b"\xD0\x9F \xFF"),
            header("connection", b", close"),
        ]);
        assert_eq!(headers.list("CONNECTION").collect::<Vec<_>>(), ["keep-alive", "Upgrade", "close"]);
        assert_eq!(headers.get("x-name"), Some("П \u{FFFD}"));
        assert_eq!(headers.get("x-other"), None);
    }

    #[test]
    fn tokens() {
        assert!(is_token("X-Api_Key.1"));
        for text in ["", "a b", "a:b", "a\r\nb", "ключ", "a\0", "(a)"] {
            assert!(!is_token(text), "{text:?}");
        }
    }
}
