//! Tortures the built library: made-up lives of objects of all classes, most of them illegal, in processes of their own,
//! for as long as you like.
//!
//! `cargo run --example torture -- --minutes 10`; `--seed N` plays one of them again, and prints it.

#[path = "../tests/torture/peers.rs"]
mod peers;
#[path = "../tests/torture/scripts.rs"]
mod scripts;

use std::env;
use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::ops::Range;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use native_api_host::{Assignment, Library, Outcome, Script, Verdict, locate};

use peers::Peers;

/// Servers are started anew after so many scripts.
const ROUND: u64 = 200;
/// The range of the first seed, when chance chooses it.
const FIRST: Range<u64> = 1_000_000..1_000_000_000;
/// How often a line tells how far it is: on a terminal, and elsewhere.
const LINE_EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Plays made-up lives of objects of all classes of the built library, in processes apart, and tells of those that
/// crash it, hang it or break the rules of the platform. The exit code is 1 when there was one.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Go on for so many minutes
    #[arg(long, conflicts_with = "count")]
    minutes: Option<f64>,
    /// Play so many seeds
    #[arg(long, default_value_t = 1000)]
    count: u64,
    /// Begin with this seed; without it, chance chooses
    #[arg(long)]
    from: Option<u64>,
    /// Play this seed alone, and print its script
    #[arg(long, conflicts_with_all = ["minutes", "count", "from"])]
    seed: Option<u64>,
    /// With --seed: play it so many times, as threads do not always meet at the same place
    #[arg(long, default_value_t = 1, requires = "seed")]
    times: u64,
    /// So many processes at a time
    #[arg(long, default_value_t = 4)]
    processes: usize,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if let Some(assignment) = Assignment::from_environment() {
        scripts::play(assignment)?;
        return Ok(ExitCode::SUCCESS);
    }
    let arguments = Arguments::parse();
    let mut progress = Progress::new(&arguments);
    if let Some(seed) = arguments.seed {
        print(seed)?;
        for _ in 0..arguments.times {
            round(seed..seed + 1, 1, &mut progress)?;
        }
        return Ok(progress.end());
    }
    let first = arguments.from.unwrap_or_else(|| fastrand::u64(FIRST));
    let last = arguments.minutes.map_or(first.saturating_add(arguments.count), |_| u64::MAX);
    let mut left = first..last;
    while !left.is_empty() && !progress.is_over() {
        let end = last.min(left.start.saturating_add(ROUND));
        round(left.start..end, arguments.processes, &mut progress)?;
        left.start = end;
    }
    Ok(progress.end())
}

fn print(seed: u64) -> Result<(), Box<dyn Error>> {
    let library = Library::load(locate("vestnik").ok_or("the library is not built")?)?;
    let vocabulary = peers::vocabulary(&library, &Peers::start().description())?;
    println!("seed {seed}\n{}", Script::new(seed, &vocabulary));
    Ok(())
}

/// Plays these seeds with servers of their own.
fn round(seeds: Range<u64>, processes: usize, progress: &mut Progress) -> Result<(), Box<dyn Error>> {
    let peers = Peers::start();
    let folder = env::temp_dir().join(format!("vestnik-torture-{}", std::process::id()));
    scripts::sandbox(&[], &folder, &peers)?.run(seeds, processes, |verdict| progress.add(verdict));
    progress.meet(peers.seen());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// What came of the scripts so far.
struct Progress {
    start: Instant,
    time: Option<Duration>,
    told: Instant,
    /// Ok, failed, crashed, hung.
    counts: [u64; 4],
    last: u64,
    /// See [`Peers::seen`].
    seen: [u64; 4],
}

impl Progress {
    fn new(arguments: &Arguments) -> Self {
        let time = arguments.minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0));
        Self { start: Instant::now(), time, told: Instant::now(), counts: [0; 4], last: 0, seen: [0; 4] }
    }

    fn is_over(&self) -> bool {
        self.time.is_some_and(|time| self.start.elapsed() >= time)
    }

    fn add(&mut self, verdict: &Verdict) {
        let kind = match verdict.outcome {
            Outcome::Ok => 0,
            Outcome::Failed => 1,
            Outcome::Crashed(_) => 2,
            Outcome::Hung => 3,
        };
        self.counts[kind] += 1;
        self.last = verdict.seed;
        if kind > 0 {
            println!("{verdict}");
        }
        let every = if io::stdout().is_terminal() { LINE_EVERY.0 } else { LINE_EVERY.1 };
        if self.told.elapsed() >= every {
            self.tell();
        }
    }

    fn meet(&mut self, seen: [u64; 4]) {
        self.seen = std::array::from_fn(|index| self.seen[index] + seen[index]);
    }

    fn tell(&mut self) {
        self.told = Instant::now();
        let [ok, failed, crashed, hung] = self.counts;
        let elapsed = self.start.elapsed().as_secs();
        print!("{elapsed} s");
        if let Some(time) = self.time {
            print!(" of {}", time.as_secs());
        }
        println!(": seed {}; {ok} ok, {failed} failed, {crashed} crashed, {hung} hung", self.last);
        // Whoever does not look any more does not miss it.
        let _ = io::stdout().flush();
    }

    fn end(mut self) -> ExitCode {
        self.tell();
        let [connections, opened, messages, requests] = self.seen;
        println!(
            "servers saw {connections} connections, {opened} open, {messages} messages; portals {requests} requests"
        );
        if self.counts[1..].iter().all(|&count| count == 0) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
