//! The border under made-up calls, most of them illegal: objects that remember, speak from a thread of their own and wait,
//! in processes apart. It needs no network and takes little time, so any flaw of the border alone shows here first.
#![allow(clippy::unwrap_used, reason = "a test may end where it likes")]

use std::env;
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use native_api::class::{Default, Method, Name, Parameter, Property};
use native_api::{Class, Date, EventAnswer, Platform, Value, WideText};
use native_api_host::{Assignment, Library, Outcome, Sandbox, Script, Vocabulary};

const SEEDS: u64 = 300;
const PROCESSES: usize = 8;
/// A script that takes so long hangs: this is beyond all bounds of its own.
const LIMIT: Duration = Duration::from_secs(180);

/// An object that does everything that the border lets a class do.
struct Everything {
    platform: Platform,
    kept: Mutex<Value>,
    done: Mutex<bool>,
    is_done: Condvar,
    speaker: Mutex<Option<Sender<String>>>,
}

impl Everything {
    /// Waits until Done comes, at most so long; whether it came.
    fn wait(&self, seconds: f64) -> bool {
        let time = Duration::from_secs_f64(seconds);
        let waited = self.is_done.wait_timeout_while(self.done.lock().unwrap(), time, |done| !*done);
        *waited.unwrap().0
    }

    /// Has an external event sent by a thread that ends with the object.
    fn speak(&self, text: String) -> bool {
        if *self.done.lock().unwrap() {
            return false;
        }
        let mut speaker = self.speaker.lock().unwrap();
        let sender = speaker.get_or_insert_with(|| {
            let (sender, texts) = channel::<String>();
            let platform = self.platform.clone();
            thread::spawn(move || {
                let [source, event] = [Self::NAME, "Сказано"].map(WideText::new);
                let mut texts = texts.iter();
                while let Some(text) = texts.next()
                    && platform.external_event(&source, &event, &WideText::new(&text)) != EventAnswer::Gone
                {
                }
            });
            sender
        });
        sender.send(text).is_ok()
    }
}

const fn name(en: &'static str, ru: &'static str) -> Name {
    Name { en, ru }
}

const fn parameter(en: &'static str, default: Option<Default>) -> Parameter {
    Parameter { name: name(en, "Параметр"), default }
}

impl Class for Everything {
    const NAME: &'static str = "Everything";

    const PROPERTIES: &'static [Property<Self>] = &[
        Property {
            name: name("Kept", "Хранимое"),
            get: |this| this.kept.lock().unwrap().clone(),
            set: Some(|this, value| {
                *this.kept.lock().unwrap() = value.value(0).clone();
                Ok(())
            }),
        },
        Property {
            name: name("Text", "Текст"),
            get: |_| "ё".repeat(1000).into(),
            set: Some(|this, value| {
                *this.kept.lock().unwrap() = value.string(0)?.into();
                Ok(())
            }),
        },
        Property {
            name: name("Date", "Дата"),
            get: |_| Date { year: 2026, month: 11, day: 22, hour: 0, minute: 0, second: 0 }.into(),
            set: None,
        },
    ];

    const METHODS: &'static [Method<Self>] = &[
        Method {
            name: name("Same", "ТоЖе"),
            parameters: &[parameter("Value", None)],
            returns: true,
            run: |_, arguments| Ok(arguments.value(0).clone().into()),
        },
        Method {
            name: name("Speak", "Сказать"),
            parameters: &[
                parameter("Text", Some(Default::String("?"))),
                parameter("Times", Some(Default::Number(1.0))),
            ],
            returns: true,
            run: |this, arguments| {
                let text = arguments.string(0)?;
                let times = arguments.number(1, 0.0..=50.0)?;
                let said = (0..50).take_while(|&time| f64::from(time) < times);
                Ok(said.fold(true, |said, _| said && this.speak(text.to_owned())).into())
            },
        },
        Method {
            name: name("Wait", "Ждать"),
            parameters: &[parameter("Seconds", Some(Default::Number(3600.0)))],
            returns: false,
            run: |this, arguments| Ok(this.wait(arguments.number(0, 0.0..=86_400.0)?).into()),
        },
    ];

    fn new(platform: Platform) -> Self {
        Self {
            platform,
            kept: Mutex::new(Value::Empty),
            done: Mutex::default(),
            is_done: Condvar::new(),
            speaker: Mutex::default(),
        }
    }

    fn init(&self) {
        self.platform.set_event_buffer_depth(10);
    }

    fn done(&self, _deadline: Instant) {
        *self.done.lock().unwrap() = true;
        self.is_done.notify_all();
        *self.speaker.lock().unwrap() = None;
    }
}

native_api::export!(Everything);

#[test]
fn made_up_calls_do_no_harm() {
    if let Some(assignment) = Assignment::from_environment() {
        let library = Library::in_process(&ENTRY_POINTS);
        let vocabulary = Vocabulary::read(&library).unwrap().words(["слово", "{}", "1"]);
        let vocabulary = vocabulary
            .cue("Everything", &[("Speak", &["раз".into(), 30.into()])])
            .cue("Everything", &[("Speak", &["два".into()]), ("Wait", &[3600.into()])])
            .cue("Everything", &[("Kept", &["три".into()]), ("Kept", &[])]);
        return assignment.run(|seed| {
            let script = Script::new(seed, &vocabulary);
            script.play(&library, &[]).map_err(|why| format!("{why}\n{script}"))
        });
    }
    let program = || {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["made_up_calls_do_no_harm", "--exact", "--nocapture"]);
        command
    };
    let (mut played, mut wrong) = (0, Vec::new());
    Sandbox::new(program, LIMIT).run(0..SEEDS, PROCESSES, |verdict| {
        played += 1;
        if verdict.outcome != Outcome::Ok {
            wrong.push(verdict.to_string());
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(played, SEEDS);
}
