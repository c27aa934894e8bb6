//! One cell, played: an object, the world around it, and a script.

mod acts;
mod object;
mod portal;
mod room;
mod words;
mod world;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use native_api_host::{Host, Object};

pub(crate) use self::room::Room;
use self::world::World;
pub(crate) use self::world::certificates;
use crate::axes::{Cell, Class, Mode};
use crate::script::{Step, parse};

/// How long what must come is waited for. Only a failure ever takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// What came out.
pub(crate) struct Outcome {
    /// The words that were seen.
    pub(crate) seen: String,
    /// What was not as expected.
    pub(crate) complaint: Option<String>,
}

/// Plays a cell to its end.
pub(crate) fn play(cell: Cell, script: &'static str) -> Outcome {
    let mut stage = Stage::new(cell);
    let played = stage.perform(&parse(script));
    let complaint = played.and_then(|()| stage.end()).err();
    Outcome { seen: stage.seen.join(" "), complaint }
}

struct Stage {
    cell: Cell,
    world: World,
    /// `None` once it has ended.
    object: Option<Object>,
    /// Events that have come and were not asked for yet.
    ahead: VecDeque<String>,
    hinted: bool,
    /// Whether the script has said what is lost.
    lost_told: bool,
    seen: Vec<String>,
}

impl Stage {
    fn new(cell: Cell) -> Self {
        let world = World::new(cell);
        let host = if cell.mode == Mode::Server { Host::server() } else { Host::default() };
        let object = Some(object::made(cell, &world, host));
        let (ahead, seen) = (VecDeque::new(), Vec::new());
        Self { cell, world, object, ahead, hinted: false, lost_told: false, seen }
    }

    fn object(&self) -> &Object {
        self.object.as_ref().expect("the object has not ended")
    }

    fn perform(&mut self, steps: &[Step]) -> Result<(), String> {
        for step in steps {
            match step {
                Step::Act { name, argument } => self.act(name, argument)?,
                Step::Event(expected) => {
                    let event = self.next_event();
                    self.seen.push(event.clone());
                    if !expected.contains(&event.as_str()) {
                        return Err(format!("{event} in the place of {}", expected.join("|")));
                    }
                }
                Step::Perhaps(expected) => {
                    if self.comes(expected) {
                        let event = self.next_event();
                        self.seen.push(event);
                    }
                }
                Step::Hint => self.await_hint()?,
                Step::Repeated(group) => {
                    let Some(Step::Event(first)) = group.first() else { unreachable!("see the parser") };
                    while self.comes(first) {
                        self.perform(group)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the next event is one of these; it stays the next.
    fn comes(&mut self, expected: &[&'static str]) -> bool {
        let next = self.next_event();
        let comes = expected.contains(&next.as_str());
        self.ahead.push_front(next);
        comes
    }

    /// The next event that is no hint.
    fn next_event(&mut self) -> String {
        let start = Instant::now();
        loop {
            if let Some(event) = self.ahead.pop_front() {
                return event;
            }
            if !self.fetch(PATIENCE.saturating_sub(start.elapsed())) {
                return "(nothing)".to_owned();
            }
        }
    }

    fn await_hint(&mut self) -> Result<(), String> {
        let start = Instant::now();
        while !std::mem::take(&mut self.hinted) {
            if !self.fetch(PATIENCE.saturating_sub(start.elapsed())) {
                return Err("no hint".to_owned());
            }
        }
        self.seen.push("Hint".to_owned());
        Ok(())
    }

    /// Takes an event from the platform; `false` when none came in time.
    fn fetch(&mut self, timeout: Duration) -> bool {
        let Some(event) = self.object().next_event(timeout) else { return false };
        match words::of_event(self.cell.class, &event) {
            hint if hint == "Hint" => self.hinted = true,
            word => self.ahead.push_back(word),
        }
        true
    }

    /// What must hold at every end.
    fn end(&mut self) -> Result<(), String> {
        if self.cell.class != Class::Rom && !self.lost_told {
            self.act("lost", "0")?;
            self.seen.pop();
        }
        let object = self.object.take().expect("it ends once");
        object.done();
        self.ahead.extend(
            object
                .events(Duration::ZERO)
                .map(|event| words::of_event(self.cell.class, &event))
                .filter(|word| word != "Hint"),
        );
        let problems = object.finish();
        if let Some(problem) = problems.first() {
            return Err(problem.to_string());
        }
        if let Some(event) = self.ahead.pop_front() {
            self.seen.push(event.clone());
            return Err(format!("{event} after the end"));
        }
        if self.world.is_left_alone() { Ok(()) } else { Err("a connection stays".to_owned()) }
    }
}
