//! The beginning of the body of an HTTP response (RFC 9112, section 6).

use httparse::Status;

use super::headers::Headers;

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length(usize),
    Chunked,
    /// By the end of the connection.
    UntilEnd,
}

impl Framing {
    pub(crate) fn of(status: u16, headers: &Headers) -> Self {
        if matches!(status, 204 | 304) {
            return Self::Length(0);
        }
        if headers.list("Transfer-Encoding").any(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return Self::Chunked;
        }
        let length = headers.get("Content-Length").and_then(|length| length.parse().ok());
        length.map_or(Self::UntilEnd, Self::Length)
    }

    /// The first `limit` bytes of a body of which `raw` has come; and whether no more of it are to be had.
    pub(crate) fn take(self, raw: &[u8], limit: usize) -> (Vec<u8>, bool) {
        let (mut body, ended) = match self {
            Self::Length(length) => (raw[..raw.len().min(length)].to_vec(), raw.len() >= length),
            Self::Chunked => unchunked(raw),
            Self::UntilEnd => (raw.to_vec(), false),
        };
        let enough = body.len() >= limit;
        body.truncate(limit);
        (body, ended || enough)
    }
}

/// The data of the chunks that have come (RFC 9112, section 7.1); and whether there are no more of them.
fn unchunked(mut raw: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let (start, length) = match httparse::parse_chunk_size(raw) {
            Ok(Status::Complete((_, 0))) | Err(_) => return (body, true),
            Ok(Status::Complete(chunk)) => chunk,
            Ok(Status::Partial) => return (body, false),
        };
        raw = &raw[start..];
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let Some((data, rest)) = raw.split_at_checked(length) else {
            body.extend_from_slice(raw);
            return (body, false);
        };
        body.extend_from_slice(data);
        raw = rest.strip_prefix(b"\r\n").unwrap_or_default();
    }
}

/// The first `limit` characters. What is not UTF-8 becomes U+FFFD; a character that is cut at the end is left
/// out.
pub(crate) fn text(body: &[u8], limit: usize) -> String {
    let mut text = String::new();
    let mut chunks = body.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() && chunks.peek().is_some() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text.chars().take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(status: u16, headers: &[(&'static str, &'static str)]) -> Framing {
        let header =
            |(name, value): &(&'static str, &'static str)| httparse::Header { name, value: value.as_bytes() };
        Framing::of(status, &Headers::read(&headers.iter().map(header).collect::<Vec<_>>()))
    }

    #[test]
    fn the_headers_say_where_a_body_ends() {
        assert_eq!(framing(401, &[("content-length", "37")]), Framing::Length(37));
        let both = [("Content-Length", "37"), ("Transfer-Encoding", "gzip, Chunked")];
        assert_eq!(framing(502, &both), Framing::Chunked);
        assert_eq!(framing(502, &[("Content-Length", "many")]), Framing::UntilEnd);
        assert_eq!(framing(204, &[]), Framing::Length(0));
    }

    #[test]
    fn a_body_is_taken_up_to_its_end_or_the_limit() {
        assert_eq!(Framing::Length(3).take(b"ab", 10), (b"ab".to_vec(), false));
        assert_eq!(Framing::Length(3).take(b"abcdef", 10), (b"abc".to_vec(), true));
        assert_eq!(Framing::Length(300).take(b"abcdef", 4), (b"abcd".to_vec(), true));
        assert_eq!(Framing::UntilEnd.take(b"abc", 4), (b"abc".to_vec(), false));
    }

    #[test]
    fn chunks_are_joined_wherever_they_are_cut() {
        let raw = b"4;x=y\r\nWiki\r\n6\r\npedia \r\n0\r\n\r\n";
        for end in 0..raw.len() {
            let (body, ended) = Framing::Chunked.take(&raw[..end], 100);
            assert!(b"Wikipedia ".starts_with(&body), "cut at {end}");
            assert_eq!(ended, end >= raw.len() - 2, "cut at {end}");
        }
        assert_eq!(Framing::Chunked.take(b"not a number\r\n", 100), (Vec::new(), true));
        assert_eq!(Framing::Chunked.take(b"FFFFFFFFFFFFFFFF\r\nab", 100), (b"ab".to_vec(), false));
    }

    #[test]
    fn text_is_limited_in_characters() {
        assert_eq!(text("Привет".as_bytes(), 3), "При");
        assert_eq!(text(&"Привет".as_bytes()[..5], 3), "Пр");
        assert_eq!(text(b"a\xFFb", 3), "a\u{FFFD}b");
    }
}
