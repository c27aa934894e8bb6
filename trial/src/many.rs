//! Many objects at once, made and used by several threads.

use std::thread;

use crate::outcome::{Checked, Outcome};
use crate::stage::{ROM, Stage, WEBSOCKET, connect, disconnect, echo, expect_text, finish, truly};

const THREADS: usize = 8;
/// Objects of each thread.
const OBJECTS: usize = 15;
/// Messages of each object.
const MESSAGES: usize = 20;

pub(crate) fn many(stage: &Stage) -> Outcome {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || some(stage, number))).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err("паника в потоке".into())))
    })?;
    Ok(format!("{} объектов в {THREADS} потоках, по {MESSAGES} сообщений", THREADS * OBJECTS))
}

fn some(stage: &Stage, thread: usize) -> Checked {
    let mut objects = Vec::new();
    for number in 0..OBJECTS {
        let (object, url) = match number % 3 {
            0 => (stage.object(ROM)?, &stage.servers.echo),
            1 => (stage.object(WEBSOCKET)?, &stage.servers.echo),
            _ => (stage.trusting()?, &stage.servers.secure),
        };
        connect(&object, url)?;
        objects.push(object);
    }
    let text =
        |object: usize, message: usize| format!("поток {thread}, объект {object}, сообщение {message}");
    for (number, object) in objects.iter().enumerate() {
        for message in 0..MESSAGES {
            truly(object, "Отправить", [text(number, message)])?;
        }
    }
    for (number, object) in objects.iter().enumerate() {
        for message in 0..MESSAGES {
            expect_text(object, &text(number, message))?;
        }
    }
    for (number, object) in objects.into_iter().enumerate() {
        if number % 2 == 0 {
            echo(&object, "последнее")?;
            disconnect(&object)?;
        }
        finish(object)?;
    }
    Ok(())
}
