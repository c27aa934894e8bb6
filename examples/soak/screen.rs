//! What is printed while it runs.

use std::io::{self, Write};
use std::time::Duration;

use crate::balance::Balance;
use crate::fleet::{Member, Taking};
use crate::run::Sample;

/// Characters of the bar.
const WIDTH: u64 = 50;

/// A line a second, and a bar below them.
pub(crate) struct Screen {
    time: Duration,
    is_plain: bool,
}

impl Screen {
    pub(crate) fn new(time: Duration, is_plain: bool) -> Self {
        Self { time, is_plain }
    }

    /// What is about to run.
    pub(crate) fn head(&self, fleet: &[Member], seed: u64) {
        let count = |is: fn(&Member) -> bool| fleet.iter().filter(|member| is(member)).count();
        println!("Объекты     {}", fleet.len());
        let rom = |member: &Member| matches!(member, Member::Socket(socket) if socket.class != "WebSocket");
        println!("  ROM-WebSocket  {}", count(rom));
        let web = |member: &Member| matches!(member, Member::Socket(socket) if socket.class == "WebSocket");
        println!("  WebSocket      {}", count(web));
        println!("  BitrixPull     {}", count(|member| matches!(member, Member::Pull(_))));
        let job = |member: &Member| {
            let (Member::Socket(crate::fleet::Socket { taking, .. })
            | Member::Pull(crate::fleet::Pull { taking, .. })) = member;
            *taking == Taking::Job
        };
        println!("  на сервере 1С  {}", count(job));
        println!("Время       {}", clock(self.time));
        println!("Повторить   --seed {seed}\n");
        println!(
            "{:>6}  {:>9}  {:>9}  {:>8}  {:>9}  {:>8}  {:>9}  {:>11}  {:>7}",
            "время",
            "принято",
            "послано",
            "потеряно",
            "задвоено",
            "связей",
            "память",
            "дескрипторы",
            "потоки"
        );
    }

    /// The line of a second.
    pub(crate) fn line(&mut self, sample: &Sample) {
        let balance = &sample.balance;
        let (memory, handles, threads) = match sample.usage {
            Some(usage) => (mebibytes(usage.memory), usage.handles.to_string(), usage.threads.to_string()),
            None => ("—".to_owned(), "—".to_owned(), "—".to_owned()),
        };
        self.wipe();
        println!(
            "{:>6}  {:>9}  {:>9}  {:>8}  {:>9}  {:>8}  {:>9}  {:>11}  {:>7}",
            clock(sample.at),
            balance.received,
            balance.arrived,
            balance.lost + balance.wrong,
            balance.doubled,
            balance.opened,
            memory,
            handles,
            threads
        );
        self.bar(sample.at);
    }

    /// A member of the fleet whose books are not even since this second.
    pub(crate) fn uneven(&self, at: Duration, number: usize, member: &Member, balance: &Balance) {
        self.wipe();
        println!("{:>6}  объект {number}: {member:?}, {balance:?}", clock(at));
    }

    /// The bar is taken away.
    pub(crate) fn wipe(&self) {
        if !self.is_plain {
            print!("\r\x1b[K");
        }
    }

    fn bar(&self, at: Duration) {
        if self.is_plain {
            return;
        }
        let done = (at.as_secs() * WIDTH / self.time.as_secs().max(1)).min(WIDTH);
        let (full, empty) = (usize::try_from(done).unwrap_or(0), usize::try_from(WIDTH - done).unwrap_or(0));
        print!("[{}{}] {} из {}", "#".repeat(full), ".".repeat(empty), clock(at), clock(self.time));
        // A terminal that is gone is no reason to stop.
        let _ = io::stdout().flush();
    }
}

/// `минуты:секунды`.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// Of KiB.
pub(crate) fn mebibytes(kibibytes: u64) -> String {
    format!("{},{} МиБ", kibibytes / 1024, kibibytes % 1024 * 10 / 1024)
}
