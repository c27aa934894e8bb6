//! What the push server does wrong on purpose.

use echo_server::{Audience, PollFault, Portal};

use crate::client::{Client, ZEROS, await_journal, await_waiting, push_from, push_target, start};

fn with_faults(faults: &[&str]) -> Portal {
    let portal = start();
    let faults: Vec<PollFault> = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    portal.set_poll_faults(faults);
    portal
}

#[test]
fn a_stalled_poll_is_never_answered() {
    let portal = with_faults(&["stall", "none"]);
    let mid = portal.publish(Audience::Shared, "1");
    let mut stalled = Client::new(&portal);
    stalled.send("GET", &push_from(&portal, ZEROS), "", "");
    await_journal(&portal, |journal| journal.total == 1);
    assert_eq!(Client::new(&portal).get(&push_from(&portal, ZEROS)).mids(), [mid]);
    assert_eq!(portal.journal().polls().next().unwrap().status, None);
    await_journal(&portal, |journal| journal.connections == 1);
    drop(stalled);
    await_journal(&portal, |journal| journal.connections == 0);
}

#[test]
fn a_poll_is_reset_or_hung_up_on() {
    let portal = with_faults(&["reset", "hang-up"]);
    let mut reset = Client::new(&portal);
    reset.send("GET", &push_target(&portal), "", "");
    reset.read_to_end().1.expect_err("a reset");
    let mut ended = Client::new(&portal);
    ended.send("GET", &push_target(&portal), "", "");
    let (bytes, clean) = ended.read_to_end();
    assert!(bytes.is_empty() && clean.is_ok());
}

#[test]
fn half_a_frame_comes_and_is_there_again_for_its_mid() {
    let portal = with_faults(&["cut", "cut=7", "none"]);
    let mids = [portal.publish(Audience::Shared, "1"), portal.publish(Audience::Shared, r#"{"half":"Ж"}"#)];
    let cut = || {
        let mut client = Client::new(&portal);
        client.send("GET", &push_from(&portal, ZEROS), "", "");
        let (bytes, ended) = client.read_to_end();
        ended.expect_err("a reset");
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let half = cut();
    assert_eq!((half.matches("NGINXNMS").count(), half.matches("NGINXNME").count()), (2, 1), "{half}");
    let beginning = cut();
    assert_eq!(beginning.split_once("\r\n\r\n").unwrap().1.len(), 7, "{beginning}");
    assert_eq!(Client::new(&portal).get(&push_from(&portal, ZEROS)).mids(), mids);
}

#[test]
fn a_stale_connection_is_closed_when_the_next_request_has_come() {
    let portal = with_faults(&["stale", "none"]);
    let mid = portal.publish(Audience::Shared, "1");
    let mut client = Client::new(&portal);
    let answer = client.get(&push_from(&portal, ZEROS));
    assert_eq!((answer.mids(), answer.header("connection")), (vec![mid.as_str()], Some("keep-alive")));
    client.send("GET", &push_from(&portal, ZEROS), "", "");
    let (bytes, clean) = client.read_to_end();
    assert!(bytes.is_empty() && clean.is_ok());
    assert_eq!(Client::new(&portal).get(&push_from(&portal, ZEROS)).mids(), [mid]);
}

#[test]
fn characters_are_cut_between_chunks() {
    let portal = with_faults(&["byte-chunks"]);
    portal.publish(Audience::Shared, "\"Ж€\"");
    let answer = Client::new(&portal).get(&push_from(&portal, ZEROS));
    assert!(answer.text().contains("\"Ж€\"") && answer.chunks == answer.body.len());
}

#[test]
fn a_large_message_comes_as_soon_as_the_poll_waits() {
    let portal = with_faults(&["large", "none"]);
    let mut client = Client::new(&portal);
    let answer = client.get(&push_target(&portal));
    assert!(answer.body.len() > 900_000 && answer.mids().len() == 1 && answer.chunks > 50);
    assert_eq!(client.get(&push_from(&portal, ZEROS)).body.len(), answer.body.len());
}

#[test]
fn the_last_message_is_repeated_whatever_the_mid() {
    let portal = with_faults(&["repeat", "none"]);
    let mid = portal.publish(Audience::Shared, "1");
    let mut client = Client::new(&portal);
    assert_eq!(client.get(&push_from(&portal, &mid)).mids(), [mid.as_str()]);
    client.send("GET", &push_from(&portal, &mid), "", "");
    await_waiting(&portal, 1);
}

#[test]
fn statuses_of_the_push_server_and_of_what_is_before_it() {
    let portal = with_faults(&["status=400"]);
    let mut client = Client::new(&portal);
    let wrong = client.get(&push_target(&portal));
    assert_eq!((wrong.status, wrong.text()), (400, "4010: Wrong Channel Id."));
    for status in [200, 403, 404, 407, 499, 502, 503, 504] {
        portal.set_poll_faults([PollFault::Status(status)]);
        let answer = client.get(&push_target(&portal));
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, Some("text/html; charset=UTF-8"))
        );
        assert!(answer.text().contains("<html>"));
    }
    portal.set_poll_faults([]);
    client.send("GET", &push_target(&portal), "", "");
    await_waiting(&portal, 1);
}
