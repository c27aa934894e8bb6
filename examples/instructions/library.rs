//! The built library, loaded and called as 1C does it.

use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use native_api_host::{Answer, Host, Library, Object, locate};

use crate::frames::Kind;
use crate::work::Work;

/// Messages that are sent before the server's confirmation is waited for; the queue holds them.
const BURST: usize = 500;
/// Between two looks at the count of events: a few in all.
const LOOK: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn receive(kind: Kind, messages: usize) -> Result<(), Box<dyn Error>> {
    let server = Server::start(Work::LibraryReceive(kind), messages)?;
    let object = connect(&server, kind == Kind::Deflate1K)?;
    await_events(&object, 1 + messages)?;
    finish(object)
}

pub(crate) fn send(messages: usize) -> Result<(), Box<dyn Error>> {
    let server = Server::start(Work::LibrarySend, BURST)?;
    let object = connect(&server, false)?;
    let text = Kind::Text64.texts().next().ok_or("no text")?;
    let number = object.component().find_method(Some("Отправить"));
    let mut send = object.component().repeat(number, [text]);
    for burst in 1..=messages / BURST {
        for _ in 0..BURST {
            if send.call() != Some(Answer::Bool(true)) {
                return Err("the queue is full".into());
            }
        }
        await_events(&object, 1 + burst)?;
    }
    drop(send);
    finish(object)
}

fn connect(server: &Server, compression: bool) -> Result<Object, Box<dyn Error>> {
    let library = Library::load(locate("vestnik").ok_or("the library is not built")?)?;
    let object = library.create("WebSocket", Host::default().count_events_only().without_memory_checks())?;
    object.set("Сжатие", compression)?;
    object.set("Таймаут", 60)?;
    if object.call("Подключиться", [&*server.url])? != true.into() {
        return Err(format!("{:?}", object.get("ПоследняяОшибка")?).into());
    }
    object.set("Таймаут", 0)?;
    Ok(object)
}

fn await_events(object: &Object, count: usize) -> Result<(), Box<dyn Error>> {
    let (start, count) = (Instant::now(), u64::try_from(count)?);
    while object.event_counts().accepted < count {
        if start.elapsed() > PATIENCE {
            return Err(format!("{} events of {count}", object.event_counts().accepted).into());
        }
        thread::sleep(LOOK);
    }
    Ok(())
}

fn finish(object: Object) -> Result<(), Box<dyn Error>> {
    let problems = object.finish();
    if problems.is_empty() { Ok(()) } else { Err(format!("{problems:?}").into()) }
}

/// This program as a server; callgrind does not follow it there.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(work: Work, messages: usize) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(env::current_exe()?)
            .args(["serve", &work.to_string(), &messages.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut url)?;
        url.truncate(url.trim_end().len());
        Ok(Self { process, url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends by itself with its input.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
