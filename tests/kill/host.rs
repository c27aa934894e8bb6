//! The child: a process of 1C with objects of every class, all of them busy.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use native_api::Value;
use native_api_host::{Host, Library, Object, locate};

use crate::folders::LOG;

/// What the child says when every object has been given something.
pub(crate) const BUSY: &str = "busy";
/// The file with the number of every message that the job has handled, in a line each.
pub(crate) const HANDLED: &str = "handled";
/// The file with the position that it has stored last.
pub(crate) const POSITION: &str = "position";
/// How long there is nothing to do between two looks.
const TICK: Duration = Duration::from_millis(20);
const OBJECTS: usize = 5;

/// Where the child writes.
pub(crate) struct Paths {
    pub(crate) logs: PathBuf,
    pub(crate) kept: PathBuf,
}

impl Paths {
    /// In front of what else there is to know.
    pub(crate) fn with(&self, plan: &str) -> String {
        format!("{}\n{}\n{plan}", self.logs.display(), self.kept.display())
    }
}

/// What all objects share.
struct Shared {
    stop: AtomicBool,
    busy: AtomicUsize,
}

/// Runs until the input ends.
pub(crate) fn run(plan: &str) {
    let (lines, authority) = plan.split_once("\n\n").unwrap();
    let lines = lines.lines().collect::<Vec<_>>();
    let [logs, kept, plain, secure, portal, other_portal] = lines[..] else { panic!("{plan}") };
    let library = &Library::load(locate("vestnik").unwrap()).unwrap();
    let shared = &Shared { stop: AtomicBool::new(false), busy: AtomicUsize::new(0) };
    thread::scope(|scope| {
        scope.spawn(move || form(shared, &library.create("ROM-WebSocket", Host::default()).unwrap(), plain));
        scope.spawn(move || {
            let object = library.create("WebSocket", Host::default()).unwrap();
            object.set("ФайлЖурнала", format!("{logs}/{LOG}")).unwrap();
            object.set("УровеньЖурнала", "trace").unwrap();
            object.set("ПопыткиПереподключения", -1).unwrap();
            object.set("Сжатие", true).unwrap();
            form(shared, &object, plain);
        });
        scope.spawn(move || {
            let object = library.create("WebSocket", Host::server()).unwrap();
            object.call("УстановитьДоверенныеСертификаты", [authority]).unwrap();
            job(shared, &object, secure);
        });
        scope.spawn(move || {
            let object = library.create("BitrixPull", Host::default()).unwrap();
            let url = grant(&object, other_portal);
            object.set("Транспорт", "WebSocket").unwrap();
            object.set("Позиция", "0").unwrap();
            form(shared, &object, url);
        });
        scope.spawn(move || {
            let object = library.create("BitrixPull", Host::server()).unwrap();
            let url = grant(&object, portal);
            keep(shared, &object, url, Path::new(kept));
        });
        // The parent's word, or its end.
        let _ = io::stdin().read(&mut [0]).unwrap();
        shared.stop.store(true, Ordering::Relaxed);
    });
}

impl Shared {
    fn is_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    /// An object has been given its first message.
    fn one_more(&self) {
        if self.busy.fetch_add(1, Ordering::Relaxed) + 1 == OBJECTS {
            // Not println!, which the test harness would keep.
            writeln!(io::stdout().lock(), "\n{BUSY}").unwrap();
        }
    }
}

/// Gives an object its portal's tokens; the portal's address.
fn grant<'a>(object: &Object, portal: &'a str) -> &'a str {
    let parts = portal.split(' ').collect::<Vec<_>>();
    let [url, access, refresh, id, secret] = parts[..] else { panic!("{portal}") };
    object.call("УстановитьТокены", [access, refresh, id, secret]).unwrap();
    object.set("СерверАвторизации", url).unwrap();
    url
}

/// A form on a client: events come, and where that is possible messages go.
fn form(shared: &Shared, object: &Object, url: &str) {
    let sends = object.class() != "BitrixPull";
    object.call("Подключиться", [url]).unwrap();
    let mut was_given = false;
    let mut last = None;
    while shared.is_on() {
        let Some(event) = object.next_event(TICK) else { continue };
        if event.event == r#"{"Event": "Message"}"# && !std::mem::replace(&mut was_given, true) {
            shared.one_more();
        }
        if sends && event.event.contains("Message") && event.data.len() < 100 {
            object.call("Отправить", ["занят 😀".repeat(20)]).unwrap();
        }
        last = Some(event);
    }
    if !was_given {
        println!("{}: nothing was given, last of all {last:?}", object.class());
    }
}

/// A job on a server: it asks and is answered.
fn job(shared: &Shared, object: &Object, url: &str) {
    object.set("Таймаут", 30).unwrap();
    assert_eq!(object.call("Подключиться", [url]).unwrap(), true.into());
    shared.one_more();
    let mut number = 0_u64;
    while shared.is_on() {
        number += 1;
        let question = format!("вопрос {number}.");
        let answer =
            object.call("Запросить", (question.as_str(), format!("^вопрос {number}\\."), 30)).unwrap();
        assert_eq!(answer, question.into());
        object.call("ОчиститьОчередь", ()).unwrap();
    }
}

/// A job that handles what is published, and stores its position behind every message.
fn keep(shared: &Shared, object: &Object, url: &str, folder: &Path) {
    let position = fs::read_to_string(folder.join(POSITION)).unwrap_or_else(|_| "0".to_owned());
    object.set("Позиция", position).unwrap();
    object.set("Таймаут", 30).unwrap();
    let mut handled = OpenOptions::new().create(true).append(true).open(folder.join(HANDLED)).unwrap();
    assert_eq!(object.call("Подключиться", [url]).unwrap(), true.into());
    let mut was_given = false;
    while shared.is_on() {
        let Value::String(text) = object.call("Получить", [TICK.as_secs_f64()]).unwrap() else {
            continue;
        };
        let Some(number) = number(&text) else { continue };
        handled.write_all(format!("{number}\n").as_bytes()).unwrap();
        handled.sync_data().unwrap();
        let Value::String(position) = object.get("Позиция").unwrap() else { panic!("no text") };
        store(folder, &position);
        if !std::mem::replace(&mut was_given, true) {
            shared.one_more();
        }
    }
    if !was_given {
        println!("the job: nothing was given, {:?}", object.get("Состояние").unwrap());
    }
}

/// The old position is there until the new one is.
fn store(folder: &Path, position: &str) {
    let fresh = folder.join("position.new");
    let mut file = File::create(&fresh).unwrap();
    file.write_all(position.as_bytes()).unwrap();
    file.sync_data().unwrap();
    fs::rename(fresh, folder.join(POSITION)).unwrap();
}

/// The number of a message that was published; `None` for what else comes.
fn number(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once(r#""number":"#)?;
    rest.split(',').next()?.parse().ok()
}
