//! The measured process: the built library with all its objects, each used by a thread of its own as a module of 1C
//! would, and nothing else that could grow.

use std::error::Error;
use std::io::{self, BufRead};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use native_api_host::{Host, Library, locate};

use crate::access::Access;
use crate::fleet::{Member, fleet};
use crate::process;
use crate::pull_client::PullClient;
use crate::socket_client::SocketClient;

/// How long what the library has started may take to end once no object is left. Only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the fleet until the parent ends the input. What it needs comes on standard input: number of copies, seed, and a
/// line for each object; what happens goes to standard output, and the objects' own logs into the folder, if there is one.
pub(crate) fn run(logs: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let mut lines = io::stdin().lock().lines();
    let mut line = || lines.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
    let (copies, seed) = (line()?.parse()?, line()?.parse::<u64>()?);
    let authority = line()?.replace('|', "\n");
    let library = Library::load(locate("vestnik").ok_or("библиотека не собрана")?)?;
    first_life(&library)?;
    let before = process::usage(std::process::id());
    let stop = AtomicBool::new(false);
    thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let mut clients = Vec::new();
        for (number, member) in fleet(copies).into_iter().enumerate() {
            let (line, library, authority) = (line()?, library.clone(), authority.clone());
            let seed = seed.wrapping_add(u64::try_from(number)?);
            let log = logs.map(|folder| folder.join(format!("{number}.log")));
            let stop = &stop;
            clients.push(match member {
                Member::Socket(socket) => {
                    let client = SocketClient { number, socket, url: line, authority, library, seed, log };
                    thread::Builder::new().spawn_scoped(scope, move || client.run(stop))?
                }
                Member::Pull(pull) => {
                    let access = line.parse::<Access>()?;
                    let client = PullClient { number, pull, access, library, seed, log };
                    thread::Builder::new().spawn_scoped(scope, move || client.run(stop))?
                }
            });
        }
        // Nothing more comes: it is time to end.
        while line().is_ok() {}
        stop.store(true, Ordering::Relaxed);
        clients.into_iter().try_for_each(|client| match client.join() {
            Ok(outcome) => outcome,
            Err(_) => Err("поток объекта прерван паникой".to_owned()),
        })?;
        Ok(())
    })?;
    nothing_left(before)
}

/// What the first connection costs for good, such as what the runtime keeps per process, is not counted.
fn first_life(library: &Library) -> Result<(), Box<dyn Error>> {
    let object = library.create("ROM-WebSocket", Host::default())?;
    object.set("Таймаут", 5)?;
    // Nobody listens at port 1.
    object.call("Подключиться", ["ws://127.0.0.1:1/"])?;
    Ok(())
}

/// Waits until threads and handles are what they were before the first object.
fn nothing_left(before: Option<process::Usage>) -> Result<(), Box<dyn Error>> {
    let Some(before) = before else { return Ok(()) };
    let start = Instant::now();
    loop {
        let Some(now) = process::usage(std::process::id()) else { return Ok(()) };
        if now.handles <= before.handles && now.threads <= before.threads {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            let text = format!(
                "после последнего объекта осталось: дескрипторов {} (было {}), потоков {} (было {})",
                now.handles, before.handles, now.threads, before.threads
            );
            return Err(text.into());
        }
        thread::sleep(Duration::from_millis(20));
    }
}
