use std::sync::Arc;
use std::time::Instant;
use std::{hint, thread};

use tokio::select;
use tokio::sync::watch;
use tokio::time::timeout;

use super::*;
use crate::reactor::promise;

const PATIENCE: Duration = Duration::from_secs(30);
const ANY: Limits = Limits { entries: usize::MAX, bytes: usize::MAX };

fn open() -> Outbox {
    let outbox = Outbox::default();
    outbox.open();
    outbox
}

fn send(outbox: &Outbox, text: &str) -> Result<(), Unsent> {
    outbox.send(Payload::Text(text), None)
}

/// What can be taken, batch by batch, one line a message.
fn drain(outbox: &Outbox) -> Vec<String> {
    let (mut used, mut batch, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    while outbox.take(1, &mut used, &mut batch) {
        for outgoing in batch.drain(..) {
            match outgoing {
                Outgoing::Pong(payload) => lines.push(format!("pong {payload:?}")),
                Outgoing::Ping(_) => lines.push("ping".to_owned()),
                Outgoing::Texts(mut texts) => {
                    lines.extend(texts.iter().map(str::to_owned));
                    texts.clear();
                    used.push(texts);
                }
                Outgoing::Message(Message { payload: Payload::Text(text), .. }) => lines.push(text),
                Outgoing::Message(Message { payload: Payload::Binary(bytes), .. }) => {
                    lines.push(format!("{bytes:?}"));
                }
            }
        }
    }
    lines
}

#[test]
fn every_kind_of_message_keeps_its_place_behind_pongs_and_pings() {
    let outbox = open();
    let (long, (written, _answer)) = ("x".repeat(1 << 20), promise());
    send(&outbox, "раз").unwrap();
    send(&outbox, "").unwrap();
    outbox.send(Payload::Text("два"), Some(written)).unwrap();
    send(&outbox, "три").unwrap();
    outbox.send(Payload::Binary(vec![4]), None).unwrap();
    send(&outbox, &long).unwrap();
    assert!(outbox.push(Message { payload: Payload::Text("пять".to_owned()), written: None }, ANY));
    send(&outbox, "шесть").unwrap();
    outbox.ping(None);
    outbox.pong(vec![1]);
    outbox.pong(vec![2]);
    let expected = ["pong [1]", "pong [2]", "ping", "раз", "", "два", "три", "[4]", &long, "пять", "шесть"];
    assert_eq!(drain(&outbox), expected);
    assert_eq!(outbox.clear(), 0);
}

#[test]
fn limits_are_exact_whatever_the_messages_are() {
    let outbox = open();
    outbox.change_limits(|limits| *limits = Limits { entries: 3, bytes: 10 });
    assert_eq!(send(&outbox, &"x".repeat(100)), Ok(()), "anything fits into an empty queue");
    assert_eq!(send(&outbox, ""), Err(Unsent::Full));
    assert_eq!(drain(&outbox).len(), 1);

    send(&outbox, "four").unwrap();
    outbox.send(Payload::Binary(vec![0; 4]), None).unwrap();
    assert_eq!(send(&outbox, "xyz"), Err(Unsent::Full), "11 bytes");
    assert_eq!(send(&outbox, "xy"), Ok(()));
    assert_eq!(send(&outbox, ""), Err(Unsent::Full), "the fourth");
    let own = || Message { payload: Payload::Text(String::new()), written: None };
    assert!(!outbox.push(own(), outbox.limits()) && outbox.push(own(), ANY), "a greeting has no limits");
    assert_eq!(drain(&outbox).len(), 4);
    assert_eq!(send(&outbox, "0123456789"), Ok(()), "all is free again");
}

#[test]
fn what_is_taken_makes_room_for_as_much() {
    let outbox = open();
    outbox.change_limits(|limits| limits.entries = 20_000);
    let text = "x".repeat(100);
    while send(&outbox, &text).is_ok() {}
    let (mut used, mut batch) = (Vec::new(), Vec::new());
    assert!(outbox.take(1, &mut used, &mut batch));
    let [Outgoing::Texts(texts)] = &batch[..] else { panic!("{batch:?}") };
    assert!(texts.len() < 1000, "a batch is bounded: {}", texts.len());
    let more = (0..).take_while(|_| send(&outbox, &text).is_ok()).count();
    assert_eq!(more, texts.len());
    assert_eq!(drain(&outbox).len(), 20_000);
}

#[test]
fn what_nobody_waits_for_any_more_is_skipped() {
    let outbox = open();
    let ((given_up, answer), (given_up_ping, no_pong), (awaited, _waiting)) =
        (promise(), promise(), promise());
    outbox.send(Payload::Text("given up"), Some(given_up)).unwrap();
    outbox.send(Payload::Text("awaited"), Some(awaited)).unwrap();
    outbox.ping(Some(given_up_ping));
    drop((answer, no_pong));
    assert_eq!(drain(&outbox), ["awaited"]);
}

#[test]
fn a_message_is_accepted_only_while_it_is_open() {
    let outbox = Outbox::default();
    assert_eq!(send(&outbox, "before"), Err(Unsent::NotOpen));
    outbox.open();
    send(&outbox, "accepted").unwrap();
    outbox.shut();
    assert_eq!(send(&outbox, "after"), Err(Unsent::NotOpen));
    assert_eq!(drain(&outbox), ["accepted"], "what was accepted is still written");
}

#[test]
fn what_is_thrown_away_is_counted_or_answered() {
    let outbox = open();
    let (written, answer) = promise();
    let (pong, round_trip) = promise();
    for _ in 0..5000 {
        send(&outbox, "").unwrap();
    }
    outbox.send(Payload::Binary(vec![1]), None).unwrap();
    outbox.send(Payload::Text("awaited"), Some(written)).unwrap();
    outbox.ping(Some(pong));
    outbox.pong(vec![1]);
    assert_eq!(outbox.clear(), 5001);
    let soon = Instant::now() + PATIENCE;
    assert_eq!((answer.wait(soon), round_trip.wait(soon)), (None, None));
    assert_eq!(send(&outbox, "after"), Err(Unsent::NotOpen));
    assert_eq!(drain(&outbox), [""; 0]);
}

#[test]
fn of_a_flood_of_pings_the_latest_are_answered() {
    let outbox = open();
    for number in 0..=u8::MAX {
        outbox.pong(vec![number]);
    }
    outbox.pong(vec![7, 7]);
    let lines = drain(&outbox);
    assert_eq!((lines.len(), &*lines[0], &*lines[255]), (MOST_PONGS, "pong [1]", "pong [7, 7]"));
}

/// Several threads send, one takes as the writer does, and another ends it at any moment: what was accepted was taken,
/// and the writer is never left waiting.
#[test]
fn nothing_accepted_is_forgotten() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    for round in 0..50 {
        let outbox = Arc::new(open());
        let (stop, mut stopped) = watch::channel(false);
        let senders = [0, 1].map(|_| {
            let outbox = Arc::clone(&outbox);
            thread::spawn(move || (0..2000).take_while(|_| send(&outbox, "text").is_ok()).count())
        });
        let ending = thread::spawn({
            let outbox = Arc::clone(&outbox);
            move || {
                (0..round * 100).for_each(|_| hint::spin_loop());
                outbox.shut();
                stop.send_replace(true);
                stop
            }
        });
        let taken = runtime.block_on(async {
            let mut taken = 0;
            loop {
                let is_last = *stopped.borrow_and_update();
                taken += drain(&outbox).len();
                if is_last {
                    return taken;
                }
                let woken = async {
                    select! { () = outbox.filled() => {}, _ = stopped.changed() => {} }
                };
                timeout(PATIENCE, woken).await.expect("the writer is woken");
            }
        });
        ending.join().unwrap();
        let accepted = senders.map(|sender| sender.join().unwrap()).into_iter().sum::<usize>();
        assert_eq!(taken, accepted);
    }
}

/// The writer is woken by whoever sends, and by nobody else.
#[test]
fn the_writer_is_woken_for_every_message_that_it_waits_for() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let outbox = Arc::new(open());
    let sender = thread::spawn({
        let outbox = Arc::clone(&outbox);
        move || (0..20_000).all(|_| send(&outbox, "text").is_ok())
    });
    let mut taken = 0;
    while taken < 20_000 {
        runtime.block_on(async { timeout(PATIENCE, outbox.filled()).await }).expect("the writer is woken");
        taken += drain(&outbox).len();
    }
    assert!(sender.join().unwrap());
}
