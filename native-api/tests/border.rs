//! The border through the platform's eyes: values there and back, defaults, misuse, and panics that end there.
#![allow(clippy::unwrap_used, reason = "a test may end where it likes")]

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use native_api::class::{Default, Method, Name, Parameter, Property};
use native_api::{Class, DONE_LIMIT, Date, Misuse, Platform, Returned, Value, WideText};
use native_api_host::{Argument, Failure, Host, Library, Object};

/// A class that gives back what it gets, and panics when asked to.
struct Probe {
    platform: Platform,
    kept: Arc<Mutex<Value>>,
}

/// What was taken from where it was kept, and goes back there unless 1C has it.
struct Taken {
    kept: Arc<Mutex<Value>>,
    value: Option<Value>,
}

impl Taken {
    fn given(mut self, panics: bool) {
        self.value = None;
        assert!(!panics, "пароль: секрет");
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = value;
        }
    }
}

const fn name(en: &'static str, ru: &'static str) -> Name {
    Name { en, ru }
}

const fn parameter(default: Option<Default>) -> Parameter {
    Parameter { name: name("Value", "Значение"), default }
}

/// Whether Done panics.
static PANIC_AT_DONE: AtomicBool = AtomicBool::new(false);

impl Class for Probe {
    const NAME: &'static str = "Probe";

    const PROPERTIES: &'static [Property<Self>] = &[
        Property {
            name: name("Kept", "Хранимое"),
            get: |this| this.kept.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            set: Some(|this, value| {
                *this.kept.lock().unwrap_or_else(PoisonError::into_inner) = value.value(0).clone();
                Ok(())
            }),
        },
        Property {
            name: name("Broken", "Сломанное"),
            get: |_| panic!("пароль: секрет"),
            set: Some(|this, _| {
                let _poisoned = this.kept.lock().unwrap_or_else(PoisonError::into_inner);
                panic!("пароль: секрет")
            }),
        },
    ];

    const METHODS: &'static [Method<Self>] = &[
        Method {
            name: name("Same", "ТоЖе"),
            parameters: &[parameter(None)],
            returns: true,
            run: |_, arguments| Ok(arguments.value(0).clone().into()),
        },
        Method {
            name: name("Defaults", "Умолчания"),
            parameters: &[
                parameter(Some(Default::Number(7.5))),
                parameter(Some(Default::String("ё"))),
                parameter(Some(Default::Bool(true))),
                parameter(Some(Default::Empty)),
            ],
            returns: true,
            run: |_, arguments| {
                Ok(format!("{:?}", [0, 1, 2, 3].map(|index| arguments.value(index).clone())).into())
            },
        },
        Method {
            name: name("Take", "Забрать"),
            parameters: &[parameter(Some(Default::Bool(false)))],
            returns: true,
            run: |this, arguments| {
                let panics = arguments.bool(0)?;
                let kept = Arc::clone(&this.kept);
                let value =
                    mem::replace(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner), Value::Empty);
                let taken = Taken { kept, value: Some(value.clone()) };
                Ok(Returned::with_receipt(value, move || taken.given(panics)))
            },
        },
        Method {
            name: name("Panic", "Паника"),
            parameters: &[],
            returns: false,
            run: |_, _| panic!("пароль: секрет"),
        },
        Method {
            name: name("Say", "Сказать"),
            parameters: &[],
            returns: false,
            run: |this, _| {
                let text = WideText::new("");
                this.platform.external_event(&text, &text, &text);
                Ok(Value::Empty.into())
            },
        },
        Method {
            name: name("Refuse", "Отказ"),
            parameters: &[parameter(None)],
            returns: false,
            run: |_, arguments| {
                arguments.bool(0)?;
                Ok::<_, Misuse>(Value::Empty.into())
            },
        },
    ];

    fn new(platform: Platform) -> Self {
        Self { platform, kept: Arc::new(Mutex::new(Value::Empty)) }
    }

    fn init(&self) {
        self.platform.set_event_buffer_depth(5);
    }

    fn done(&self, _deadline: Instant) {
        assert!(!PANIC_AT_DONE.load(Ordering::SeqCst), "пароль: секрет");
    }
}

/// A class that cannot be made.
struct Stillborn;

impl Class for Stillborn {
    const NAME: &'static str = "Stillborn";
    const PROPERTIES: &'static [Property<Self>] = &[];
    const METHODS: &'static [Method<Self>] = &[];

    fn new(_platform: Platform) -> Self {
        panic!("пароль: секрет")
    }

    fn done(&self, _deadline: Instant) {}
}

/// A class whose method waits until its Done has come.
struct Patient {
    done: Mutex<Option<Sender<()>>>,
    waiting: Mutex<Receiver<()>>,
}

impl Class for Patient {
    const NAME: &'static str = "Patient";
    const PROPERTIES: &'static [Property<Self>] = &[];
    const METHODS: &'static [Method<Self>] = &[Method {
        name: name("Wait", "Ждать"),
        parameters: &[],
        returns: true,
        run: |this, _| {
            let waiting = this.waiting.lock().unwrap();
            Ok(waiting.recv_timeout(Duration::from_secs(60)).is_err().into())
        },
    }];

    fn new(_platform: Platform) -> Self {
        let (done, waiting) = channel();
        Self { done: Mutex::new(Some(done)), waiting: Mutex::new(waiting) }
    }

    fn done(&self, _deadline: Instant) {
        self.done.lock().unwrap().take();
    }
}

native_api::export!(Probe, Stillborn, Patient);

fn probe() -> Object {
    Library::in_process(&ENTRY_POINTS).create("Probe", Host::default()).unwrap()
}

#[test]
fn values_of_every_kind_cross_both_ways() {
    let object = probe();
    let date = Date { year: 2026, month: 2, day: 28, hour: 23, minute: 59, second: 59 };
    for value in [
        Value::Empty,
        Value::Bool(false),
        Value::Number(-1.0),
        Value::Number(4_294_967_296.0),
        Value::Number(0.1),
        Value::String(String::new()),
        Value::String("Ёж 😀\0хвост".to_owned()),
        Value::Date(date),
        Value::Blob(Vec::new()),
        Value::Blob(vec![0, 1, 255]),
        Value::String("я".repeat(1 << 20)),
    ] {
        assert_eq!(object.call("ТоЖе", [value.clone()]).unwrap(), value);
        object.set("Хранимое", value.clone()).unwrap();
        assert_eq!(object.get("kept").unwrap(), value);
    }
}

#[test]
fn omitted_and_undefined_parameters_take_their_defaults() {
    let object = probe();
    let all = "[Number(7.5), String(\"ё\"), Bool(true), Empty]";
    assert_eq!(object.call("Умолчания", ()).unwrap(), all.into());
    let undefined = vec![Argument::Value(Value::Empty), Argument::Value(Value::Empty)];
    assert_eq!(object.call("Умолчания", undefined).unwrap(), all.into());
    let given = object.call("defaults", (1, "а", false, 2)).unwrap();
    assert_eq!(given, "[Number(1.0), String(\"а\"), Bool(false), Number(2.0)]".into());
    assert!(matches!(object.call("ТоЖе", ()).unwrap_err().failure, Failure::MissingArgument { number: 1 }));
}

#[test]
fn a_panic_becomes_an_exception_without_its_text_and_the_object_lives_on() {
    let object = probe();
    object.set("Хранимое", 1).unwrap();
    let thrown = [
        object.get("Сломанное").unwrap_err(),
        object.set("Сломанное", 1).unwrap_err(),
        object.call("Паника", ()).unwrap_err(),
        object.call_as_statement("Паника", ()).unwrap_err(),
    ];
    for exception in thrown {
        let text = exception.text.unwrap();
        assert!(text.contains("внутренняя ошибка компоненты") && !text.contains("секрет"), "{text}");
    }
    assert_eq!(object.get("Хранимое").unwrap(), 1.into());
    assert_eq!(object.errors().len(), 4);
}

#[test]
fn a_panic_in_the_making_or_at_the_end_is_no_crash() {
    let library = Library::in_process(&ENTRY_POINTS);
    assert!(library.create("Stillborn", Host::default()).is_err());
    let object = probe();
    PANIC_AT_DONE.store(true, Ordering::SeqCst);
    object.done();
    PANIC_AT_DONE.store(false, Ordering::SeqCst);
    drop(object);
}

#[test]
fn what_could_not_be_given_goes_back_to_where_it_was() {
    let object = probe();
    for is_statement in [false, true] {
        object.set("Хранимое", "текст").unwrap();
        object.faults().allow_allocations(Some(0));
        let text = object.call("Забрать", ()).unwrap_err().text.unwrap();
        assert!(text.contains("память для результата"), "{text}");
        object.faults().allow_allocations(None);
        assert_eq!(object.get("Хранимое").unwrap(), "текст".into(), "it is there again");
        if is_statement {
            object.call_as_statement("Забрать", ()).unwrap();
        } else {
            assert_eq!(object.call("Забрать", ()).unwrap(), "текст".into());
        }
        assert_eq!(object.get("Хранимое").unwrap(), Value::Empty);
    }
}

#[test]
fn what_was_given_stays_given_whatever_follows() {
    let object = probe();
    object.set("Хранимое", "текст").unwrap();
    assert_eq!(object.call("Забрать", [true]).unwrap(), "текст".into());
    assert_eq!(object.get("Хранимое").unwrap(), Value::Empty);
}

#[test]
fn misuse_names_class_member_and_parameter() {
    let object = probe();
    let text = object.call("Отказ", ["да"]).unwrap_err().text.unwrap();
    assert_eq!(text, "Probe.Отказ, параметр 1 «Значение»: ожидается Булево, получено: Строка");
}

/// The connection is dead as soon as any Done has returned.
#[test]
fn a_second_done_at_the_same_time_waits_for_what_the_first_waits_for() {
    let object = probe();
    let said = Arc::new(AtomicBool::new(false));
    let inside = Arc::clone(&said);
    object.during_event(move |_, _| inside.store(true, Ordering::SeqCst));
    let gate = object.faults().hang_events();
    std::thread::scope(|scope| {
        scope.spawn(|| object.call("Сказать", ()));
        assert!(gate.wait_for_caller(Duration::from_secs(60)));
        let start = Instant::now();
        scope.spawn(|| object.done());
        while object.get("Хранимое").is_ok() {
            std::thread::yield_now();
        }
        scope.spawn(move || {
            // Time for a Done that does not wait to return; one that waits does not mind.
            std::thread::sleep(Duration::from_millis(50));
            gate.open();
        });
        object.done();
        assert!(said.load(Ordering::SeqCst) || start.elapsed() >= DONE_LIMIT, "the call still goes on");
    });
}

#[test]
fn done_ends_a_call_that_waits_in_another_thread() {
    let library = Library::in_process(&ENTRY_POINTS);
    let object = Arc::new(library.create("Patient", Host::default()).unwrap());
    let caller = Arc::clone(&object);
    let (started, start) = channel();
    let waiting = std::thread::spawn(move || {
        started.send(()).unwrap();
        caller.call("Ждать", ())
    });
    start.recv().unwrap();
    object.done();
    // It had not begun, and is refused, or it ends with Done.
    assert!(matches!(waiting.join().unwrap(), Ok(Value::Bool(true)) | Err(_)));
}
