//! The server of one WebSocket object, and the trouble it makes.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use echo_server::{
    Behaviour, Compression, Event, Fault, Identity, Options, Pace, Replay, Reservation, Server,
};

use crate::connection::End;
use crate::fleet::Socket;
use crate::ledger::{Key, Ledger};
use crate::text::number;

/// How often the journal is read into the books.
const TICK: Duration = Duration::from_millis(50);
/// How many messages a server has for one connection, and how fast it sends them.
const SERIES: u64 = 20_000;
const PACE: Pace = Pace::PerSecond(std::num::NonZeroU32::new(20).expect("it is not zero"));
/// Faults of connections in turn; those that come after have none.
const FAULTS: usize = 200;
/// How long connections may take to end. Only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// One object's server, or one after the other at one address.
pub(crate) struct Peer {
    socket: Socket,
    identity: Option<Identity>,
    reservation: Reservation,
    random: fastrand::Rng,
    server: Server,
    /// How many servers there were before this one.
    before: usize,
    /// What of the journal is in the books.
    read: u64,
}

impl Peer {
    /// Starts the first server.
    pub(crate) fn start(socket: Socket, identity: Option<Identity>, seed: u64) -> io::Result<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        let reservation = Reservation::new()?;
        let server = Server::start(options(socket, identity.clone(), &reservation, &mut random))?;
        Ok(Self { socket, identity, reservation, random, server, before: 0, read: 0 })
    }

    /// Where to connect, also after restarts.
    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Makes trouble until `calm`, then none; writes the books until `stop` and once after.
    pub(crate) fn run(
        mut self,
        ledger: &Mutex<Ledger>,
        calm: &AtomicBool,
        stop: &AtomicBool,
    ) -> io::Result<()> {
        let mut next = Instant::now() + self.pause();
        let mut is_calm = false;
        while !stop.load(Ordering::Relaxed) {
            self.write_down(ledger)?;
            if calm.load(Ordering::Relaxed) {
                if !std::mem::replace(&mut is_calm, true) {
                    self.server.set_fault(Fault::None);
                    self.server.reset_all();
                }
            } else if Instant::now() >= next {
                self.trouble(ledger)?;
                next = Instant::now() + self.pause();
            }
            sleep(TICK);
        }
        let _ = self.server.wait_for(PATIENCE, |journal| journal.open() == 0);
        self.write_down(ledger)
    }

    fn trouble(&mut self, ledger: &Mutex<Ledger>) -> io::Result<()> {
        match self.random.u32(..6) {
            0 | 1 => {
                self.server.reset_all();
            }
            2 | 3 => {
                let codes = [1000, 1001, 1011, 1012, 4000];
                let code = codes[self.random.usize(..codes.len())];
                self.server.close_all(code, "так надо");
            }
            4 => {
                self.server.ping_all(b"soak");
            }
            _ => self.restart(ledger)?,
        }
        Ok(())
    }

    /// Ends the server, lets clients be refused for a while, and starts another at the same address.
    fn restart(&mut self, ledger: &Mutex<Ledger>) -> io::Result<()> {
        self.server.set_fault(Fault::HangUp);
        self.server.reset_all();
        if !self.server.wait_for(PATIENCE, |journal| journal.open() == 0) {
            return Err(io::Error::other("соединения сервера не кончаются"));
        }
        self.write_down(ledger)?;
        let options = options(self.socket, self.identity.clone(), &self.reservation, &mut self.random);
        let quiet = Server::start(Options::default())?;
        drop(std::mem::replace(&mut self.server, quiet));
        sleep(Duration::from_millis(self.random.u64(..1_500)));
        self.server = Server::start(options)?;
        (self.before, self.read) = (self.before + 1, 0);
        Ok(())
    }

    /// Brings the books up to date.
    fn write_down(&mut self, ledger: &Mutex<Ledger>) -> io::Result<()> {
        let (before, read) = (self.before, self.read);
        self.read = self.server.read_journal(|journal| {
            let mut expected = read;
            let mut ledger = lock(ledger);
            for entry in journal.since(read) {
                if entry.number != expected {
                    return Err(io::Error::other("журнал сервера не поместился"));
                }
                expected += 1;
                let key: Key = (before, entry.connection);
                match &entry.event {
                    Event::Opened => ledger.opened(key),
                    Event::Text(text) => ledger.arrived(key, text),
                    Event::Close { code, .. } => ledger.closed(key, *code),
                    Event::Binary(_) => ledger.told(crate::report::Report::Wrong),
                    Event::Ended { how: echo_server::End::Violation(text), .. } => {
                        return Err(io::Error::other(format!("компонента нарушила протокол: {text}")));
                    }
                    Event::Ended { how, sent, .. } => {
                        let is_clean = *how == echo_server::End::Clean;
                        ledger.ended(key, End { is_clean, sent: *sent });
                    }
                    _ => {}
                }
            }
            Ok(expected)
        })?;
        Ok(())
    }

    /// Some seconds between two troubles.
    fn pause(&mut self) -> Duration {
        Duration::from_millis(self.random.u64(1_000..15_000))
    }
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

fn options(
    socket: Socket,
    tls: Option<Identity>,
    reservation: &Reservation,
    random: &mut fastrand::Rng,
) -> Options {
    let series = (1..=SERIES).map(number).collect::<Vec<_>>().join("\n");
    let replay = Replay::parse(&series, PACE).expect("lines without times at a pace of their own");
    let faults = (0..FAULTS).map(|_| fault(random, socket.class == "WebSocket"));
    Options {
        listen: reservation.address(),
        tls,
        compression: socket.compression.then(Compression::default),
        behaviour: Behaviour::Replay(replay),
        faults_in_turn: faults.chain([Fault::None]).collect(),
        fault_after: random.u64(5..300),
        ..Options::default()
    }
}

/// A fault of one connection. Without pings of its own, an object would wait long for a line that is silent.
fn fault(random: &mut fastrand::Rng, has_pings: bool) -> Fault {
    let codes = [1000, 1001, 1008, 1011, 1013, 3000, 4999];
    let code = Some(codes[random.usize(..codes.len())]);
    let reason = "до свидания".to_owned();
    let silent = [Fault::HalfFrame, Fault::StopReading, Fault::IgnorePing];
    match random.u32(..60) {
        0..4 => Fault::Close { code, reason },
        4 => Fault::Close { code: None, reason: String::new() },
        5 => Fault::CloseAndEnd { code, reason },
        6 => Fault::CloseAndStay { code, reason },
        7..10 => Fault::Reset,
        10..12 => Fault::Eof,
        12 => Fault::CutFrame,
        13 => Fault::BadUtf8,
        14 => Fault::MaskedFrame,
        15 => Fault::ReservedOpcode,
        16 => Fault::ReservedBit(2),
        17 => Fault::BigMessage(random.usize(1..4 << 20)),
        18 => Fault::ByteFragments(random.usize(1..5_000)),
        19 => Fault::PingFlood(random.u64(1..2_000)),
        20 => Fault::AcceptLate(Duration::from_millis(random.u64(..3_000))),
        21 => Fault::Refuse([401, 403, 404, 500, 502, 503][random.usize(..6)]),
        22 => Fault::Redirect("http://localhost/".to_owned()),
        23 => Fault::WrongAccept,
        24 => Fault::HangUp,
        25 => Fault::EndlessHead,
        26 => Fault::EndlessBody(503),
        27 => Fault::IgnoreClose,
        28 => Fault::OneByte,
        29 => Fault::Dribble(Duration::from_micros(100)),
        30..33 => Fault::Fragmented { fragments: random.usize(1..10), ping: random.bool() },
        33 => Fault::Extension("permessage-nothing".to_owned()),
        34 => Fault::Subprotocol("unasked".to_owned()),
        35..38 if has_pings => silent[random.usize(..silent.len())].clone(),
        38 if random.u32(..4) == 0 => Fault::NeverAccept,
        _ => Fault::None,
    }
}
