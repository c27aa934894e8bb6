//! JSON as it came: where a value ends while it still arrives, and the members of an object as slices of the
//! text. What is handed on to 1C keeps its order of keys and its digits.

use serde::de::IgnoredAny;

/// Deepest nesting that is read; `serde_json` itself stops at 128.
const DEEPEST: usize = 100;

/// Finds the end of an object, an array or a string that comes in pieces.
///
/// Strict about what may stand outside of strings, so that a broken value is noticed early and the bytes
/// behind it are not looked at again and again. Whether the value is JSON, a real parser says afterwards.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanner {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

/// What a [`Scanner`] found in a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// The value goes on.
    Unfinished,
    /// The value ended after so many bytes of the piece.
    End(usize),
    /// This is no JSON, or it is nested too deeply.
    Broken,
}

impl Scanner {
    /// Looks at the next piece.
    pub(super) fn scan(&mut self, piece: &[u8]) -> Scan {
        for (at, &byte) in piece.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    0..0x20 => return Scan::Broken,
                    _ => {}
                }
                if self.in_string {
                    continue;
                }
            } else {
                match byte {
                    b'"' => {
                        self.in_string = true;
                        continue;
                    }
                    b'{' | b'[' if self.depth == DEEPEST => return Scan::Broken,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' if self.depth > 0 => self.depth -= 1,
                    _ if self.depth == 0 => return Scan::Broken,
                    b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' | b'+' | b'-' | b'.' => {}
                    _ if byte.is_ascii_alphanumeric() => {}
                    _ => return Scan::Broken,
                }
            }
            if self.depth == 0 {
                return Scan::End(at + 1);
            }
        }
        Scan::Unfinished
    }
}

/// The members of an object, in their order.
#[derive(Debug)]
pub(super) struct Object<'a>(Vec<(String, &'a str)>);

impl<'a> Object<'a> {
    /// Takes `text` apart; `None` if it is not an object.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim_matches(is_blank);
        if !text.starts_with('{') || !is_json(text) {
            return None;
        }
        let mut members = Vec::new();
        let mut rest = text[1..].trim_start_matches(is_blank);
        while rest.starts_with('"') {
            let (name, behind) = rest.split_at(length(rest));
            let value = behind.trim_start_matches(is_blank).strip_prefix(':')?.trim_start_matches(is_blank);
            let (value, behind) = value.split_at(length(value));
            members.push((serde_json::from_str(name).ok()?, value));
            rest = behind.trim_start_matches(|char| char == ',' || is_blank(char));
        }
        Some(Self(members))
    }

    /// The member `name` as it came; `None` where it is absent or null. Of two, the last counts.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.member(name).filter(|value| *value != "null")
    }

    /// The member `name` as it came, also null.
    pub(super) fn member(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rfind(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// A member that is an object.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        Self::parse(self.get(name)?)
    }

    /// A string, or a number as it is written. Empty is absent.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let raw = self.get(name)?;
        let text = match raw.as_bytes().first()? {
            b'"' => serde_json::from_str(raw).ok()?,
            b'0'..=b'9' | b'-' => raw.to_owned(),
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// A whole number that is not negative, also one in quotes.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.trim().parse().ok()
    }
}

/// The elements of an array, each as it came; `None` if it is not an array.
pub(super) fn elements(text: &str) -> Option<Vec<&str>> {
    let text = text.trim_matches(is_blank);
    if !text.starts_with('[') || !is_json(text) {
        return None;
    }
    let mut elements = Vec::new();
    let mut rest = text[1..].trim_start_matches(is_blank);
    while !rest.is_empty() && rest != "]" {
        let (element, behind) = rest.split_at(length(rest));
        elements.push(element);
        rest = behind.trim_start_matches(|char| char == ',' || is_blank(char));
    }
    Some(elements)
}

/// Blank between the tokens of JSON (RFC 8259, section 2).
pub(super) const fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r')
}

/// Whether an object or an array is JSON, and no deeper than the scanner goes that will take it apart.
fn is_json(text: &str) -> bool {
    Scanner::default().scan(text.as_bytes()) == Scan::End(text.len())
        // Nothing is built: of small values, the tree would be a hundred times the text.
        && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Length of the value that valid JSON begins with.
fn length(text: &str) -> usize {
    match Scanner::default().scan(text.as_bytes()) {
        Scan::End(length) => length,
        _ => text.find(|char| matches!(char, ',' | '}' | ']') || is_blank(char)).unwrap_or(text.len()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "(\\PC|[\\\\\"{}#\n])*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..6).prop_map(Value::from),
                btree_map("[a-z\"я]{0,4}", inner, 0..6).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn a_value_ends_where_it_ends_however_it_is_cut(value in value(), cut in any::<prop::sample::Index>()) {
            let text = json!([value]).to_string();
            let whole = format!("{text}#!tail\"");
            let cut = cut.index(whole.len());
            let mut scanner = Scanner::default();
            let found = match scanner.scan(&whole.as_bytes()[..cut]) {
                Scan::Unfinished => match scanner.scan(&whole.as_bytes()[cut..]) {
                    Scan::End(end) => Scan::End(cut + end),
                    other => other,
                },
                other => other,
            };
            prop_assert_eq!(found, Scan::End(text.len()));
        }

        #[test]
        fn members_and_elements_are_what_a_parser_reads(value in value(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            let read = |raw: &str| serde_json::from_str::<Value>(raw).unwrap();
            let object = Object::parse(&text)
                .map(|object| object.0.into_iter().map(|(name, raw)| (name, read(raw))).collect::<Value>());
            prop_assert_eq!(object, Some(value.clone()).filter(Value::is_object));
            let array = elements(&text).map(|all| all.into_iter().map(read).collect::<Value>());
            prop_assert_eq!(array, Some(value).filter(Value::is_array));
        }
    }

    #[test]
    fn what_is_no_json_is_noticed_at_once() {
        for text in ["#", "x", "}", "{#", "[1]!"] {
            let mut scanner = Scanner::default();
            let expected = if text == "[1]!" { Scan::End(3) } else { Scan::Broken };
            assert_eq!(scanner.scan(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(Scanner::default().scan(b"{\"a\nb\""), Scan::Broken);
        assert_eq!(Scanner::default().scan(&[b'['; 101]), Scan::Broken);
        assert_eq!(Scanner::default().scan(&[b'['; 100]), Scan::Unfinished);
    }

    #[test]
    fn what_is_too_deep_to_be_taken_apart_is_not_taken() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        for (depth, taken) in [(DEEPEST - 1, true), (DEEPEST, false), (DEEPEST + 10, false)] {
            let value = nested(depth);
            let text = format!(r#"{{"a":{value},"b":1}}"#);
            let object = Object::parse(&text);
            assert_eq!(object.is_some(), taken, "{depth}");
            assert!(object.is_none_or(|object| object.get("a") == Some(&*value)));
            assert_eq!(elements(&format!("[{value}]")).is_some(), taken, "{depth}");
        }
    }

    #[test]
    fn digits_and_order_stay() {
        let object =
            Object::parse(r#"{"z":1.10, "a" : 17953026760000000000000001 ,"n":null,"t":"5"}"#).unwrap();
        assert_eq!((object.get("z"), object.get("a")), (Some("1.10"), Some("17953026760000000000000001")));
        assert_eq!((object.get("n"), object.get("absent")), (None, None));
        assert_eq!((object.number("t"), object.number("z")), (Some(5), None));
        assert_eq!(object.0[0].0, "z");
    }

    #[test]
    fn what_is_no_object_is_none() {
        for text in ["", "[]", "1", "null", "{", "{\"a\"}", "{\"a\":1} x"] {
            assert!(Object::parse(text).is_none(), "{text}");
        }
    }
}
