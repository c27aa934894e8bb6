//! The push server's WebSocket in text mode.

use std::time::Duration;

use echo_server::{Audience, PollFault, Portal, PortalOptions};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{PATIENCE, ZEROS, await_journal, await_waiting, start},
    socket::{connect, frames, read, read_close_code, refusal},
};

#[test]
fn history_comes_at_once_and_what_follows_comes_together() {
    let portal = start();
    portal.publish(Audience::Shared, "1");
    portal.publish(Audience::Shared, "2");
    let mut socket = connect(&portal, &format!("&mid={ZEROS}")).unwrap();
    assert_eq!(frames(&read(&mut socket)), 2);
    socket.send(Message::text("ignored")).unwrap();
    socket.send(Message::Ping("ping".into())).unwrap();
    assert_eq!(socket.read().unwrap(), Message::Pong("ping".into()));
    socket.close(None).unwrap();
    while socket.read().is_ok() {}
    await_journal(&portal, |journal| journal.waiting == 0 && journal.connections == 0);

    // A machine that stands still between two messages may need another attempt.
    let together = [1, 4, 16].map(Duration::from_secs).into_iter().any(|batch_interval| {
        let portal = Portal::start(PortalOptions { batch_interval, ..PortalOptions::default() }).unwrap();
        portal.publish(Audience::Shared, "1");
        let mut socket = connect(&portal, &format!("&mid={ZEROS}")).unwrap();
        assert_eq!(frames(&read(&mut socket)), 1);
        for _ in 0..3 {
            portal.publish(Audience::Shared, "{}");
        }
        frames(&read(&mut socket)) == 3
    });
    assert!(together);
}

#[test]
fn the_first_message_leaves_at_once() {
    let options = PortalOptions { batch_interval: PATIENCE * 2, ..PortalOptions::default() };
    let portal = Portal::start(options).unwrap();
    let mut socket = connect(&portal, "").unwrap();
    await_waiting(&portal, 1);
    portal.publish(Audience::Shared, "1");
    assert_eq!(frames(&read(&mut socket)), 1);
}

#[test]
fn a_wrong_channel_is_refused_in_http() {
    let portal = start();
    let url = portal.push_url().replacen("http", "ws", 1);
    assert_eq!(refusal(&portal, url.replace(&portal.shared_channel(), "unsigned")), 400);
    portal.set_poll_faults([PollFault::Status(502)]);
    assert_eq!(refusal(&portal, url), 502);
}

#[test]
fn it_is_closed_with_a_code() {
    let portal = start();
    portal.set_poll_faults(["close=4010".parse().unwrap(), PollFault::None]);
    let mut socket = connect(&portal, "").unwrap();
    assert_eq!(read_close_code(&mut socket), 4010);
    while socket.read().is_ok() {}
    await_journal(&portal, |journal| journal.connections == 0);
}

#[test]
fn its_first_message_is_cut_and_there_again_for_its_mid() {
    let portal = start();
    portal.set_poll_faults([PollFault::Cut(None), PollFault::None]);
    portal.publish(Audience::Shared, "1");
    let from_the_beginning = format!("&mid={ZEROS}");
    let mut cut = connect(&portal, &from_the_beginning).unwrap();
    cut.read().expect_err("half a frame and a reset");
    assert_eq!(frames(&read(&mut connect(&portal, &from_the_beginning).unwrap())), 1);
}
