use std::time::{Duration, Instant};

use fancy_regex::{Expr, RegexBuilder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn verdict(pattern: &str, message: &str) -> Verdict {
    Filter::new(pattern).unwrap().judge(message)
}

fn required(pattern: &str) -> Vec<String> {
    pattern::required_literals(&Expr::parse_tree(pattern).unwrap().expr)
}

#[test]
fn a_pattern_is_searched_not_anchored() {
    let pattern = r#""event":"order\.(create|update)""#;
    assert_eq!(verdict(pattern, r#"{"id":1,"event":"order.update"}"#), Verdict::Wanted);
    assert_eq!(verdict(pattern, r#"{"event":"order.delete"}"#), Verdict::Unwanted);
}

#[test]
fn an_empty_pattern_wants_everything() {
    assert_eq!(verdict("", ""), Verdict::Wanted);
    assert!(Filter::new("").unwrap().wants_all());
    assert!(!Filter::new(".").unwrap().wants_all());
}

#[test]
fn look_ahead_works_and_cyrillic_ignores_case() {
    assert_eq!(verdict("(?i)ЗАКАЗ(?!ано)", "новый заказ"), Verdict::Wanted);
    assert_eq!(verdict("(?i)ЗАКАЗ(?!ано)", "заказано"), Verdict::Unwanted);
}

#[test]
fn a_broken_pattern_is_told() {
    assert!(!Filter::new("(a").unwrap_err().is_empty());
    assert!(Filter::new(&"(".repeat(10_000)).is_err());
    assert!(Filter::new("(a)?(?(2)b|c)").is_err() && Filter::new("(a)?(?(1)b|c)").is_ok());
    assert!(Filter::new(&"a".repeat(LONGEST_PATTERN + 1)).is_err());
}

#[test]
fn a_search_without_end_is_given_up() {
    assert_eq!(verdict("^(?:(?!x)(a|aa))+$", &format!("{}!", "a".repeat(60))), Verdict::Undecided);
}

#[test]
fn a_search_of_cheap_steps_has_many_of_them() {
    let message = "ab".repeat(20_000);
    for (message, expected) in [(message.clone() + "ac", Verdict::Wanted), (message, Verdict::Unwanted)] {
        // The machine may have been busy with something else.
        assert!((0..100).any(|_| verdict("(?!ab)a", &message) == expected));
    }
}

/// Each of so many steps looks at a mebibyte: with their number alone as the bound it took minutes.
#[test]
fn a_search_of_costly_steps_has_few_of_them() {
    let (begun, message) = (Instant::now(), "a".repeat(1 << 20));
    for (pattern, expected) in [
        ("(?=.*[bx])(?!.*c)", Verdict::Undecided),
        ("(?=.*[bx])a", Verdict::Undecided),
        ("a(?<!a)", Verdict::Undecided),
        (r"(\w+)[ab]?\1\b.|b", Verdict::Undecided),
        (r#"(?=.*"b")(?=.*"c")"#, Verdict::Unwanted),
        ("(?<!x).*[yz]", Verdict::Unwanted),
        (r"(\w+)\1!", Verdict::Unwanted),
    ] {
        assert_eq!(verdict(pattern, &message), expected, "{pattern}");
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[test]
fn a_pattern_that_would_be_huge_is_refused_or_given_up() {
    for pattern in ["(?:(?:x{1000}){1000}){1000}", "(?=a)(?:(?:x{1000}){1000}){1000}"] {
        assert!(Filter::new(pattern).is_err(), "{pattern}");
    }
    let nested = "(?:(?:(?:(?=a)x{0,1000}){0,1000}){0,1000}){0,1000}[!]";
    assert_eq!(verdict(nested, &"ax".repeat(10_000)), Verdict::Undecided);
}

#[test]
fn what_every_match_contains_is_required() {
    for (pattern, expected) in [
        (r#""event":"(?!ping|pong)[a-z.]*update""#, &[r#""event":""#, r#"update""#][..]),
        (r#"^(?=.*"type":"ChannelVarset")(?=.*"variable")"#, &[r#""type":"ChannelVarset""#, r#""variable""#]),
        (r#"(?<="ts":")\d{4}-\d\d-\d\d"#, &[r#""ts":""#, "-"]),
        (r#""(\w+)":"\1""#, &[r#"":""#]),
        (r"ab(?!x)cd\b(e)f(?>gh)", &["abcdefgh"]),
        ("a(?=bcd)e", &["bcd", "ae"]),
        ("(?:abc)+d{2,}", &["abc", "d"]),
        ("(?x) a b # c\n (?-x: d)", &["ab d"]),
        (r"\x{437}аказ", &["заказ"]),
    ] {
        assert_eq!(required(pattern), expected, "{pattern}");
    }
}

#[test]
fn what_a_match_may_lack_is_not_required() {
    for pattern in [
        "",
        "a|b",
        "(?:a|b)",
        "a?",
        "a*",
        "(a)*",
        "a{0,3}",
        "a{0}",
        "(?!a)",
        "(?<!a)",
        "(?i)a",
        "(?i:к)",
        "(?i)k",
        "(?i)ſ",
        "[a]",
        r"(?:\w)\1",
        "(a)?(?(1)b|c)",
        "ab(*ACCEPT)cd",
        "(?=ab(*ACCEPT))cd",
        r"(?<n>a)?\k<n>",
        r"(?:(?<n>a)){0}\g<n>",
        "(?~ab)",
    ] {
        assert_eq!(required(pattern), [""; 0], "{pattern}");
    }
}

/// The engine's own approximation misses these.
#[test]
fn places_are_sought_only_where_the_approximation_is_right() {
    for (pattern, message) in [(r"(\bab)\1", "abab"), (r"(ab\B)\1", "abab"), (r"(?>\Z\W)", "\n")] {
        assert!(!pattern::may_seek(&Expr::parse_tree(pattern).unwrap().expr), "{pattern}");
        assert_eq!(verdict(pattern, message), Verdict::Wanted, "{pattern}");
    }
    let sought = RegexBuilder::new(r"(\bab)\1").seek(true).build().unwrap();
    assert!(!sought.is_match("abab").unwrap(), "fancy-regex seeks well: `may_seek` can be simpler");
}

#[test]
fn of_a_caseless_literal_only_what_has_no_case_is_required() {
    assert_eq!(required(r#"(?i)"event":"заказ-1(?-i)Б"#), ["-1Б", r#"":""#]);
    assert_eq!(verdict(r#"(?i)"k":"(?!x)"#, "{\"\u{212A}\":\"\"}"), Verdict::Wanted);
}

/// Patterns, from a small alphabet so that they are often found.
fn patterns() -> impl Strategy<Value = String> {
    let well_known = [
        "a",
        "b",
        "ab",
        "k",
        "K",
        "s",
        "я",
        "Я",
        "-",
        "\\n",
        ".",
        "[ab]",
        "[^a]",
        r"\w",
        r"\W",
        r"\b",
        r"\B",
        "^",
        "$",
        "(?m:^)",
        "(?m:$)",
        r"\1",
        r"\2",
        r"(?i:\1)",
        "(?i)",
        "(?-i)",
        "(?s)",
        "(?x) a b ",
        "(?<n>a)",
        r"\k<n>",
        "()",
    ];
    let others =
        [r"\Z", r"\K", r"\G", r"\R", r"\<", r"\>", "(*ACCEPT)", "(*FAIL)", r"\g<1>", "(?(1)a|b)", "(?~ab)"];
    let all = [&well_known[..], &others].concat();
    prop_oneof![3 => patterns_of(well_known.to_vec()), 1 => patterns_of(all)]
}

fn patterns_of(atoms: Vec<&'static str>) -> impl Strategy<Value = String> {
    let atom = select(atoms).prop_map(str::to_owned);
    let repeats =
        select(vec!["?", "*", "+", "*?", "+?", "++", "*+", "{2}", "{0}", "{1,2}", "{0,1}", "{2,1}", "{1,0}"]);
    let groups =
        select(vec!["(", "(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?i-s:", "(?x:", "(?s:"]);
    atom.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            1 => vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            3 => (groups.clone(), inner.clone()).prop_map(|(group, inner)| format!("{group}{inner})")),
            2 => (inner, repeats.clone()).prop_map(|(inner, repeat)| format!("(?:{inner}){repeat}")),
        ]
    })
}

fn messages() -> impl Strategy<Value = String> {
    let letters = ['a', 'b', 'k', 'K', '\u{212A}', 's', 'ſ', 'я', 'Я', '-', '\n', ' '];
    vec(select(letters.to_vec()), 0..12).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3_000) })]

    #[test]
    fn short_cuts_change_no_verdict(pattern in patterns(), messages in vec(messages(), 1..8)) {
        let Ok(filter) = Filter::new(&pattern) else { return Ok(()) };
        let plain = RegexBuilder::new(&pattern).backtrack_limit(10_000).build().unwrap();
        for message in messages {
            let (verdict, Ok(found)) = (filter.judge(&message), plain.is_match(&message)) else { continue };
            prop_assert!(
                verdict == Verdict::of(found) || verdict == Verdict::Undecided,
                "{pattern:?} in {message:?}: {verdict:?}"
            );
        }
    }

    #[test]
    fn a_regular_pattern_takes_no_steps(pattern in patterns(), message in messages()) {
        let Ok(without_steps) = RegexBuilder::new(&pattern).backtrack_limit(0).build() else { return Ok(()) };
        if pattern::is_regular(&Expr::parse_tree(&pattern).unwrap().expr) {
            prop_assert!(without_steps.is_match(&format!("{message}{}", "~".repeat(50))).is_ok(), "{pattern:?}");
        }
    }
}
