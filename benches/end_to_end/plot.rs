//! A plot of a group, in SVG: a bar for each contender and quantity.

use std::fmt::Write;

use crate::number::number;
use crate::results::{Group, Quantity, Row};

/// Room for the names of contenders, for the bars, and for the numbers behind them.
const NAMES: f64 = 330.0;
const BARS: f64 = 420.0;
const NUMBERS: f64 = 80.0;
const BAR: f64 = 18.0;
const TITLE: f64 = 30.0;
const GAP: f64 = 14.0;
const OURS: &str = "#1b6ca8";
const THEIRS: &str = "#b0b0b0";

/// What a plot of the group shows.
fn quantities(group: Group) -> &'static [Quantity] {
    match group {
        Group::Receive64 | Group::Receive1K | Group::Deflate1K | Group::Send => {
            &[Quantity::Cpu, Quantity::Wall]
        }
        Group::Receive1M | Group::Binary1M => &[Quantity::Cpu, Quantity::Throughput],
        Group::RoundTrip => &[Quantity::Median, Quantity::Percentile99],
        Group::Burst => &[Quantity::Unread, Quantity::Growth],
        Group::Idle => &[Quantity::Memory, Quantity::IdleCpu],
        Group::Start => &[Quantity::FirstCreated, Quantity::Created],
        Group::Filter => &[Quantity::Hit, Quantity::Miss],
    }
}

/// Draws the rows of a group.
pub(crate) fn draw(group: Group, rows: &[Row]) -> String {
    let (mut body, mut top) = (String::new(), TITLE);
    for quantity in quantities(group) {
        panel(&mut body, &mut top, *quantity, group, rows);
    }
    let width = NAMES + BARS + NUMBERS;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {top}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"10\" y=\"20\" font-size=\"14\">{}</text>\n{body}</svg>\n",
        group.title()
    )
}

fn panel(body: &mut String, top: &mut f64, quantity: Quantity, group: Group, rows: &[Row]) {
    let bars = rows.iter().filter_map(|row| Some((row.contender.as_str(), row.get(quantity)?)));
    let bars = bars.collect::<Vec<_>>();
    let most = bars.iter().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
    // Writing into a String cannot fail.
    let _ = writeln!(
        body,
        "<text x=\"{NAMES}\" y=\"{}\" fill=\"#555\">{}</text>",
        *top + BAR - 5.0,
        quantity.title()
    );
    *top += BAR;
    for (contender, value) in bars {
        let (length, middle) = (BARS * value / most, *top + BAR - 5.0);
        let is_ours = group == Group::Filter || contender.starts_with("Vestnik");
        let _ = writeln!(
            body,
            "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{NAMES}\" y=\"{}\" width=\"{length:.1}\" height=\"{}\" fill=\"{}\"/>\
             <text x=\"{:.1}\" y=\"{middle}\">{}</text>",
            NAMES - 6.0,
            escaped(contender),
            *top + 1.0,
            BAR - 3.0,
            if is_ours { OURS } else { THEIRS },
            NAMES + length + 5.0,
            number(value),
        );
        *top += BAR;
    }
    *top += GAP;
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
