//! Plays the parts of a script together.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::library::Library;
use crate::object::Object;
use crate::script::actor::Life;
use crate::script::part::{Ending, Part, Release};
use crate::script::remains::Remains;

/// What `Done` may take, with room for a machine that is busy.
const DONE_BOUND: Duration = Duration::from_secs(20);
/// After which time calls that `Done` has not ended are told of; they are waited for all the same.
const LAST_CALLS: Duration = Duration::from_secs(100);

/// An object with its part.
struct Role<'a> {
    part: &'a Part,
    object: Object,
    life: Arc<Life>,
}

/// See [`Script::play`](super::Script::play).
pub(super) fn play(
    parts: &[Part],
    time: Duration,
    library: &Library,
    may_stay: &[&str],
) -> Result<(), String> {
    let before = Remains::now();
    let mut findings = Vec::new();
    let roles: Vec<Role<'_>> =
        parts.iter().filter_map(|part| cast(part, library).map_err(|why| findings.push(why)).ok()?).collect();
    act(&roles, time);
    for Role { part, object, life } in roles {
        if matches!(part.ending, Ending::DestroyAlone) {
            object.destroy();
        }
        let problems = object.finish();
        life.release_events();
        findings.extend(life.take_findings());
        findings.extend(problems.into_iter().map(|problem| format!("{}: {problem}", part.name)));
    }
    findings.extend(before.wait_for_none_since(may_stay).err());
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n")) }
}

/// The object for a part; none for the part of a class that there is not.
fn cast<'a>(part: &'a Part, library: &Library) -> Result<Option<Role<'a>>, String> {
    let object = Object::named(library, &part.name, part.name.to_string(), part.platform.host());
    match (object, &part.class) {
        (Some(object), Some(members)) => {
            Ok(Some(Role { part, object, life: Arc::new(Life::new(members.clone())) }))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(format!("an object of the class {}, which there is not", part.name)),
        (None, Some(_)) => Err(format!("no object of the class {}", part.name)),
    }
}

/// Returns when no thread uses an object any more.
fn act(roles: &[Role<'_>], time: Duration) {
    roles.iter().for_each(Role::open);
    thread::scope(|scope| {
        let (playing, played) = channel::<()>();
        for role in roles {
            for steps in &role.part.threads {
                let playing = playing.clone();
                scope.spawn(move || {
                    role.life.act(&role.object, "thread", steps);
                    drop(playing);
                });
            }
        }
        drop(playing);
        // Nothing is ever sent: this ends when the last thread has ended, or with the time.
        let _ = played.recv_timeout(time);
        roles.iter().for_each(Role::end);
        if played.recv_timeout(LAST_CALLS) == Err(RecvTimeoutError::Timeout) {
            for role in roles {
                eprintln!("{}: still in these steps after Done: {:?}", role.part.name, role.life.doing());
            }
        }
    });
}

impl Role<'_> {
    fn open(&self) {
        let (life, steps) = (Arc::clone(&self.life), self.part.during_event.clone());
        self.object.during_event(move |object, _| {
            if !steps.is_empty() && life.takes_part_in_event() {
                life.act(object, "during an event", &steps);
            }
        });
        self.life.act(&self.object, "opening", &self.part.opening);
    }

    fn end(&self) {
        let Self { part, object, life } = self;
        if part.release == Release::BeforeDone {
            life.release_events();
        }
        let dones = match part.ending {
            Ending::DestroyAlone if life.close() => 0,
            Ending::DestroyAlone | Ending::Done => 1,
            Ending::DoneTwice => 2,
        };
        for _ in 0..dones {
            let start = Instant::now();
            life.done(object);
            if start.elapsed() > DONE_BOUND {
                life.find(format!("Done took {:?}", start.elapsed()));
            }
        }
        if part.release == Release::AfterDone {
            life.release_events();
        }
    }
}
