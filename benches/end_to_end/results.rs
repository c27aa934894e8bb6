//! What was measured, as numbers with names.

use clap::ValueEnum;

use crate::work::Sample;

/// Kinds of work, each a part of the table and a plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    #[value(name = "receive-64")]
    Receive64,
    #[value(name = "receive-1k")]
    Receive1K,
    #[value(name = "receive-1m")]
    Receive1M,
    #[value(name = "binary-1m")]
    Binary1M,
    #[value(name = "deflate-1k")]
    Deflate1K,
    Send,
    RoundTrip,
    Burst,
    Idle,
    Start,
    Filter,
}

impl Group {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Receive64 => "Receive 64 B of text",
            Self::Receive1K => "Receive 1 KiB of text, half of it Cyrillic",
            Self::Receive1M => "Receive 1 MiB of text, half of it Cyrillic",
            Self::Binary1M => "Receive 1 MiB of binary data",
            Self::Deflate1K => "Receive 1 KiB of JSON, compressed with context takeover",
            Self::Send => "Send 64 B in bursts of 50,000, until the server confirms",
            Self::RoundTrip => "Round trip of 64 B",
            Self::Burst => "Burst of 52,000 frames of an exchange",
            Self::Idle => "Idle connections",
            Self::Start => "Start and size",
            Self::Filter => "Filter on 1 KiB of JSON",
        }
    }

    /// As options and files name it.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

macro_rules! quantities {
    ($($quantity:ident $name:literal $title:literal)+) => {
        /// What a number is of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Quantity {
            $($quantity),+
        }

        impl Quantity {
            const ALL: &[Self] = &[$(Self::$quantity),+];

            /// As the JSON names it.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$quantity => $name),+
                }
            }

            /// With its unit, as the table heads a column.
            pub(crate) fn title(self) -> &'static str {
                match self {
                    $(Self::$quantity => $title),+
                }
            }
        }
    };
}
quantities! {
    Cpu "cpu_us" "CPU, µs/message"
    Wall "wall_us" "wall, µs/message"
    Rate "thousand_per_s" "thousand/s"
    Throughput "mb_per_s" "MB/s"
    Median "median_us" "median, µs"
    Percentile99 "p99_us" "99 %, µs"
    Hit "hit_us" "hit, µs"
    Miss "miss_us" "miss, µs"
    Received "received_ms" "all received, ms"
    Delivered "delivered" "delivered"
    Lost "lost" "lost"
    Unread "longest_unread_ms" "longest unread, ms"
    Growth "growth_mib" "most memory, MiB more"
    Connections "connections" "connections"
    Memory "kib_each" "KiB each"
    Unconnected "kib_unconnected" "before connecting, KiB"
    Threads "threads" "threads"
    IdleCpu "cpu_ms_per_minute" "CPU, ms/minute"
    Loaded "loaded_ms" "loaded, ms"
    FirstCreated "first_created_ms" "first created, ms"
    Created "created_ms" "created, ms"
    Call "call_us" "call of a function, µs"
    Size "library_mb" "library, MB"
}

impl Quantity {
    /// The quantity of that name in the JSON.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|quantity| quantity.name() == name)
    }
}

/// A contender's numbers in one group.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) group: Group,
    pub(crate) contender: String,
    pub(crate) values: Vec<(Quantity, f64)>,
}

impl Row {
    pub(crate) fn get(&self, wanted: Quantity) -> Option<f64> {
        self.values.iter().find(|(quantity, _)| *quantity == wanted).map(|(_, value)| *value)
    }
}

/// The medians of a contender's rounds; messages have so many bytes, if they are all alike.
pub(crate) fn row(group: Group, contender: &str, samples: &[Sample], size: Option<u32>) -> Row {
    let of = |measure: &dyn Fn(&Sample) -> f64| median(samples.iter().map(measure).collect());
    let per_message =
        |time: std::time::Duration, sample: &Sample| time.as_secs_f64() * 1e6 / f64::from(sample.messages);
    let wall = of(&|sample| per_message(sample.wall, sample));
    let mut values =
        vec![(Quantity::Cpu, of(&|sample| per_message(sample.cpu, sample))), (Quantity::Wall, wall)];
    if samples.iter().any(|sample| !sample.round_trips.is_empty()) {
        let at = |percent: usize| {
            of(&|sample: &Sample| {
                let times = &sample.round_trips;
                times.get(times.len() * percent / 100).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
            })
        };
        values.extend([(Quantity::Median, at(50)), (Quantity::Percentile99, at(99))]);
    } else {
        values.push((Quantity::Rate, 1e3 / wall));
        values.extend(size.map(|size| (Quantity::Throughput, f64::from(size) / wall)));
    }
    Row { group, contender: contender.to_owned(), values }
}

/// The value in the middle; of two, their mean. Not a number where there is none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.get(middle) {
        None => f64::NAN,
        Some(upper) if values.len() % 2 == 1 => *upper,
        Some(upper) => f64::midpoint(values[middle - 1], *upper),
    }
}
