//! One run: servers and portals here, the measured process there, a sample a second.

use std::collections::BTreeSet;
use std::error::Error;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use echo_server::{CertificateKind, Certificates, Identity};

use crate::balance::Balance;
use crate::books::Books;
use crate::diary::Diary;
use crate::flatness::{Level, SHORTEST, levels};
use crate::fleet::{Member, fleet};
use crate::peer::Peer;
use crate::portal::Publisher;
use crate::process::{Usage, usage};
use crate::report;
use crate::screen::{Screen, clock, mebibytes};

/// How long the ends may take, once trouble is over. Only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(180);
const SECOND: Duration = Duration::from_secs(1);

/// How it stands at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) at: Duration,
    pub(crate) balance: Balance,
    pub(crate) usage: Option<Usage>,
}

/// A member of the fleet whose books are not even.
struct Uneven {
    number: usize,
    member: Member,
    balance: Balance,
    details: Vec<String>,
}

/// How it went.
pub(crate) struct Outcome {
    pub(crate) samples: Vec<Sample>,
    pub(crate) balance: Balance,
    pub(crate) levels: Option<[Level; 3]>,
    time: Duration,
    seed: u64,
    uneven: Vec<Uneven>,
    /// What went wrong beside the messages.
    troubles: Vec<String>,
}

/// Runs so long.
pub(crate) fn run(
    copies: usize,
    seed: u64,
    time: Duration,
    logs: Option<&Path>,
    screen: &mut Screen,
) -> Result<Outcome, Box<dyn Error>> {
    let certificates = Certificates::new()?;
    let identity = certificates.identity(CertificateKind::Good)?;
    let fleet = fleet(copies);
    let books = fleet.iter().map(Books::new).collect::<Vec<_>>();
    let (calm, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        // Whatever happens here, the threads must come to their end.
        let end = Ending { calm: &calm, stop: &stop };
        let mut plan = format!("{copies}\n{seed}\n{}\n", certificates.authority_pem()?.replace('\n', "|"));
        let mut peers = Vec::new();
        for ((number, member), books) in fleet.iter().enumerate().zip(&books) {
            let seed = seed.wrapping_mul(31).wrapping_add(u64::try_from(number)?);
            let diary = logs.map(|folder| folder.join(format!("{number}.portal.log")));
            let (line, thread) = stand_in(scope, member, books, &identity, seed, diary.as_deref(), &end)?;
            plan.push_str(&line);
            plan.push('\n');
            peers.push(thread);
        }
        let mut child = Command::new(std::env::current_exe()?)
            .arg("--client")
            // Else the C library keeps what was freed, in as many places as it likes, and that is what would be seen.
            .envs([("MALLOC_ARENA_MAX", "1"), ("MALLOC_MMAP_THRESHOLD_", "65536")])
            .args(logs.map(|folder| [OsStr::new("--logs"), folder.as_os_str()]).into_iter().flatten())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().ok_or("нет входа дочернего процесса")?;
        let output = child.stdout.take().ok_or("нет выхода дочернего процесса")?;
        let mut child = Killed(child);
        let mut troubles = Vec::new();
        let reader = scope.spawn(|| read(BufReader::new(output), &books));
        input.write_all(plan.as_bytes())?;
        input.flush()?;

        let mut watch = Watch {
            screen,
            samples: Vec::new(),
            start: Instant::now(),
            fleet: &fleet,
            books: &books,
            uneven: BTreeSet::new(),
        };
        watch.until(&mut child.0, |watch| watch.start.elapsed() >= time)?;
        calm.store(true, Ordering::Relaxed);
        // What was measured is what ran under trouble.
        let measured = watch.samples.len();
        let deadline = Instant::now() + PATIENCE;
        watch.until(&mut child.0, |_| !books.iter().any(Books::is_behind) || Instant::now() > deadline)?;
        drop(input);
        let status = wait(&mut child.0)?;
        if !status.success() {
            troubles.push(format!("дочерний процесс: {status}"));
        }
        troubles.extend(
            reader.join().unwrap_or_else(|_| Err(io::Error::other("паника"))).err().map(|e| e.to_string()),
        );
        drop(end);
        for peer in peers {
            troubles.extend(
                peer.join().unwrap_or_else(|_| Err(io::Error::other("паника"))).err().map(|e| e.to_string()),
            );
        }
        watch.screen.wipe();
        let usages = watch.samples[..measured].iter().filter_map(|sample| sample.usage).collect::<Vec<_>>();
        let levels = (time >= SHORTEST).then(|| levels(&usages)).flatten();
        let uneven = fleet.iter().copied().zip(&books).enumerate().filter_map(|(number, (member, books))| {
            let balance = books.balance();
            (!balance.is_even() || !books.is_closed() || balance.opened == 0).then(|| Uneven {
                number,
                member,
                balance,
                details: books.details(),
            })
        });
        let uneven = uneven.collect::<Vec<_>>();
        let (samples, balance): (_, Balance) = (watch.samples, books.iter().map(Books::balance).sum());
        if balance.opened <= u64::try_from(fleet.len())? {
            troubles.push("ни одно соединение не восстановлено: ничего не испытано".to_owned());
        }
        Ok(Outcome { samples, balance, levels, time, seed, uneven, troubles })
    })
}

/// Lets all threads end when it is dropped.
struct Ending<'a> {
    calm: &'a AtomicBool,
    stop: &'a AtomicBool,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.calm.store(true, Ordering::Relaxed);
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Ends the process when it is dropped, if it has not ended.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // Fails on a process that has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

type Running<'scope> = thread::ScopedJoinHandle<'scope, io::Result<()>>;

/// Starts what a member of the fleet connects to; how it is reached.
fn stand_in<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    member: &Member,
    books: &'scope Books,
    identity: &Identity,
    seed: u64,
    diary: Option<&Path>,
    end: &Ending<'scope>,
) -> io::Result<(String, Running<'scope>)> {
    let (calm, stop) = (end.calm, end.stop);
    match (member, books) {
        (Member::Socket(socket), Books::Socket(ledger)) => {
            let peer = Peer::start(*socket, socket.tls.then(|| identity.clone()), seed)?;
            Ok((peer.url(), scope.spawn(move || peer.run(ledger, calm, stop))))
        }
        (Member::Pull(pull), Books::Pull(sequence)) => {
            let publisher = Publisher::start(*pull, seed, Diary::new(diary)?)?;
            let access = publisher.access().to_string();
            let run = move || {
                publisher.run(sequence, calm, stop);
                Ok(())
            };
            Ok((access, scope.spawn(run)))
        }
        _ => Err(io::Error::other("чужие книги")),
    }
}

/// Writes what the child tells into the books.
fn read(output: impl BufRead, books: &[Books]) -> io::Result<()> {
    for line in output.lines() {
        let line = line?;
        let (member, report) =
            report::read(&line).ok_or_else(|| io::Error::other(format!("непонятная строка: {line}")))?;
        books.get(member).ok_or_else(|| io::Error::other("лишний объект"))?.told(report);
    }
    Ok(())
}

/// Waits until the child has ended; one that hangs is killed.
fn wait(child: &mut Child) -> Result<ExitStatus, Box<dyn Error>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > PATIENCE {
            child.kill()?;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// What is looked at every second.
struct Watch<'a> {
    screen: &'a mut Screen,
    samples: Vec<Sample>,
    start: Instant,
    fleet: &'a [Member],
    books: &'a [Books],
    /// Whose books are known not to be even.
    uneven: BTreeSet<usize>,
}

impl Watch<'_> {
    /// Takes a sample a second until the condition holds, or the child ends before its time.
    fn until(&mut self, child: &mut Child, holds: impl Fn(&Self) -> bool) -> Result<(), Box<dyn Error>> {
        while !holds(self) {
            let next = SECOND * u32::try_from(self.samples.len() + 1)?;
            thread::sleep(next.saturating_sub(self.start.elapsed()));
            if child.try_wait()?.is_some() {
                return Ok(());
            }
            let at = self.start.elapsed();
            let balances = self.books.iter().map(Books::balance).collect::<Vec<_>>();
            for (number, (member, balance)) in self.fleet.iter().zip(&balances).enumerate() {
                if !balance.is_even() && self.uneven.insert(number) {
                    self.screen.uneven(at, number, member, balance);
                }
            }
            let sample = Sample { at, balance: balances.into_iter().sum(), usage: usage(child.id()) };
            self.screen.line(&sample);
            self.samples.push(sample);
        }
        Ok(())
    }
}

impl Outcome {
    /// Prints the verdict; whether all is well.
    pub(crate) fn print(&self) -> bool {
        let balance = &self.balance;
        let is_flat = self.levels.is_none_or(|levels| levels.iter().all(Level::is_flat));
        let is_well = self.uneven.is_empty() && self.troubles.is_empty() && is_flat;
        println!("\nИтог за {}, --seed {}:", clock(self.time), self.seed);
        let line = |name: &str, value: String| println!("  {name:<20} {value}");
        line("принято 1С", balance.received.to_string());
        line("дошло до серверов", balance.arrived.to_string());
        line("соединений", balance.opened.to_string());
        line("отказов", balance.failed.to_string());
        line(
            "оборвано с линией",
            format!("{} (сервер записал или 1С отправила, линия разорвана)", balance.cut),
        );
        line("не успело уйти", format!("{} (сервер закрыл раньше, объект об этом сказал)", balance.unsent));
        line("потеряно", balance.lost.to_string());
        line("задвоено", balance.doubled.to_string());
        line("испорчено", balance.wrong.to_string());
        match &self.levels {
            Some(levels) => levels.iter().for_each(|level| line(level.name, level.to_string())),
            None => line("рост", format!("не оценивается: меньше {}", clock(SHORTEST))),
        }
        if let Some(most) =
            self.samples.iter().filter_map(|sample| sample.usage).map(|usage| usage.memory).max()
        {
            line("память, наибольшая", mebibytes(most));
        }
        for Uneven { number, member, balance, details } in &self.uneven {
            println!("  объект {number}: {member:?}\n    {balance:?}");
            details.iter().for_each(|detail| println!("    {detail}"));
        }
        for trouble in &self.troubles {
            println!("  {trouble}");
        }
        println!("{}", if is_well { "Все на месте." } else { "НЕ ПРОШЛО." });
        is_well
    }
}
