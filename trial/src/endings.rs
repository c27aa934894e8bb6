//! `Done` and `DestroyObject` in every phase of an object's life, in a process that lives on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use native_api_host::Object;

use crate::outcome::{Checked, Outcome, ensure};
use crate::silence::Silence;
use crate::stage::{
    BITRIX, PATIENCE, ROM, Stage, WEBSOCKET, connect, disconnect, finish, text, truly, wait_until, within,
};

/// What an end may take, on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(10);

/// An object in its phase, and the peer that keeps it there.
type Reached = (Object, Option<Silence>);

/// Its name and what brings it about, in a round of this number.
type Phase = (&'static str, fn(&Stage, usize) -> Checked<Reached>);

/// Phases in which an object can be: each brings one about, and the object is ended then.
const PHASES: [Phase; 10] = [
    ("до подключения", before),
    ("подключение TCP и рукопожатие", handshake),
    ("подключение TLS", tls),
    ("настройки портала", portal),
    ("открыто", open),
    ("открыто с TLS", open_secure),
    ("отправка", sending),
    ("поток сообщений", flooded),
    ("внутри ExternalEvent", inside_event),
    ("после закрытия", closed),
];

pub(crate) fn endings(stage: &Stage) -> Outcome {
    let mut longest = (Duration::ZERO, "");
    for (name, phase) in PHASES {
        for round in 0..stage.rounds {
            let (object, peer) = phase(stage, round).map_err(|error| format!("{name}: {error}"))?;
            let took =
                within(LIMIT, name, || end(object, round)).map_err(|error| format!("{name}: {error}"))?;
            drop(peer);
            longest = longest.max((took, name));
        }
    }
    for round in 0..stage.rounds {
        while_called(stage, round)?;
        while_events_are_slow(stage)?;
    }
    let (took, name) = longest;
    Ok(format!("{} раз, дольше всего {took:.0?} ({name})", (PHASES.len() + 2) * stage.rounds))
}

/// In one of the ways that a host has.
fn end(object: Object, round: usize) -> Checked {
    match round % 3 {
        0 => {}
        1 => {
            object.done();
            object.done();
        }
        _ => object.destroy(),
    }
    finish(object)
}

fn class(round: usize) -> &'static str {
    [ROM, WEBSOCKET][round % 2]
}

fn before(stage: &Stage, round: usize) -> Checked<Reached> {
    Ok((stage.object([ROM, WEBSOCKET, BITRIX][round % 3])?, None))
}

fn begun(stage: &Stage, round: usize, scheme: &str) -> Checked<Reached> {
    let (object, peer) = (stage.object(class(round))?, Silence::new()?);
    truly(&object, "Подключиться", [peer.url(scheme)?])?;
    Ok((object, Some(peer)))
}

fn handshake(stage: &Stage, round: usize) -> Checked<Reached> {
    begun(stage, round, "ws")
}

fn tls(stage: &Stage, round: usize) -> Checked<Reached> {
    begun(stage, round, "wss")
}

fn portal(stage: &Stage, round: usize) -> Checked<Reached> {
    let (object, peer) = (stage.object(BITRIX)?, Silence::new()?);
    object.call("УстановитьТокены", ["token"])?;
    truly(&object, "Подключиться", [peer.url(["http", "https"][round % 2])?])?;
    Ok((object, Some(peer)))
}

fn open(stage: &Stage, round: usize) -> Checked<Reached> {
    let object = stage.object(class(round))?;
    connect(&object, &stage.servers.echo)?;
    Ok((object, None))
}

fn open_secure(stage: &Stage, _: usize) -> Checked<Reached> {
    let object = stage.trusting()?;
    connect(&object, &stage.servers.secure)?;
    Ok((object, None))
}

fn sending(stage: &Stage, round: usize) -> Checked<Reached> {
    let reached = if round.is_multiple_of(2) { open(stage, round)? } else { open_secure(stage, round)? };
    truly(&reached.0, "Отправить", ["x".repeat(1 << 20)])?;
    Ok(reached)
}

fn flooded(stage: &Stage, round: usize) -> Checked<Reached> {
    let object = stage.object(class(round))?;
    connect(&object, &stage.servers.flood)?;
    // Some have come, and the platform's buffer is full or nearly so.
    let attempts = [2, 50, 103][round % 3];
    ensure(object.wait_for_event_attempts(attempts, PATIENCE), || "событий мало".to_owned())?;
    Ok((object, None))
}

/// `Done` on the add-in's own thread, from inside an event.
fn inside_event(stage: &Stage, round: usize) -> Checked<Reached> {
    let object = stage.object(class(round))?;
    let events = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&events);
    object.during_event(move |object, _| {
        if seen.fetch_add(1, Ordering::AcqRel) == 5 {
            object.done();
            seen.fetch_add(1000, Ordering::AcqRel);
        }
    });
    truly(&object, "Подключиться", [stage.servers.flood.as_str()])?;
    wait_until("Done внутри события вернулся", || {
        Ok(events.load(Ordering::Acquire) >= 1000)
    })?;
    Ok((object, None))
}

fn closed(stage: &Stage, round: usize) -> Checked<Reached> {
    let reached = open(stage, round)?;
    disconnect(&reached.0)?;
    Ok(reached)
}

/// `Done` while another thread waits in a call.
fn while_called(stage: &Stage, round: usize) -> Checked {
    let (object, peer) = (stage.object(WEBSOCKET)?, Silence::new()?);
    let url = peer.url(["ws", "wss"][round % 2])?;
    object.set("Таймаут", 3600)?;
    let connected = thread::scope(|scope| {
        let caller = scope.spawn(|| object.call("Подключиться", [url]));
        let begun =
            wait_until("попытка началась", || Ok(text(&object, "Состояние")? == "Connecting"));
        let ended = within(LIMIT, "Done во время вызова", || {
            object.done();
            Ok(())
        });
        let answer = caller.join().map_err(|_| "паника в потоке")?;
        begun.and(ended)?;
        Checked::Ok(answer.is_ok_and(|answer| answer == true.into()))
    })?;
    ensure(!connected, || "вызов вернул Истина после Done".to_owned())?;
    finish(object)
}

/// `Done` from outside while 1C is slow to take an event.
fn while_events_are_slow(stage: &Stage) -> Checked {
    let object = stage.object(WEBSOCKET)?;
    object.faults().delay_events(Duration::from_millis(20));
    truly(&object, "Подключиться", [stage.servers.flood.as_str()])?;
    ensure(object.wait_for_event_attempts(2, PATIENCE), || "событий нет".to_owned())?;
    within(LIMIT, "Done во время ExternalEvent", || finish(object)).map(drop)
}
