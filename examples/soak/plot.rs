//! The plot of a run, in SVG. Four polylines need no crate: the kept ones bring fonts and rasterisers along.

use std::fmt::Write;

use crate::run::{Outcome, Sample};
use crate::screen::clock;

const WIDTH: u64 = 860;
const HEIGHT: u64 = 110;
/// Room for the names and numbers of an axis, and between two panels.
const LEFT: u64 = 20;
const GAP: u64 = 40;
const TOP: u64 = 50;
/// More points than that are not seen apart.
const MOST_POINTS: usize = 300;

/// One quantity over time.
struct Panel {
    name: &'static str,
    color: &'static str,
    values: Vec<u64>,
}

/// Draws the run.
pub(crate) fn draw(outcome: &Outcome, is_well: bool) -> String {
    let samples = &outcome.samples;
    let usage = |of: fn(&crate::process::Usage) -> u64| {
        samples.iter().map(|sample| sample.usage.as_ref().map_or(0, of)).collect::<Vec<_>>()
    };
    let panels = [
        Panel { name: "сообщений в секунду", color: "#1b6ca8", values: rates(samples) },
        Panel { name: "память, КиБ", color: "#a83c1b", values: usage(|usage| usage.memory) },
        Panel { name: "дескрипторы", color: "#3c7a1b", values: usage(|usage| usage.handles) },
        Panel { name: "потоки", color: "#6b1ba8", values: usage(|usage| usage.threads) },
        Panel {
            name: "соединений с начала",
            color: "#555555",
            values: samples.iter().map(|sample| sample.balance.opened).collect(),
        },
    ];
    let count = u64::try_from(panels.len()).unwrap_or(0);
    let (width, height) = (WIDTH + 2 * LEFT, TOP + count * (HEIGHT + GAP));
    let balance = &outcome.balance;
    let title = format!(
        "{}: {} сообщений, потеряно {}, задвоено {}, соединений {}{}",
        samples.last().map_or_else(String::new, |last| clock(last.at)),
        balance.received + balance.arrived,
        balance.lost + balance.wrong,
        balance.doubled,
        balance.opened,
        if is_well { "" } else { " — НЕ ПРОШЛО" }
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{title}</text>\n"
    );
    let mut top = TOP;
    for panel in &panels {
        panel.draw(&mut svg, top);
        top += HEIGHT + GAP;
    }
    svg.push_str("</svg>\n");
    svg
}

impl Panel {
    fn draw(&self, svg: &mut String, top: u64) {
        let (least, most) = (self.values.iter().min().copied(), self.values.iter().max().copied());
        let (least, most) = (least.unwrap_or(0), most.unwrap_or(0));
        let step = self.values.len().div_ceil(MOST_POINTS).max(1);
        let shown = self.values.chunks(step).map(mean).collect::<Vec<_>>();
        let steps = u64::try_from(shown.len().saturating_sub(1)).unwrap_or(0).max(1);
        let points = (0_u64..).zip(&shown).map(|(index, value)| {
            let (x, y) = (LEFT + WIDTH * index / steps, top + HEIGHT - HEIGHT * value / most.max(1));
            format!("{x},{y}")
        });
        let points = points.collect::<Vec<_>>().join(" ");
        let (bottom, color, above) = (top + HEIGHT, self.color, top - 6);
        // Writing into a String cannot fail.
        let _ = write!(
            svg,
            "<text x=\"{LEFT}\" y=\"{above}\">{} (от {least} до {most})</text>\n\
             <path d=\"M{LEFT} {top}V{bottom}H{}\" fill=\"none\" stroke=\"#bbb\"/>\n\
             <polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\"/>\n",
            self.name,
            LEFT + WIDTH
        );
    }
}

fn rates(samples: &[Sample]) -> Vec<u64> {
    let total = |sample: &Sample| sample.balance.received + sample.balance.arrived;
    samples.windows(2).map(|pair| total(&pair[1]).saturating_sub(total(&pair[0]))).collect()
}

fn mean(values: &[u64]) -> u64 {
    values.iter().sum::<u64>() / u64::try_from(values.len()).unwrap_or(1).max(1)
}
