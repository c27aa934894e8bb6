//! The texts that travel: each holds its number, and everything else in it follows from that, so that whoever gets one
//! can tell whether it is whole.

/// What 1C has sent as soon as a connection was open, over and over.
pub(crate) const GREETING: &str = "подписка";
/// One pattern of the padding: characters of one to four bytes.
const PATTERN: &str = "Вестник ☎ news 😀 ";

/// A text as its receiver sees it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    /// From the server's own series on this connection, counted from 1.
    Number(u64),
    /// From the series that 1C sends, counted from 1 over the whole run.
    Sent(u64),
    /// The greeting, or its echo.
    Greeting,
    /// What a fault sends beside both series.
    Stray,
    /// Nothing that was ever sent.
    Wrong,
}

/// The server's message of this number.
pub(crate) fn number(number: u64) -> String {
    format!("N{number}")
}

/// The message of this number that 1C sends: mostly short, sometimes long, seldom very long.
pub(crate) fn sent(number: u64) -> String {
    format!("S{number} {}", padding(number))
}

/// The message of this number that a portal publishes.
pub(crate) fn published(number: u64) -> String {
    let padding = padding(number);
    format!(
        r#"{{"module_id":"soak","command":"номер","params":{{"number":{number},"padding":"{padding}"}}}}"#
    )
}

/// What a text on a WebSocket is.
pub(crate) fn seen(text: &str) -> Seen {
    let parsed = |digits: &str| digits.parse().unwrap_or(0);
    match text.as_bytes().first() {
        _ if text == GREETING => Seen::Greeting,
        Some(b'N') if text == number(parsed(&text[1..])) => Seen::Number(parsed(&text[1..])),
        Some(b'S') => {
            let counted = parsed(text[1..].split(' ').next().unwrap_or_default());
            if text == sent(counted) { Seen::Sent(counted) } else { Seen::Wrong }
        }
        // The messages of echo-server's faults are digits, over and over.
        Some(b'0') => Seen::Stray,
        _ => Seen::Wrong,
    }
}

/// What the text of a push server's message is; its number is one of the portal's own series.
pub(crate) fn seen_published(text: &str) -> Seen {
    // Of a stand-in's fault.
    if text.starts_with(r#"{"module_id":"stand-in""#) {
        return Seen::Stray;
    }
    let digits = text.split_once(r#""number":"#).and_then(|(_, rest)| rest.split(',').next());
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(counted) if text == published(counted) => Seen::Number(counted),
        _ => Seen::Wrong,
    }
}

fn padding(number: u64) -> String {
    let patterns = match number {
        n if n.is_multiple_of(1009) => 20_000,
        n if n.is_multiple_of(101) => 2_000,
        n => usize::try_from(n % 8).unwrap_or(0),
    };
    PATTERN.repeat(patterns)
}
