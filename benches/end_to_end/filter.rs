//! The filter, with patterns of every kind that users write.

use std::hint::black_box;

use vestnik::filter::{Filter, Verdict};

use crate::goals::LOOK_AHEAD;
use crate::options::Options;
use crate::outcome::Outcome;
use crate::results::{Group, Quantity, Row, median};
use crate::work::cpu_time;

/// Searches of a round.
const SEARCHES: u32 = 20_000;
const SIZE: usize = 1 << 10;

/// Patterns, as the table calls them and as they are.
const PATTERNS: [&str; 6] = [
    r#""event":"order\.(create|update)""#,
    r"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}",
    LOOK_AHEAD,
    r#"^(?=.*"state":"shipped")(?=.*"event":"order)"#,
    r#"(?<="ts":")\d{4}-\d\d-\d\d"#,
    r#""from":"(\w+)".*"to":"\1""#,
];

/// A row for each pattern.
pub(crate) fn run(options: &Options) -> Outcome<Vec<Row>> {
    let (hit, miss) = (
        message(
            r#"{"event":"order.update","state":"shipped","ts":"2026-11-22T10:00:00","mail":"sales@romashka.ru","from":"north","to":"north","#,
        ),
        message(
            r#"{"event":"call.created","state":"waiting","ts":"22.11.2026 10:00:00","mail":"sales romashka.ru","from":"north","to":"south","#,
        ),
    );
    let row = |pattern: &&str| {
        let filter = Filter::new(pattern)?;
        let time = |text: &str, expected| {
            let rounds =
                (0..options.rounds()).map(|_| judge(&filter, text, expected, options.count(SEARCHES)));
            rounds.collect::<Outcome<_>>().map(median).map_err(|error| format!("{pattern}: {error}"))
        };
        let values = vec![
            (Quantity::Hit, time(&hit, Verdict::Wanted)?),
            (Quantity::Miss, time(&miss, Verdict::Unwanted)?),
        ];
        Ok(Row { group: Group::Filter, contender: (*pattern).to_owned(), values })
    };
    PATTERNS.iter().map(row).collect()
}

/// Microseconds of a search.
fn judge(filter: &Filter, text: &str, expected: Verdict, searches: u32) -> Outcome<f64> {
    let (before, mut undecided) = (cpu_time(), 0);
    for _ in 0..searches {
        match filter.judge(black_box(text)) {
            verdict if verdict == expected => {}
            Verdict::Undecided => undecided += 1,
            verdict => return Err(format!("{verdict:?} instead of {expected:?}").into()),
        }
    }
    let time = cpu_time().saturating_sub(before);
    // The filter gives up by the clock, and this process may be held up.
    if undecided > searches / 100 {
        return Err(format!("undecided {undecided} times of {searches}").into());
    }
    Ok(time.as_secs_f64() * 1e6 / f64::from(searches))
}

/// JSON that begins so, and has fields enough to be of full size.
fn message(head: &str) -> String {
    let mut text = head.to_owned() + r#""rows":["#;
    while text.len() + 40 < SIZE {
        text.push_str(r#"{"name":"Болт","n":7},"#);
    }
    text.push_str(r#""end"]}"#);
    text
}
