//! The add-in, loaded and called as 1C does it.

use std::thread;
use std::time::{Duration, Instant};

use native_api_host::{Answer, Host, Library, Object, RepeatedCall};

use crate::frames::Kind;
use crate::goals::{EVENTS, PULLED};
use crate::outcome::{Outcome, PATIENCE};
use crate::peer::Peer;
use crate::work::{BURST, Contender, Sample, Stopwatch, Work, sent};

/// Between two looks at the count of events.
const LOOK: Duration = Duration::from_millis(1);
/// Before a message is offered to a full queue again.
const FULL: Duration = Duration::from_micros(200);
/// Messages that `ПолучитьПакет` is asked for.
const BATCH: i32 = 1000;
/// Seconds that a method may take.
const TIMEOUT: i32 = 30;

/// Messages come as `ВнешнееСобытие`.
pub(crate) struct Events<'a>(pub(crate) &'a Library);

/// Messages are taken by `ПолучитьПакет`, binary ones by `Получить`.
pub(crate) struct Pulled<'a>(pub(crate) &'a Library);

impl Contender for Events<'_> {
    fn name(&self) -> &'static str {
        EVENTS
    }

    fn run(&self, peer: Peer, work: Work) -> Outcome<Sample> {
        match work {
            Work::Receive(_, count) => receive_events(self.0, peer, work, u64::from(count)),
            Work::Send(bursts) => send(self.0, peer, work, bursts),
            Work::RoundTrips(count) => round_trips(self.0, peer, work, count),
        }
    }
}

impl Contender for Pulled<'_> {
    fn name(&self) -> &'static str {
        PULLED
    }

    fn run(&self, peer: Peer, work: Work) -> Outcome<Sample> {
        match work {
            Work::Receive(kind, count) => pull(self.0, peer, work, kind, count),
            _ => Err("only receiving differs".into()),
        }
    }
}

/// An object that is connected.
fn connect(library: &Library, host: Host, peer: Peer, path: &str) -> Outcome<Object> {
    let object = library.create("WebSocket", host.without_memory_checks())?;
    open(&object, peer, path)?;
    Ok(object)
}

/// Connects an object.
pub(crate) fn open(object: &Object, peer: Peer, path: &str) -> Outcome {
    object.set("Таймаут", TIMEOUT)?;
    if object.call("Подключиться", [format!("ws://{}{path}", peer.address())])? != true.into() {
        return Err(format!("{:?}", object.get("ПоследняяОшибка")?).into());
    }
    Ok(object.set("Таймаут", 0)?)
}

/// Ends an object; what it has done wrong is an error.
pub(crate) fn finish(object: Object) -> Outcome {
    let problems = object.finish();
    if problems.is_empty() { Ok(()) } else { Err(format!("the add-in broke the rules: {problems:?}").into()) }
}

/// Waits for so many external events in all, where they are only counted.
pub(crate) fn await_events(object: &Object, count: u64) -> Outcome {
    let start = Instant::now();
    while object.event_counts().accepted < count {
        if start.elapsed() > PATIENCE {
            return Err(format!("{} events of {count}", object.event_counts().accepted).into());
        }
        thread::sleep(LOOK);
    }
    Ok(())
}

fn receive_events(library: &Library, peer: Peer, work: Work, count: u64) -> Outcome<Sample> {
    let object = library.create("WebSocket", Host::default().count_events_only())?;
    object.set("Сжатие", work.is_compressed())?;
    open(&object, peer, &work.path())?;
    await_events(&object, 1)?;
    let stopwatch = Stopwatch::start();
    object.call("Отправить", [sent()])?;
    await_events(&object, 1 + count)?;
    let sample = stopwatch.stop(work);
    finish(object)?;
    Ok(sample)
}

fn send(library: &Library, peer: Peer, work: Work, bursts: u32) -> Outcome<Sample> {
    let object = connect(library, Host::default(), peer, &work.path())?;
    next_event(&object)?;
    let mut send = function(&object, "Отправить", [sent()]);
    let stopwatch = Stopwatch::start();
    for _ in 0..bursts {
        for _ in 0..BURST {
            while send.call() != Some(Answer::Bool(true)) {
                if stopwatch.elapsed() > PATIENCE {
                    return Err("the queue stays full".into());
                }
                thread::sleep(FULL);
            }
        }
        next_event(&object)?;
    }
    let sample = stopwatch.stop(work);
    drop(send);
    finish(object)?;
    Ok(sample)
}

fn round_trips(library: &Library, peer: Peer, work: Work, count: u32) -> Outcome<Sample> {
    let object = connect(library, Host::default(), peer, &work.path())?;
    next_event(&object)?;
    let mut send = function(&object, "Отправить", [sent()]);
    let mut times = Vec::with_capacity(count as usize);
    let stopwatch = Stopwatch::start();
    for _ in 0..count {
        let start = Instant::now();
        if send.call() != Some(Answer::Bool(true)) {
            return Err("Отправить has failed".into());
        }
        times.push(next_event(&object)?.saturating_duration_since(start));
    }
    let sample = stopwatch.stop_with(work, times);
    drop(send);
    finish(object)?;
    Ok(sample)
}

fn pull(library: &Library, peer: Peer, work: Work, kind: Kind, count: u32) -> Outcome<Sample> {
    let object = library.create("WebSocket", Host::default().without_memory_checks())?;
    object.set("РежимПрослушивания", false)?;
    open(&object, peer, &work.path())?;
    // A batch is an array of texts, all alike: its length tells how many there are.
    let text = kind.text().map(|text| serde_json::to_string(&text)).transpose()?;
    let unit = text.map(|text| text.encode_utf16().count() + ",".len());
    let mut receive = match unit {
        Some(_) => function(&object, "ПолучитьПакет", (BATCH, TIMEOUT)),
        None => function(&object, "Получить", [TIMEOUT]),
    };
    let (mut received, count) = (0, count as usize);
    let stopwatch = Stopwatch::start();
    object.call("Отправить", [sent()])?;
    while received < count {
        let Some(Answer::Sized(length)) = receive.call() else { return Err("nothing received".into()) };
        received += match unit {
            Some(unit) => (length as usize - "[]".len() + ",".len()) / unit,
            None => usize::from(kind.size() == Some(length as usize)),
        };
    }
    let sample = stopwatch.stop(work);
    drop(receive);
    finish(object)?;
    Ok(sample)
}

/// When the next event came.
fn next_event(object: &Object) -> Outcome<Instant> {
    Ok(object.next_event(PATIENCE).ok_or("no event came")?.at)
}

/// A method of an object, by its number.
pub(crate) fn function<'a>(
    object: &'a Object,
    name: &str,
    arguments: impl native_api_host::Arguments,
) -> RepeatedCall<'a> {
    let component = object.component();
    let number = component.find_method(Some(name));
    component.repeat(number, arguments)
}
