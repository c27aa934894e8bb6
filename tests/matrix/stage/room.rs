//! An object in a world without faults, on a host that may have some.

use std::time::{Duration, Instant};

use native_api::Value;
use native_api_host::{Host, Object};

use super::world::World;
use super::{PATIENCE, object, words};
use crate::axes::{Cell, Class, Mode, Phase};

/// A queue is looked at so often.
const POLL: Duration = Duration::from_millis(2);

/// See above. The object ends before its world.
pub(crate) struct Room {
    class: Class,
    object: Object,
    world: World,
}

impl Room {
    pub(crate) fn new(class: Class, host: Host) -> Self {
        let fault = if class == Class::BitrixPull { "poll:none" } else { "server:none" };
        let cell = Cell { class, phase: Phase::Sending, fault, mode: Mode::Event };
        let world = World::new(cell);
        Self { class, object: object::made(cell, &world, host), world }
    }

    pub(crate) fn object(&self) -> &Object {
        &self.object
    }

    /// Connects, and waits until it is open.
    pub(crate) fn connect(&self) {
        assert_eq!(self.object.call("Подключиться", [self.world.address()]).unwrap(), true.into());
        self.wait_until("it is open", || self.object.get("Подключено").unwrap() == true.into());
    }

    /// Sends the object messages with these numbers.
    pub(crate) fn publish(&self, first: usize, last: usize) {
        for number in first..=last {
            self.world.publish(&number.to_string());
        }
    }

    /// Waits until 1C can take so many messages.
    pub(crate) fn await_queue(&self, length: i32) {
        self.wait_until("messages wait", || self.object.get("ДлинаОчереди").unwrap() == length.into());
    }

    /// The word for the message that 1C takes.
    pub(crate) fn take(&self) -> String {
        words::of_value(&self.object.call("Получить", [30]).unwrap())
    }

    /// The events up to the message with this number, runs of messages in short, and what is lost.
    pub(crate) fn events_to(&self, last: usize) -> String {
        let (end, mut seen, mut run) = (format!("Text={last}"), Vec::new(), Run::default());
        loop {
            let Some(event) = self.object.next_event(PATIENCE) else {
                seen.push("(nothing)".to_owned());
                break;
            };
            let word = words::of_event(self.class, &event);
            match word.strip_prefix("Text=").and_then(|number| number.parse().ok()) {
                Some(number) => seen.extend(run.add(number)),
                None => {
                    seen.extend(run.end());
                    seen.push(word.clone());
                }
            }
            if word == end {
                break;
            }
        }
        seen.extend(run.end());
        if self.class != Class::Rom {
            seen.push(format!("lost={}", self.lost()));
        }
        seen.join(" ")
    }

    /// What `Статистика` says.
    pub(crate) fn lost(&self) -> u64 {
        let Value::String(text) = self.object.get("Статистика").unwrap() else { panic!("no text") };
        let statistics: serde_json::Value = serde_json::from_str(&text).unwrap();
        statistics["lost"].as_u64().unwrap()
    }

    fn wait_until(&self, what: &str, condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < PATIENCE, "never happened: {what}");
            std::thread::sleep(POLL);
        }
    }
}

/// Numbers that follow each other.
#[derive(Default)]
struct Run(Option<(u64, u64)>);

impl Run {
    /// The run that this number does not continue.
    fn add(&mut self, number: u64) -> Option<String> {
        if let Some((_, last)) = &mut self.0
            && *last + 1 == number
        {
            *last = number;
            return None;
        }
        let ended = self.end();
        self.0 = Some((number, number));
        ended
    }

    fn end(&mut self) -> Option<String> {
        let (first, last) = self.0.take()?;
        Some(if first == last { format!("Text={first}") } else { format!("Text={first}..{last}") })
    }
}
