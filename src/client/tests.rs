use std::future::pending;

use super::*;
use crate::delivery::DeliverySettings;
use crate::events;
use crate::message::{Closing, Side};
use crate::transport::reconnect::End;
use crate::transport::session::Shared;

const PATIENCE: Duration = Duration::from_secs(30);

/// Connects at once or never, and writes nothing.
struct Silent {
    connects: bool,
}

impl Line for Silent {
    type Link = ();

    fn destination(&self) -> String {
        String::new()
    }

    async fn open(&mut self, _: &Shared, _: &Settings) -> Result<((), String), Failure> {
        if self.connects { Ok(((), String::new())) } else { pending().await }
    }

    async fn serve(&mut self, (): (), shared: &Shared, _: &Settings) -> (Closing, bool) {
        shared.stop_requested().await;
        (Closing { side: Side::Us, code: 1000, reason: Text::fixed("", "") }, true)
    }

    fn retry(&mut self, _: End<'_>, _: &Settings) -> Option<(u32, Duration)> {
        None
    }
}

fn client() -> Client {
    Client::new(Platform::default(), "", events::websocket, DeliverySettings::new(true))
}

fn send(client: &Client) -> bool {
    client.send(Payload::Text("text"), None)
}

fn normal(client: &Client) -> bool {
    client.disconnect(Some(PATIENCE), CloseRequest::normal)
}

#[test]
fn messages_are_accepted_while_a_connection_is_open_and_each_is_written_or_lost() {
    let client = client();
    assert!(!send(&client), "before");
    for connection in 1..=3 {
        assert!(client.hold(Silent { connects: true }, Some(PATIENCE)));
        assert!(send(&client) && send(&client));
        assert!(normal(&client));
        assert!(!send(&client), "after");
        assert_eq!(client.statistics().lost.get(), 2 * connection);
    }
    client.done(Instant::now() + PATIENCE);
}

#[test]
fn a_connection_ends_the_sending_of_the_one_before_it() {
    let client = client();
    assert!(client.hold(Silent { connects: true }, Some(PATIENCE)));
    assert!(send(&client));
    assert!(client.hold(Silent { connects: false }, None));
    assert!(!send(&client), "{:?}", client.state());
    client.done(Instant::now() + PATIENCE);
    assert_eq!(client.statistics().lost.get(), 1);
}

#[test]
fn an_earlier_session_does_not_end_the_sending_of_a_later_one() {
    let client = client();
    assert!(client.hold(Silent { connects: true }, Some(PATIENCE)));
    let earlier = client.session().expect("it has connected");
    assert!(client.hold(Silent { connects: true }, Some(PATIENCE)));
    earlier.close(CloseRequest::normal(Instant::now()));
    earlier.abort();
    assert!(send(&client), "{:?}", client.state());
    assert!(normal(&client));
    assert_eq!(client.statistics().lost.get(), 1);
    client.done(Instant::now() + PATIENCE);
}

#[test]
fn who_waits_for_a_message_that_is_never_written_is_told() {
    let client = client();
    assert!(client.hold(Silent { connects: true }, Some(PATIENCE)));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.send(Payload::Text("text"), Some(PATIENCE)));
        let start = Instant::now();
        while client.outbox().is_empty() {
            assert!(start.elapsed() < PATIENCE, "it is queued");
            std::thread::yield_now();
        }
        assert!(normal(&client));
        assert!(!waiting.join().expect("no panic"));
    });
    assert_eq!(client.statistics().lost.get(), 0, "it was answered");
    client.done(Instant::now() + PATIENCE);
}
