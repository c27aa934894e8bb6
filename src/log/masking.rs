//! Secrets out of texts: a safety net under callers that put none in.
//!
//! It knows secrets by where they stand: user-info of URLs; values of query parameters, of JSON and of
//! headers, by their names; credentials after `Basic` and `Bearer`; private keys in PEM. Percent-encoding and
//! quotes within quotes may be several levels deep. Where it cannot tell, it hides too much.

use std::borrow::Cow;
use std::sync::LazyLock;

use fancy_regex::{Captures, Regex};

const MASK: &str = "***";
const CUT: char = '…';
/// Longest text that is looked through, in bytes. The time that takes may grow with the square of the length,
/// and texts of a server may be made for that.
const LONGEST: usize = 4 << 10;

/// What a secret may stand behind. A name means a secret if it holds `token` and the like, or a word that ends
/// in `key` and the like; only the part from there on is matched.
static SUSPECT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?xi)
          (?P<slashes> (?: \\* / ){2} | (?: % (?:25)* 2F ){2} )
        | (?P<pem> -----BEGIN\ [A-Z0-9\ ]* PRIVATE\ KEY----- )
        | (?P<scheme> (?: Basic | Bearer | Negotiate | NTLM ) \s+ )
        | (?P<name>
            (?: token | passw | passphrase | secret | credential | authoriz | signature | cookie | jwt
              | парол | токен | секрет ) \w*
          | key | auth | sig | sign | pass | pwd | refresh )
          (?: (?: [\d_.\-\[\]] | % (?:25)* 5[BDF] ) [\w.\-\[\]]* )*
          (?P<close> \\* ["'] | % (?:25)* 22 )?
          (?: \s | % (?:25)* 20 )*
          (?P<separator> => | [:=,] | % (?:25)* 3[AD] | \\+ u003[AD] )
          (?: \s | % (?:25)* 20 )*
          (?: (?: \w+ \( )* (?P<open> \\* ["'] | % (?:25)* 22 ) )?
        "#,
    )
    .expect("the pattern is right")
});

/// `text` with its secrets replaced by asterisks; what is beyond 4 KiB is cut off.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return mask(text, false);
    }
    let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    let mut masked = mask(&text[..end], true).into_owned();
    masked.push(CUT);
    masked.into()
}

/// `text` with its secrets replaced. Of a text that was `cut`, what may be the beginning of a secret goes too.
pub(super) fn mask(text: &str, cut: bool) -> Cow<'_, str> {
    let mut masked = String::new();
    let (mut done, mut at) = (0, 0);
    // The pattern needs no backtracking, so there is nothing that could fail.
    while let Ok(Some(suspect)) = SUSPECT.captures_from_pos(text, at) {
        at = suspect.get(0).map_or(text.len(), |whole| whole.end());
        // The search goes on within a secret, for it may end with the name of another one.
        let secret = if at < done { 0 } else { secret_after(&suspect, &text[at..], cut) };
        if secret == 0 {
            continue;
        }
        if at > done {
            masked.push_str(&text[done..at]);
            masked.push_str(MASK);
        }
        done = at + secret;
    }
    if masked.is_empty() {
        return text.into();
    }
    masked.push_str(&text[done..]);
    masked.into()
}

/// Length of the secret that `rest` begins with.
fn secret_after(suspect: &Captures<'_, str>, rest: &str, cut: bool) -> usize {
    let part = |name| suspect.name(name).map(|found| found.as_str());
    if let Some(slashes) = part("slashes") {
        user_info(rest, escape(slashes), cut)
    } else if part("pem").is_some() {
        rest.find("-----END").unwrap_or(rest.len())
    } else if part("scheme").is_some() {
        credentials(rest)
    } else {
        let separator = part("separator").unwrap_or_default();
        match (part("close"), part("open")) {
            // Two strings side by side are a name and a value in lists of headers.
            (None, _) | (_, None) if separator == "," => 0,
            (_, Some(quote)) => quoted(rest, quote),
            (Some(_), None) => json_value(rest, escape(separator)),
            (None, None) if separator != "=" && part("name").is_some_and(is_header) => {
                rest.find(['\r', '\n']).unwrap_or(rest.len())
            }
            (None, None) if is_looked_at_further(rest) => 0,
            (None, None) => length_until(rest, &['&', '"'], escape(separator)),
        }
    }
}

/// Headers whose values have spaces in them.
fn is_header(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with("authorization") || name.ends_with("cookie")
}

/// Whether a value holds something that is a suspect itself: an object, PEM, a scheme before credentials.
fn is_looked_at_further(value: &str) -> bool {
    let word = value.split_inclusive(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
    let is_scheme = matches!(word.trim_end(), "basic" | "bearer" | "negotiate" | "ntlm");
    value.starts_with('{') || value.starts_with("-----BEGIN ") || is_scheme && word.len() < value.len()
}

/// What introduces a percent-encoded character at the level of `token`, such as `%25` for `%2526`; nothing if
/// `token` is not encoded.
fn escape(token: &str) -> Option<&str> {
    token.rfind('%').map(|at| &token[at..token.len() - 2])
}

/// Bytes before white space or one of `ends`, which may be percent-encoded at the given level, too.
fn length_until(text: &str, ends: &[char], escape: Option<&str>) -> usize {
    let is_end = |(at, char): &(usize, char)| {
        let encoded = || {
            let code = text[*at..].strip_prefix(escape?)?.get(..2)?;
            u8::from_str_radix(code, 16).ok().map(char::from)
        };
        char.is_whitespace() || ends.contains(char) || encoded().is_some_and(|char| ends.contains(&char))
    };
    text.char_indices().find(is_end).map_or(text.len(), |(at, _)| at)
}

/// User-info at the beginning of what follows the two slashes of a URL (RFC 3986, section 3.2.1).
fn user_info(rest: &str, escape: Option<&str>, cut: bool) -> usize {
    let last_at =
        |text: &str| text.rfind('@').or_else(|| escape.and_then(|escape| text.rfind(&format!("{escape}40"))));
    let authority = &rest[..length_until(rest, &['/', '?', '#', '"'], escape)];
    let port = authority.trim_end_matches('\\').rsplit_once(':').filter(|(host, _)| !host.starts_with('['));
    let is_port = port.is_none_or(|(_, port)| port.chars().all(|char| char.is_ascii_digit()));
    // A password that should have been encoded: it looks like a port, but is none.
    let place = if is_port { authority } else { &rest[..length_until(rest, &['"'], escape)] };
    if cut && place.len() == rest.len() {
        return rest.len();
    }
    last_at(place).unwrap_or(0)
}

/// `token68` (RFC 9110, section 11.2), but not the first parameter of a challenge.
fn credentials(rest: &str) -> usize {
    let is_other = |char: char| !char.is_ascii_alphanumeric() && !"-._~+/=".contains(char);
    let length = rest.find(is_other).unwrap_or(rest.len());
    let is_parameter = rest[..length].trim_end_matches('=').contains('=')
        || rest[..length].ends_with('=') && rest[length..].starts_with('"');
    if is_parameter { 0 } else { length }
}

/// A string up to its closing quote, which is written as the opening one.
fn quoted(rest: &str, quote: &str) -> usize {
    if let Some(escape) = escape(quote) {
        let (backslash, quote) = (format!("{escape}5c"), format!("{escape}22"));
        let rest = rest.to_ascii_lowercase();
        let mut quotes = rest.match_indices(&quote).map(|(at, _)| at);
        return quotes.find(|at| !rest[..*at].ends_with(&backslash)).unwrap_or(rest.len());
    }
    // Within n strings, a quote that ends the innermost has 2^n - 1 backslashes, and each character that is
    // escaped in it has 2^(n+1) of them or one less.
    let backslashes = quote.len() - 1;
    let mut run = 0;
    for (at, char) in rest.char_indices() {
        if char == '\\' {
            run += 1;
        } else if quote.ends_with(char) && run % (2 * (backslashes + 1)) == backslashes {
            return at - backslashes;
        } else {
            run = 0;
        }
    }
    rest.len()
}

/// A value that is no string: a number, or a list. What is in an object is looked at on its own.
fn json_value(rest: &str, escape: Option<&str>) -> usize {
    match rest.chars().next() {
        Some('{') => 0,
        Some('[') => rest.find(']').map_or(rest.len(), |at| at + 1),
        _ => length_until(rest, &[',', '}', ']', '"', '&'], escape),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// Long enough that no piece of it stands in a text by chance.
    const SECRET: &str = "5ecr3tV4lu3";
    const NAMES: [&str; 20] = [
        "token",
        "api_key",
        "apiKey",
        "APIKEY",
        "X-Api-Key",
        "auth",
        "AUTH_ID",
        "access_token",
        "refresh_token",
        "REFRESH_ID",
        "client_secret",
        "password",
        "Passwd",
        "sig",
        "X-Amz-Signature",
        "key",
        "my.token",
        "jwt",
        "Пароль",
        "токен2",
    ];
    /// Where a secret `¤` can stand, with its name `§`.
    const FORMS: [&str; 26] = [
        "wss://host/ari?§=¤&app=panel",
        "wss://host/ari?app=panel&§=¤",
        "https://host/#§=¤",
        "POST: app=panel&amp;§=¤",
        "§ = ¤",
        "§: ¤",
        "§: Bearer ¤",
        "§=Basic ¤",
        r#"{"app":"panel","§":"¤"}"#,
        r#"{ "§" : "¤" , "app" : "panel" }"#,
        r#"{"a":{"b":[1,{"§":"¤"}]}}"#,
        "{'§': '¤'}",
        r#"{"§":["¤","¤"],"app":1}"#,
        r#"{"§":{"value":1,"§":"¤"}}"#,
        r#"{"§":"a\"b\\\"¤"}"#,
        r#"{"data":"{\"§\":\"¤\"}"}"#,
        r#"{"a":"{\"b\":\"{\\\"§\\\": \\\"¤\\\"}\"}"}"#,
        r#"Settings { §: "¤", app: 1 }"#,
        r#"Settings { §: Some("¤"), app: 1 }"#,
        r#"[("§", "¤"), ("Accept", "*")]"#,
        r#"{"§" => "¤"}"#,
        "to=https%3A%2F%2Fhost%2F%3Fapp%3D1%26§%3D¤%26x%3D2",
        "a=b%253Dc%2526§%253D¤%2526x",
        "q=%7B%22§%22%3A%22¤%22%7D",
        "q=%7B%22§%22%3A%20%22a%5C%22¤%22%7D",
        r#"{"url":"https:\/\/host\/?a=1\u0026§\u003d¤"}"#,
    ];
    /// Where one can stand without a name.
    const NAMELESS: [&str; 18] = [
        "wss://¤@host/",
        "wss://user:¤@host:8088/ari?x=1",
        "wss://¤:¤@[::1]:80/",
        "HTTPS://USER:¤@HOST",
        "socks5://user:a@¤@host",
        "//user:¤@host/",
        "соединение с wss://user:¤@host: отказ",
        "wss://user:a/¤@host/",
        r#"{"url":"wss:\/\/user:¤@host\/"}"#,
        "to=wss%3A%2F%2Fuser%3A¤%40host%2Fari",
        "to=wss%253a%252f%252fuser%253a¤%2540host%252fari",
        "Authorization: Basic ¤==",
        "authorization:Digest username=\"u\", response=\"¤\"\r\nHost: x",
        "Proxy-Authorization: Bearer ¤",
        "Cookie: a=b; sid=¤\nHost: x",
        "послано Bearer ¤, получено 401",
        "-----BEGIN RSA PRIVATE KEY-----\n¤\n¤\n-----END RSA PRIVATE KEY-----",
        "KEY=-----BEGIN PRIVATE KEY-----\n¤\n-----END PRIVATE KEY-----",
    ];

    fn texts() -> impl Iterator<Item = String> {
        let named = FORMS.iter().flat_map(|form| NAMES.map(|name| form.replace('§', name)));
        named.chain(NAMELESS.map(str::to_owned)).map(|form| form.replace('¤', SECRET))
    }

    #[test]
    fn every_form_of_a_secret_is_masked() {
        for text in texts() {
            let masked = masked(&text);
            assert!(!masked.contains(SECRET) && masked.contains(MASK), "{text}\n{masked}");
        }
    }

    #[test]
    fn a_secret_is_masked_within_other_text() {
        for text in texts() {
            let text = format!("до «{text}»\n{text}\tпосле {{\"x\":1}}");
            assert!(!masked(&text).contains(SECRET), "{text}\n{}", masked(&text));
        }
    }

    #[test]
    fn a_text_that_was_cut_shows_no_beginning_of_a_secret() {
        for text in texts() {
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                let masked = mask(&text[..end], true);
                assert!(!masked.contains(&SECRET[..3]), "{}\n{masked}", &text[..end]);
            }
        }
    }

    /// Without the cut it took hours.
    #[test]
    fn a_text_that_is_made_to_take_long_does_not() {
        let begun = Instant::now();
        for piece in ["//a:b", "key:[", "%2F%2Fa:", "token", r#"\"key\":\""#, "-----BEGIN PRIVATE KEY-----"] {
            let masked = masked(&piece.repeat(1 << 20)).into_owned();
            assert!(masked.ends_with(CUT) && masked.len() < 2 * LONGEST, "{piece}: {}", masked.len());
        }
        let secret = format!("{}token={SECRET}", "-".repeat(LONGEST - 9));
        assert!(!masked(&secret).contains(&SECRET[..3]));
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    }

    /// As a line that ends with the name of a scheme, before a header.
    #[test]
    fn what_looks_like_a_secret_may_be_the_name_of_one() {
        for text in [
            "WWW-Authenticate: Negotiate\r\nSet-Cookie: ¤",
            "Basic password: ¤",
            "Bearer token = ¤",
            "key=\ntoken: ¤",
            "sign:\npassword: ¤",
            "auth=token : ¤",
            r#"{"key":"password","token":"¤"}"#,
        ] {
            let text = text.replace('¤', SECRET);
            assert!(!masked(&text).contains(SECRET), "{text}\n{}", masked(&text));
        }
    }

    #[test]
    fn masking_twice_changes_nothing_more() {
        for text in texts() {
            let once = masked(&text);
            assert_eq!(masked(&once), once);
        }
    }

    #[test]
    fn the_rest_of_a_text_stays() {
        let cases = [
            ("wss://u:p@host:8088/ari?api_key=a:b&app=x#f", "wss://***@host:8088/ari?api_key=***&app=x#f"),
            ("{\"token\": \"a\", \"id\": 7}", "{\"token\": \"***\", \"id\": 7}"),
            ("{\"pin\":1,\"password\":123,\"id\":7}", "{\"pin\":1,\"password\":***,\"id\":7}"),
            (r#"{"a":"{\"token\":\"x\",\"b\":1}"}"#, r#"{"a":"{\"token\":\"***\",\"b\":1}"}"#),
            ("u=%3Ftoken%3Dab%252526c%26d%3D1", "u=%3Ftoken%3D***%26d%3D1"),
            ("Authorization: Basic YTpi\r\nHost: x", "Authorization: ***\r\nHost: x"),
            ("Bearer abc.def: 401", "Bearer ***: 401"),
            ("\"token\":\"\"", "\"token\":\"\""),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn a_text_without_secrets_stays_as_it_is() {
        for text in [
            "",
            "Соединение с wss://host:8088/ari?app=panel установлено за 12 мс (попытка 3)",
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"Asterisk REST Interface\"",
            "WWW-Authenticate: Bearer error=\"x\"; Basic realm=x",
            "https://host:8080/users/@me?email=a@b.ru",
            "{\"type\":\"StasisStart\",\"channel\":{\"id\":\"1.2\",\"caller\":{\"number\":\"100\"}}}",
            "{\"url\":\"https:\\/\\/host:80\\/x@y\"}",
            "C:\\логи\\вестник.log, [::1]:80, 12:30:00.5",
            "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
        ] {
            assert!(matches!(masked(text), Cow::Borrowed(same) if same == text), "{}", masked(text));
        }
    }
}
