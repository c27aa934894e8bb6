//! What the host does wrong, and what comes of it.

use std::env;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use native_api::Value;
use native_api_host::{Faults, Host};

use crate::axes::Class;
use crate::stage::{PATIENCE, Room};

/// A fault of the host.
pub(crate) struct Row {
    /// Its name.
    pub(crate) fault: &'static str,
    /// What the host does, for the report.
    pub(crate) text: &'static str,
    /// What is expected of each class, in the order of [`Class::ALL`]; `Err`: why it makes no sense.
    pub(crate) expected: [Result<&'static str, &'static str>; 3],
    /// Plays it; what was seen.
    pub(crate) play: fn(Class) -> String,
}

/// Messages of a burst.
const BURST: usize = 1000;
/// How long nobody takes events.
const FULL: Duration = Duration::from_secs(10);
/// How long a call of the platform takes where it takes long.
const LONG: Duration = Duration::from_secs(1);
/// The platform of some Linux builds loses what follows faster.
const TOO_FAST: Duration = Duration::from_millis(100);
/// For how many seconds a call of the platform hangs: 30 by hand, fewer in CI.
const HANG: &str = "VESTNIK_MATRIX_HANG";
const SHORT_HANG: Duration = Duration::from_secs(3);
/// So many requests for memory are granted at most before one is refused.
const REFUSALS: u64 = 12;

pub(crate) const ROWS: &[Row] = &[
    Row {
        fault: "host:full",
        text: "очередь событий полна 10 с: ExternalEvent отвечает Ложь",
        expected: [
            Ok("refused=yes asked=yes Open Text=1..1000"),
            Ok("refused=yes asked=yes Open Text=1..1000 lost=0"),
            Ok("refused=yes asked=yes Open Check=Start Text=1..1000 lost=0"),
        ],
        play: full,
    },
    Row {
        fault: "host:depth-one",
        text: "буфер событий остаётся глубиной 1",
        expected: [
            Ok("depth=1 Open Text=1..1000"),
            Ok("depth=1 Open Text=1..1000 lost=0"),
            Ok("depth=1 Open Check=Start Text=1..1000 lost=0"),
        ],
        play: depth_one,
    },
    Row {
        fault: "host:slow",
        text: "ExternalEvent выполняется 1 с",
        expected: [
            Ok("other=yes Open Text=1..3"),
            Ok("other=yes Open Text=1..3 lost=0"),
            Ok("other=yes Open Check=Start Text=1..3 lost=0"),
        ],
        play: slow,
    },
    Row {
        fault: "host:hang",
        text: "ExternalEvent висит 30 с (в CI 3 с), тем временем другой объект читает и отвечает синхронно",
        expected: [
            Ok("other=yes Open Text=1..1000"),
            Ok("other=yes Open Text=1..1000 lost=0"),
            Ok("other=yes Open Check=Start Text=1..1000 lost=0"),
        ],
        play: hang,
    },
    Row {
        fault: "host:forgetful",
        text: "платформа теряет события чаще 100 мс; ИнтервалСобытий = 100",
        expected: [
            Err("у класса нет ИнтервалСобытий: где платформа теряет события, нужен WebSocket"),
            Ok("lost-by-platform=0 Open Text=1..20 lost=0"),
            Ok("lost-by-platform=0 Open Check=Start Text=1..20 lost=0"),
        ],
        play: forgetful,
    },
    Row {
        fault: "host:forgetful-unset",
        text: "то же без ИнтервалСобытий: потеря видна только платформе (проверка самого стенда)",
        expected: [Ok("lost-by-platform=some"), Ok("lost-by-platform=some"), Ok("lost-by-platform=some")],
        play: forgetful_unset,
    },
    Row {
        fault: "host:no-memory",
        text: "AllocMemory отказывает в n-й раз, n от 0 до 11, на сервере 1С; затем под результат `Получить` и `ПолучитьПакет`",
        expected: [
            Ok("refused=yes"),
            Ok("refused=yes given=1,2,3 lost=0"),
            Ok("refused=yes given=1,2,3 lost=0"),
        ],
        play: no_memory,
    },
];

/// Nobody takes events, so the buffer is full.
fn full(class: Class) -> String {
    let room = Room::new(class, Host::default());
    room.connect();
    room.publish(1, BURST);
    let start = Instant::now();
    let mut asked = "yes";
    while start.elapsed() < FULL {
        // Methods answer meanwhile.
        if room.object().get("Подключено").is_err() {
            asked = "no";
        }
        thread::sleep(Duration::from_millis(50));
    }
    let refused = if room.object().event_counts().refused > 0 { "yes" } else { "no" };
    format!("refused={refused} asked={asked} {}", room.events_to(BURST))
}

fn depth_one(class: Class) -> String {
    let room = Room::new(class, Host::default().event_depth_limit(1));
    room.connect();
    room.publish(1, BURST);
    format!("depth={} {}", room.object().event_buffer_depth(), room.events_to(BURST))
}

fn slow(class: Class) -> String {
    let room = Room::new(class, Host::default());
    room.object().faults().delay_events(LONG);
    room.connect();
    room.publish(1, 3);
    let other = other_answers(1);
    format!("other={other} {}", room.events_to(3))
}

fn hang(class: Class) -> String {
    let seconds = env::var(HANG).ok().map(|seconds| seconds.parse().expect("seconds"));
    let lasting = seconds.map_or(SHORT_HANG, Duration::from_secs);
    let room = Room::new(class, Host::default());
    let gate = room.object().faults().hang_events();
    room.connect();
    assert!(gate.wait_for_caller(PATIENCE), "nobody calls the platform");
    room.publish(1, BURST);
    let start = Instant::now();
    let mut other = "yes".to_owned();
    while start.elapsed() < lasting {
        if other_answers(100) != "yes" {
            other = "no".to_owned();
        }
    }
    gate.open();
    format!("other={other} {}", room.events_to(BURST))
}

/// Whether another object sends and reads, and its calls are answered.
fn other_answers(times: usize) -> &'static str {
    let other = Room::new(Class::WebSocket, Host::server());
    other.object().set("Таймаут", 30).unwrap();
    other.connect();
    let answered = (0..times).all(|number| {
        let text = number.to_string();
        let reply = other.object().call("Запросить", (text.as_str(), format!("^{text}$"), 30));
        reply == Ok(Value::String(text))
    });
    if answered { "yes" } else { "no" }
}

fn forgetful(class: Class) -> String {
    let room = Room::new(class, Host::default());
    room.object().faults().lose_events_within(TOO_FAST);
    room.object().set("ИнтервалСобытий", 100).unwrap();
    room.connect();
    room.publish(1, 20);
    let events = room.events_to(20);
    format!("lost-by-platform={} {events}", room.object().event_counts().lost)
}

fn forgetful_unset(class: Class) -> String {
    let room = Room::new(class, Host::default());
    room.object().faults().lose_events_within(TOO_FAST);
    room.connect();
    room.publish(1, 20);
    assert!(room.object().wait_for_event_attempts(21, PATIENCE), "the events do not come");
    let lost = if room.object().event_counts().lost > 0 { "some" } else { "none" };
    format!("lost-by-platform={lost}")
}

/// Every request for memory in turn is refused, then the one for a message.
fn no_memory(class: Class) -> String {
    let faults = Arc::new(Faults::default());
    let room = Room::new(class, Host::server().faults(&faults));
    let object = room.object();
    object.set("Таймаут", 30).unwrap();
    room.connect();
    if class == Class::BitrixPull {
        object.call("Получить", [30]).unwrap();
    }
    let mut refused = false;
    for allowed in 0..REFUSALS {
        faults.allow_allocations(Some(allowed));
        for property in ["Версия", "ПоследняяОшибка", "Статистика"] {
            refused |= object.get(property).is_err();
        }
        refused |= object.call("Отправить", [1]).is_err();
        faults.allow_allocations(None);
    }
    let refused = if refused { "yes" } else { "no" };
    if class == Class::Rom {
        return format!("refused={refused}");
    }
    room.publish(1, 3);
    room.await_queue(3);
    let position = || object.get("Позиция").ok();
    let before = position();
    faults.allow_allocations(Some(0));
    for refused in [object.call("Получить", [30]), object.call("ПолучитьПакет", (100, 30))]
    {
        assert!(refused.is_err(), "{refused:?}");
    }
    faults.allow_allocations(None);
    let moved = if position() == before { "" } else { " position=moved" };
    let mut given = Vec::new();
    while object.get("ДлинаОчереди").unwrap() != 0.into() {
        given.push(room.take());
    }
    format!("refused={refused} given={} lost={}{moved}", given.join(","), room.lost())
}
